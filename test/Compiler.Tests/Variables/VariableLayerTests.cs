using System.Collections.Immutable;
using Slipway.Compiler.Variables;
using Slipway.Protocol.Variables;
using Xunit;

namespace Slipway.Compiler.Tests.Variables;

public sealed class VariableLayerTests
{
    [Theory]
    [InlineData("A=1 B=2 A=3", "A=1 B=2 A=3", "A=3 B=2")]
    [InlineData("A=1", "A=1", "A=1")]
    [InlineData("", "", "")]
    public void The_later_of_two_wins_and_keeps_the_place_of_the_first(string given, string all, string unique)
    {
        Assert.Equal(all, Text(VariableLayer.Of(List(given)).Items));
        Assert.Equal(unique, Text(VariableLayer.OfUnique(List(given)).Items));
    }

    // From nine on they are found by an index.
    [Theory]
    [InlineData(1)]
    [InlineData(8)]
    [InlineData(9)]
    [InlineData(40)]
    public void A_variable_is_found_among_few_and_many(int count)
    {
        var layer = VariableLayer.Of([
            .. Enumerable.Range(0, count).Select(i => new Variable($"K{i}", $"{i}")),
            new Variable("K0", "last"),
        ]);
        Assert.Equal("last", layer.Find("K0")?.Value);
        Assert.Equal(count == 1 ? "last" : $"{count - 1}", layer.Find($"K{count - 1}")?.Value);
        Assert.Null(layer.Find($"K{count}"));
        var above = layer.With([new Variable("K0", "above"), new Variable("NEW", "n"), new Variable("NEW", "n2")]);
        Assert.Equal("above", above.Find("K0")?.Value);
        Assert.Equal("n2", above.Find("NEW")?.Value);
        Assert.Equal(count == 1 ? "above" : $"{count - 1}", above.Find($"K{count - 1}")?.Value);
        Assert.Equal(layer.Items.Length + 1, above.Items.Length);
        Assert.Equal("NEW=n2", Text(above.Items[^1..]));
        Assert.Equal("above", above.Items[layer.Items.Length - 1].Value);
        Assert.Same(above, above.With([]));
    }

    [Fact]
    public void Those_that_refer_to_others_are_known_by_layer()
    {
        var below = VariableLayer.Of(List("A=$B C=%D% E=plain"));
        var above = below.With([new Variable("F", "${A}"), new Variable("G", "$A") { Raw = true }, new Variable("A", "no longer")]);
        Assert.Equal("A=$B C=%D%", Text(below.Referring));
        Assert.Equal("C=%D% F=${A}", Text(above.Referring));
        Assert.Equal("F=${A}", Text([.. above.ReferringAbove(below)]));
        Assert.Equal("F=${A} A=$B C=%D%", Text([.. above.ReferringAbove(VariableLayer.Empty)]));
        Assert.Empty(above.ReferringAbove(above));
    }

    [Theory]
    [InlineData("*", null, true)]
    [InlineData("*", "any", true)]
    [InlineData("review/*", null, false)]
    [InlineData("review/*", "review/a/b", true)]
    [InlineData("review/*", "review/", true)]
    [InlineData("review/*", "review", false)]
    [InlineData("production", "production", true)]
    [InlineData("production", "production2", false)]
    [InlineData("production", "Production", false)]
    [InlineData("*/eu", "a/b/eu", true)]
    [InlineData("*/eu", "a/eu/b", false)]
    [InlineData("a*b*c", "aXbYbZc", true)]
    [InlineData("a*b*c", "aXcYb", false)]
    [InlineData("a**", "a", true)]
    [InlineData("a*b", "ab", true)]
    [InlineData("*ab", "aab", true)]
    public void A_scope_fits_an_environment(string scope, string? environment, bool fits) =>
        Assert.Equal(fits, EnvironmentScopes.Fits(scope, environment));

    [Fact]
    public void Of_one_owner_the_most_exact_scope_wins_and_over_all_the_nearest_owner()
    {
        ImmutableArray<ScopedVariable> variables =
        [
            new(new Variable("K", "project all")) { Level = 2 },
            new(new Variable("K", "project exact"), "review/a") { Level = 2 },
            new(new Variable("K", "project long pattern"), "review/*a") { Level = 2 },
            new(new Variable("K", "project pattern"), "rev*") { Level = 2 },
            new(new Variable("K", "group exact"), "review/a") { Level = 1 },
            new(new Variable("K", "instance")) { Level = 0 },
        ];
        Assert.Equal(
            ["instance", "group exact", "project all", "project pattern", "project long pattern", "project exact"],
            EnvironmentScopes.Visible(variables, "review/a").Select(variable => variable.Value)
        );
        Assert.Equal(["instance", "project all"], EnvironmentScopes.Visible(variables, null).Select(variable => variable.Value));
    }

    [Theory]
    [InlineData("abc", "say abc!", "say xxx!")]
    [InlineData("12345678", "12345678", "[MASKED]")]
    [InlineData("1234567", "1234567", "xxxxxxx")]
    [InlineData("1234567890", "a 1234567890 b 1234567890", "a [MASKED]xx b [MASKED]xx")]
    [InlineData("", "nothing", "nothing")]
    [InlineData("A", "a", "a")]
    public void A_masked_value_is_hidden_with_its_length(string secret, string text, string hidden)
    {
        Assert.Equal(hidden, new SecretMask([new Variable("S", secret) { Masked = true }]).Apply(text));
        Assert.Equal(text, new SecretMask([new Variable("S", secret)]).Apply(text));
    }

    [Fact]
    public void A_secret_within_another_hides_no_part_of_it()
    {
        var mask = new SecretMask([new Variable("A", "cret") { Masked = true }, new Variable("B", "secret") { Masked = true }]);
        Assert.Equal("xxxxxx xxxx", mask.Apply("secret cret"));
    }

    private static ImmutableArray<Variable> List(string text) =>
        [
            .. text.Split(' ', StringSplitOptions.RemoveEmptyEntries)
                .Select(pair => pair.Split('='))
                .Select(pair => new Variable(pair[0], pair[1])),
        ];

    private static string Text(IEnumerable<Variable> variables) =>
        string.Join(' ', variables.Select(variable => $"{variable.Key}={variable.Value}"));
}
