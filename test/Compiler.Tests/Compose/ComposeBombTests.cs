using System.Text;
using Xunit;

namespace Slipway.Compiler.Tests.Compose;

public sealed class ComposeBombTests
{
    public static TheoryData<string, string> Bombs() =>
        new()
        {
            { "references double", Repeat(1, 60, i => $".a{i}: [!reference [.a{i - 1}], !reference [.a{i - 1}]]\n", ".a0: [x]\n") },
            {
                "references follow each other",
                Repeat(1, 20_000, i => $".a{i}: {{x: !reference [.a{i - 1}, x]}}\n", ".a0: {x: 1}\n", reverse: true)
            },
            { "references nest", Repeat(1, 300, i => $".a{i}: [!reference [.a{i - 1}]]\n", ".a0: [x]\n", reverse: true) },
            {
                "all extend a large map",
                Repeat(
                    1,
                    5_000,
                    i => $"j{i}: {{extends: .a}}\n",
                    ".a: {" + string.Concat(Enumerable.Range(0, 1_000).Select(k => $"k{k}: 1, ")) + "}\n"
                )
            },
            {
                "extending doubles",
                Repeat(
                    1,
                    11,
                    i => $".a{i}: {{extends: .a{i - 1}, x{i}: !reference [.a{i - 1}]}}\n",
                    ".a0: {" + string.Concat(Enumerable.Range(0, 2_000).Select(k => $"k{k}: 1, ")) + "}\n"
                )
            },
        };

    private static string Repeat(int from, int count, Func<int, string> line, string first, bool reverse = false)
    {
        var lines = Enumerable.Range(from, count).Select(line);
        var text = new StringBuilder(first);
        foreach (var one in reverse ? lines.Reverse() : lines)
            text.Append(one);
        return text.ToString();
    }

    [Theory]
    [MemberData(nameof(Bombs))]
    public void A_bomb_of_merging_is_refused_before_it_costs_anything(string name, string yaml)
    {
        var before = GC.GetAllocatedBytesForCurrentThread();
        var (root, diagnostics) = Composed.Load(yaml);
        var allocated = GC.GetAllocatedBytesForCurrentThread() - before;
        Assert.True(root is null, name);
        Assert.Equal("The parsed YAML is too big", Assert.Single(diagnostics).Message);
        Assert.True(allocated < 150L * 1024 * 1024, $"{allocated:N0} bytes");
    }

    [Fact]
    public void Ten_thousand_jobs_that_extend_two_templates_are_no_bomb()
    {
        var yaml =
            ".a: {script: [x], tags: [a, b], variables: {A: 1, B: 2}}\n.b: {image: alpine, rules: [{if: $A}]}\n"
            + Repeat(1, 10_000, i => $"j{i}: {{extends: [.a, .b], stage: test}}\n", "");
        Assert.NotNull(Composed.Load(yaml).Root);
    }
}
