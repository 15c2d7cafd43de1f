using System.Text.Json;
using Slipway.Compiler.Yaml;
using Xunit;

namespace Slipway.Compiler.Tests.Yaml;

public sealed class PsychTests
{
    /// <summary>
    /// <c>psych.jsonl</c>: one <c>[yaml, result]</c> a line, the result recorded from Psych 4.0.3 with libyaml 0.2.5 and GitLab's loader options
    /// (<c>safe_load</c>, aliases, symbols, <c>!reference</c>): <c>OK nodes</c>, or <c>ERR</c> with the exception's message. Some lines are
    /// written by hand, most are random heaps of YAML's signs.
    /// </summary>
    [Fact]
    public void Every_text_is_read_or_refused_exactly_as_Psych_reads_or_refuses_it()
    {
        var wrong = new List<string>();
        var count = 0;
        foreach (var line in File.ReadLines(Path.Combine(AppContext.BaseDirectory, "Yaml", "psych.jsonl")))
        {
            var recorded = JsonSerializer.Deserialize<string[]>(line)!;
            var ours = Result(recorded[0]).ReplaceLineEndings("⏎");
            count++;
            if (ours != recorded[1].ReplaceLineEndings("⏎"))
                wrong.Add($"{line}\n  ours: {ours}");
        }
        Assert.True(count > 1500);
        Assert.True(wrong.Count == 0, string.Join("\n", wrong));
    }

    private static string Result(string yaml)
    {
        var bag = new DiagnosticBag();
        return YamlComposer.TryCompose(new YamlText("f", yaml, 1, 1), bag, out var root)
            ? $"OK {NodeText.Of(root)}"
            : $"ERR {bag.ToImmutable().First(diagnostic => diagnostic.Severity == Severity.Error).Message}";
    }
}
