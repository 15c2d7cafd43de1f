using System.Text;
using Slipway.Compiler.Yaml;
using Xunit;

namespace Slipway.Compiler.Tests.Yaml;

public sealed class YamlBombTests
{
    public static TheoryData<string, string> Bombs() =>
        new()
        {
            { "nine levels of nine aliases", Doubling(9, 9) },
            { "forty levels of two", Doubling(40, 2) },
            {
                "aliases in maps",
                "a: &a {x: 1, y: 2}\n" + string.Concat(Enumerable.Range(1, 30).Select(i => $"b{i}: &a {{x: *a, y: *a}}\n"))
            },
            { "merged maps", MergedMaps() },
            { "a long text, many times", $"a: &a {new string('x', 100_000)}\nb: [{string.Join(", ", Enumerable.Repeat("*a", 2_000))}]" },
            { "deep flow lists", new string('[', 200_000) },
            { "deep flow maps", string.Concat(Enumerable.Repeat("{a: ", 100_000)) },
            { "deep block lists", string.Concat(Enumerable.Repeat("- ", 200_000)) },
            { "deep block maps", string.Concat(Enumerable.Range(0, 1_000).Select(i => new string(' ', i) + "a:\n")) },
            { "a list of everything", "a: [" + string.Concat(Enumerable.Repeat("1,", 900_000)) + "]" },
            { "too many bytes", "a: " + new string('x', 3_000_000) },
            { "too many bytes in few characters", "a: " + new string('é', 1_500_000) },
            { "an anchor in itself", "a: &a {b: *a}" },
        };

    private static string Doubling(int levels, int times)
    {
        var text = new StringBuilder("a0: &a0 [x]\n");
        for (var i = 1; i <= levels; i++)
            text.Append($"a{i}: &a{i} [{string.Join(", ", Enumerable.Repeat($"*a{i - 1}", times))}]\n");
        return text.ToString();
    }

    private static string MergedMaps()
    {
        var text = new StringBuilder("a: &a {");
        for (var i = 0; i < 2_000; i++)
            text.Append($"k{i}: 1, ");
        text.Append("}\n");
        for (var i = 0; i < 2_000; i++)
            text.Append($"j{i}: {{<<: *a}}\n");
        return text.ToString();
    }

    [Theory]
    [MemberData(nameof(Bombs))]
    public void A_bomb_is_refused_before_it_costs_anything(string name, string text)
    {
        var bag = new DiagnosticBag();
        var before = GC.GetAllocatedBytesForCurrentThread();
        Assert.Null(YamlFile.Read(name, text, bag));
        var allocated = GC.GetAllocatedBytesForCurrentThread() - before;
        Assert.Equal("The parsed YAML is too big", Assert.Single(bag.ToImmutable()).Message);
        Assert.True(allocated < 200L * 1024 * 1024, $"{allocated:N0} bytes");
    }

    [Fact]
    public void A_file_of_sixty_thousand_lines_is_read()
    {
        var text = new StringBuilder();
        for (var i = 0; i < 12_000; i++)
            text.Append($"job{i}:\n  script:\n    - echo {i}\n  tags: [a, b]\n  needs: []\n");
        var bag = new DiagnosticBag();
        var file = YamlFile.Read("f.yml", text.ToString(), bag);
        Assert.Empty(bag.ToImmutable());
        Assert.Equal(12_000, file!.Body.Entries.Count);
    }

    [Fact]
    public void The_depth_that_is_allowed_is_read()
    {
        var bag = new DiagnosticBag();
        Assert.NotNull(YamlFile.Read("f.yml", "a: " + new string('[', 99) + new string(']', 99), bag));
        Assert.Null(YamlFile.Read("f.yml", "a: " + new string('[', 100) + new string(']', 100), bag));
    }
}
