using System.Diagnostics;
using System.Globalization;
using System.Text;
using System.Text.Json;
using Slipway.Compiler.Include;
using Slipway.Compiler.Tests.Yaml;
using Slipway.Compiler.Yaml;
using Xunit;

namespace Slipway.Compiler.Tests.Compose;

public sealed class LoaderFuzzTests
{
    private static readonly string[] s_signs =
    [
        "a",
        "b: ",
        "- ",
        "? ",
        ": ",
        ":",
        "[",
        "]",
        "{",
        "}",
        ", ",
        "\"",
        "'",
        "\n",
        "\n  ",
        "\n    ",
        "\t",
        " ",
        "#",
        "&x ",
        "*x",
        "!t ",
        "!!str ",
        "---\n",
        "...\n",
        "|\n",
        ">-\n",
        "<<: ",
        "~",
        "12",
        "1:30",
        "yes",
        "é",
        "\\",
        "%TAG ! x\n",
        "extends: ",
        "include: ",
        "!reference [a, b]",
        "!reference ",
        ".a",
        "a.yml",
        "*.yml",
        "spec:\n---\n",
        "\0",
        "\ufeff",
        "\ud800",
        "$[[ inputs.a ]]",
        "$[[ inputs.a | truncate(0,1) ]]",
        "spec: {inputs: {a: {default: x}}}\n---\n",
        "2024-01-01",
        "\u2028",
        "🚀",
    ];

    /// <summary>A second's worth by default; <c>SLIPWAY_FUZZ_SECONDS</c> says how long, from a seed of the day's own then, which a failure names.</summary>
    [Fact]
    public void No_text_whatever_throws_and_what_loads_is_whole()
    {
        var asked = Environment.GetEnvironmentVariable("SLIPWAY_FUZZ_SECONDS");
        var seconds = asked is null ? 0 : double.Parse(asked, CultureInfo.InvariantCulture);
        var seed = asked is null ? 1 : Environment.TickCount;
        var random = new Random(seed);
        var texts = File.ReadLines(Path.Combine(AppContext.BaseDirectory, "Yaml", "psych.jsonl"))
            .Select(line => JsonSerializer.Deserialize<string[]>(line)![0])
            .ToArray();
        var watch = Stopwatch.StartNew();
        for (var round = 0; round < 1_500 || watch.Elapsed.TotalSeconds < seconds; round++)
        {
            var (text, other) = (Next(random, texts), Next(random, texts));
            try
            {
                Try(text, other);
            }
            catch (Exception e)
            {
                throw new InvalidOperationException(
                    $"seed {seed}, round {round}: {JsonSerializer.Serialize(text)} with {JsonSerializer.Serialize(other)}",
                    e
                );
            }
        }
    }

    private static string Next(Random random, string[] texts)
    {
        var text = new StringBuilder(random.Next(2) == 0 ? "" : texts[random.Next(texts.Length)]);
        if (random.Next(3) == 0)
            text.Append('\n').Append(texts[random.Next(texts.Length)]);
        for (var times = random.Next(12); times > 0; times--)
        {
            var at = random.Next(text.Length + 1);
            if (random.Next(3) == 0)
                text.Remove(at, Math.Min(random.Next(4), text.Length - at));
            else
                text.Insert(at, s_signs[random.Next(s_signs.Length)]);
        }
        return text.ToString();
    }

    private static void Try(string text, string other)
    {
        var bag = new DiagnosticBag();
        var tree = ProjectTree.From(new Dictionary<string, string> { ["f.yml"] = text, ["a.yml"] = other });
        var loaded = ConfigurationLoader.Load(new ConfigRoot.File("f.yml"), tree, new IncludeScope(), bag).Root;
        Assert.Equal(loaded is null, bag.HasErrors);
        Assert.All(bag.ToImmutable(), diagnostic => Assert.True(diagnostic.At is null or { Line: > 0, Column: > 0 }));
        if (loaded is null)
            return;
        Assert.False(loaded.HasReference);
        var again = YamlFile.Read("again", YamlWriter.Write(loaded)!, bag);
        Assert.Equal(NodeText.Of(loaded), NodeText.Of(again!.Body));
    }
}
