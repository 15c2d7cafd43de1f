using System.Collections.Immutable;
using Slipway.Protocol.Variables;
using Xunit;

namespace Slipway.Compiler.Tests.Variables;

/// <summary>GitLab's replacement of variables on the server: gitlab-ci-yaml §10.3 and -2 §10.</summary>
public sealed class ExpansionTests
{
    private static string? Lookup(string name) =>
        name switch
        {
            "A" => "1",
            "B" => "$A",
            "EMPTY" => "",
            _ => null,
        };

    [Theory]
    [InlineData("x", "x", "x")]
    [InlineData("$A", "1", "1")]
    [InlineData("${A}", "1", "1")]
    [InlineData("%A%", "1", "1")]
    [InlineData("a$A-b", "a1-b", "a1-b")]
    [InlineData("$A$A", "11", "11")]
    [InlineData("$B", "$A", "$A")]
    [InlineData("$UNDEF", "", "$UNDEF")]
    [InlineData("${UNDEF}x", "x", "${UNDEF}x")]
    [InlineData("%UNDEF%", "", "%UNDEF%")]
    [InlineData("[$EMPTY]", "[]", "[]")]
    [InlineData("$$A", "$1", "$1")]
    [InlineData("\\$A", "\\1", "\\1")]
    [InlineData("$1", "$1", "$1")]
    [InlineData("$(A)", "$(A)", "$(A)")]
    [InlineData("${A-b}", "${A-b}", "${A-b}")]
    [InlineData("${A", "${A", "${A")]
    [InlineData("${}", "${}", "${}")]
    [InlineData("%A", "%A", "%A")]
    [InlineData("%A%B%", "1B%", "1B%")]
    [InlineData("100%", "100%", "100%")]
    [InlineData("$", "$", "$")]
    [InlineData("$AB", "", "$AB")]
    public void A_text_is_replaced_once(string text, string expanded, string expandedExisting)
    {
        Assert.Equal(expanded, VariableExpansion.Expand(text, Lookup));
        Assert.Equal(expandedExisting, VariableExpansion.ExpandExisting(text, Lookup));
    }

    private static ImmutableArray<Variable> List(params string[] definitions) =>
        [
            .. definitions
                .Select(definition => definition.Split('=', 2))
                .Select(pair => new Variable(
                    pair[0].TrimStart('!', '@'),
                    pair[1],
                    Raw: pair[0].StartsWith('!'),
                    File: pair[0].StartsWith('@')
                )),
        ];

    private static string Text(ImmutableArray<Variable> variables) =>
        string.Join(' ', variables.Select(variable => $"{variable.Key}={variable.Value}"));

    // ! is a raw variable, @ a file.
    [Theory]
    [InlineData("A=1 B=$A", "A=1 B=1")]
    [InlineData("B=$A A=1", "A=1 B=1")]
    [InlineData("C=$B/c B=${A}/b A=a", "A=a B=a/b C=a/b/c")]
    [InlineData("A=1 A=2 B=$A", "A=1 A=2 B=2")]
    [InlineData("B=$UNDEF", "B=$UNDEF")]
    [InlineData("A=1 B=$$A", "A=1 B=$$A")]
    [InlineData("A=1 B=$$$A", "A=1 B=$$1")]
    [InlineData("A=1 B=%%A%", "A=1 B=%%A%")]
    [InlineData("A=1 B=${}", "A=1 B=${}")]
    [InlineData("!R=$A A=1 B=$R", "R=$A A=1 B=$R")]
    [InlineData("@F=content B=$F", "F=content B=$F")]
    [InlineData("PATH=/bin X=1", "PATH=/bin X=1")]
    [InlineData("PATH=$PATH:/x", "PATH=$PATH:/x")]
    [InlineData("PATH=/bin PATH=$PATH:/x", "PATH=/bin PATH=/bin:/x")]
    [InlineData("PATH=$PATH:/x PATH=/bin", "PATH=/bin PATH=/bin:/x")]
    [InlineData("A=$B B=$A", "A=$B B=$A")]
    public void A_list_for_the_runner_keeps_what_the_runner_must_see(string given, string expected) =>
        Assert.Equal(expected, Text(VariableList.ExpandForRunner(List(given.Split(' ')))));

    [Theory]
    [InlineData("B=x$UNDEF", "B=x")]
    [InlineData("!R=$A A=1 B=$R", "R=$A A=1 B=$A")]
    [InlineData("@F=content B=$F", "F=content B=content")]
    [InlineData("A=1 B=$$A", "A=1 B=$$A")]
    [InlineData("PATH=$PATH:/x", "PATH=:/x")]
    public void A_list_for_the_server_is_replaced_to_the_end(string given, string expected) =>
        Assert.Equal(expected, Text(VariableList.ExpandAll(List(given.Split(' ')))));

    [Theory]
    [InlineData("A=$B B=$A", "circular variable reference detected: [\"A\", \"B\"]")]
    [InlineData("X=1 A=$B B=$C C=$A", "circular variable reference detected: [\"A\", \"B\", \"C\"]")]
    [InlineData("A=$B B=$A C=$D D=$C", "circular variable reference detected: [\"A\", \"B\"], [\"C\", \"D\"]")]
    [InlineData("PATH=$PATH:/x PATH=$PATH:/y", "circular variable reference detected: [\"PATH\", \"PATH\"]")]
    [InlineData("A=$A", null)]
    [InlineData("A=$B B=$C C=1", null)]
    [InlineData("A=$$B B=$A", null)]
    [InlineData("!A=$B B=$A", null)]
    [InlineData("A=$B B=1 A=$C C=$B", null)]
    public void Circles_are_told_with_their_keys(string given, string? message) =>
        Assert.Equal(message, VariableList.CircularReference(List(given.Split(' '))));

    [Fact]
    public void A_chain_of_ten_thousand_is_followed_without_recursion()
    {
        var chain = Enumerable.Range(0, 10_000).Select(i => new Variable($"V{i}", i == 9_999 ? "end" : $"$V{i + 1}"));
        Assert.Equal("end", VariableList.ExpandAll([.. chain])[^1].Value);
    }

    [Fact]
    public void Values_that_double_at_each_step_stop_growing()
    {
        var bomb = Enumerable.Range(0, 100).Select(i => new Variable($"V{i}", i == 0 ? "boom" : $"$V{i - 1}$V{i - 1}"));
        var expanded = VariableList.ExpandAll([.. bomb]);
        Assert.True(expanded.Sum(variable => (long)variable.Value.Length) < 2L * VariableList.MaxTotal);
        var piece = new string('x', 1000);
        Assert.True(
            VariableExpansion.Expand(string.Concat(Enumerable.Repeat("$A", 100_000)), _ => piece).Length < 2 * VariableExpansion.MaxLength
        );
    }
}
