using Xunit;

namespace Slipway.Compiler.Tests.Compose;

public sealed class ReferencesTests
{
    [Theory]
    [InlineData(".a: {s: [1]}\nb: {s: !reference [.a, s]}", """{".a":{"s":[1]},"b":{"s":[1]}}""")]
    [InlineData(".a: {s: [1, 2]}\nb: {s: [0, !reference [.a, s], 3]}", """{".a":{"s":[1,2]},"b":{"s":[0,[1,2],3]}}""")]
    [InlineData(".a: {v: {x: {y: deep}}}\nb: !reference [.a, v, x, y]", """{".a":{"v":{"x":{"y":"deep"}}},"b":"deep"}""")]
    [InlineData(".a: [1]\n.b: {s: [!reference [.a]]}\nc: {s: [!reference [.b, s]]}", """{".a":[1],".b":{"s":[[1]]},"c":{"s":[[[1]]]}}""")]
    [InlineData("c: {s: !reference [.b, s]}\n.b: {s: !reference [.a, s]}\n.a: {s: x}", """{"c":{"s":"x"},".b":{"s":"x"},".a":{"s":"x"}}""")]
    [InlineData(
        ".r: {rules: [{if: !reference [.i, x]}, {when: never}]}\nb: {rules: !reference [.r, rules]}\n.i: {x: $A}",
        """{".r":{"rules":[{"if":"$A"},{"when":"never"}]},"b":{"rules":[{"if":"$A"},{"when":"never"}]},".i":{"x":"$A"}}"""
    )]
    [InlineData(
        ".a: {s: [1]}\n.b: {extends: .a}\nc: {s: !reference [.b, s]}",
        """{".a":{"s":[1]},".b":{"s":[1],"extends":".a"},"c":{"s":[1]}}"""
    )]
    [InlineData(".a: {x: ''}\nb: !reference [.a, x]", """{".a":{"x":""},"b":""}""")]
    [InlineData(".a: {x: []}\nb: !reference [.a, x]", """{".a":{"x":[]},"b":[]}""")]
    [InlineData(".a: {x: 0}\nb: !reference [.a, x]", """{".a":{"x":0},"b":0}""")]
    public void A_reference_becomes_what_stands_at_its_path(string yaml, string json) => Assert.Equal(json, Composed.From(yaml));

    [Theory]
    [InlineData("a: !reference [.b]", "!reference [\".b\"] could not be found")]
    [InlineData("a: !reference [.b, c]\n.b: {}", "!reference [\".b\", \"c\"] could not be found")]
    [InlineData("a: !reference [.b, c]\n.b: [c]", "!reference [\".b\", \"c\"] could not be found")]
    [InlineData("a: !reference [.b, c]\n.b: {c: null}", "!reference [\".b\", \"c\"] could not be found")]
    [InlineData("a: !reference [.b, c]\n.b: {c: false}", "!reference [\".b\", \"c\"] could not be found")]
    [InlineData("a: !reference [.b, c]\n.b: !reference [.d]\n.d: {c: 1}", "!reference [\".b\", \"c\"] could not be found")]
    [InlineData("a: !reference [a]", "!reference [\"a\"] is part of a circular chain")]
    [InlineData("a: {s: [!reference [a, s]]}", "!reference [\"a\", \"s\"] is part of a circular chain")]
    [InlineData("a: !reference [b]\nb: !reference [a]", "!reference [\"b\"] is part of a circular chain")]
    [InlineData("a: {s: [!reference [b]]}\nb: {s: !reference [a, s]}", "!reference [\"b\"] is part of a circular chain")]
    [InlineData("a: [!reference [x], !reference [y]]", "!reference [\"x\"] could not be found\n!reference [\"y\"] could not be found")]
    public void A_reference_that_leads_nowhere_is_told(string yaml, string messages) => Assert.Equal(messages, Composed.From(yaml));

    [Fact]
    public void A_mistake_stands_at_the_reference_and_helps()
    {
        var diagnostic = Assert.Single(
            Composed.Load(".base:\n  script: [x]\njob:\n  script:\n    - !reference [.base, scirpt]\n").Diagnostics
        );
        Assert.Equal(new Position("f.yml", 5, 18), diagnostic.At);
        Assert.Equal("Did you mean script?", diagnostic.Help);
    }

    [Theory]
    [InlineData("a: !reference [.b]", "There is no .b.")]
    [InlineData("a: !reference [.b, c]\n.b: {}", "There is no c in .b.")]
    [InlineData("a: !reference [.b, c]\n.b: [c]", ".b is not a map, so it has no c.")]
    [InlineData("a: !reference [.b, c, d]\n.b: {c: 1}", "c is not a map, so it has no d.")]
    [InlineData("a: !reference [.b, c]\n.b: {c: null}", "What stands there is empty.")]
    [InlineData("a: !reference [.b, c]\n.b: !reference [.d]\n.d: {c: 1}", "A !reference cannot lead through another one.")]
    public void The_help_tells_where_the_path_ends(string yaml, string help) => Assert.Equal(help, Composed.Load(yaml).Diagnostics[0].Help);

    [Fact]
    public void Twenty_mistakes_are_helped_and_the_rest_only_told()
    {
        var yaml = string.Concat(Enumerable.Range(1, 22).Select(i => $"a{i}: !reference [.none]\n"));
        var helps = Composed.Load(yaml).Diagnostics.Select(diagnostic => diagnostic.Help).ToList();
        Assert.All(helps.Take(20), help => Assert.Equal("There is no .none.", help));
        Assert.Equal([null, null], helps.Skip(20));
    }

    // One for the map at the top of the chain.
    [Theory]
    [InlineData(999, true)]
    [InlineData(1000, false)]
    public void A_chain_ends_at_a_thousand_steps(int links, bool isRight)
    {
        var yaml =
            string.Concat(Enumerable.Range(1, links).Reverse().Select(i => $".a{i}: {{x: !reference [.a{i - 1}, x]}}\n")) + ".a0: {x: 1}\n";
        var messages = Composed.Load(yaml).Diagnostics.Select(diagnostic => diagnostic.Message);
        Assert.Equal(isRight ? [] : ["The parsed YAML is too big"], messages);
    }

    [Fact]
    public void Thousands_of_references_side_by_side_are_no_chain()
    {
        var yaml = ".a: {x: 1}\n" + string.Concat(Enumerable.Range(0, 3_000).Select(i => $"b{i}: [!reference [.a, x]]\n"));
        Assert.Empty(Composed.Load(yaml).Diagnostics);
    }
}
