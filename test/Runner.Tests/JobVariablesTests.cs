using Slipway.Protocol.Variables;
using Slipway.Runner;
using Xunit;

namespace Slipway.Runner.Tests;

public sealed class JobVariablesTests
{
    [Theory]
    [InlineData("$A", "1")]
    [InlineData("${A}b", "1b")]
    [InlineData("$Ab $A_", " ")]
    [InlineData("$A-$A.", "1-1.")]
    [InlineData("$$A $$", "$A $")]
    [InlineData("${$}", "$")]
    [InlineData("$1abc $* $# $@ $! $? $- ${?}", "abc       ")]
    [InlineData("$NONE|", "|")]
    [InlineData("100% $ %A% $%", "100% $ %A% $%")]
    [InlineData("${A", "A")]
    [InlineData("x${}y", "xy")]
    [InlineData("${A:-x}", "")]
    [InlineData("$REF", "$A")]
    [InlineData("$RAW", "$A")]
    [InlineData("$KEY", "/p.tmp/KEY")]
    public void A_text_is_expanded_once(string text, string expected)
    {
        var variables = new JobVariables(
            [new("A", "0"), new("REF", "$A", Raw: true), new("A", "1"), new("RAW", "$A", Raw: true), new("KEY", "secret", File: true)],
            "/p.tmp"
        );
        Assert.Equal(expected, variables.Expand(text));
    }

    [Fact]
    public void Values_are_expanded_against_the_unexpanded_list_and_the_last_definition_wins()
    {
        var variables = new JobVariables([new("X", "$Y"), new("Y", "$Z"), new("Z", "old"), new("Z", "new"), new("S", "$S!")], "/t");
        Assert.Equal("$Z", variables["X"]);
        Assert.Equal("new", variables["Y"]);
        Assert.Equal("$S!!", variables["S"]);
        Assert.Equal(["X", "Y", "Z", "S"], variables.All.Select(v => v.Key));
    }

    [Fact]
    public void A_service_does_not_see_secrets_even_by_reference()
    {
        Variable[] all = [new("SECRET", "s3cret", Public: false), new("URL", "http://u:$SECRET@db", Public: true)];
        var variables = JobVariables.ForServices(all, "/t");
        Assert.Equal("http://u:@db", variables["URL"]);
        Assert.Null(variables["SECRET"]);
    }

    [Theory]
    [InlineData("true", true)]
    [InlineData("TRUE", true)]
    [InlineData("t", true)]
    [InlineData("1", true)]
    [InlineData("2", false)]
    [InlineData("0", false)]
    [InlineData("False", false)]
    [InlineData("yes", false)]
    [InlineData("", false)]
    public void Truth_is_what_GitLab_takes_for_it(string value, bool expected) =>
        Assert.Equal(expected, new JobVariables([new("FLAG", value)], "/t").IsOn("FLAG"));

    [Theory]
    [InlineData("3", 3)]
    [InlineData("0", 1)]
    [InlineData("11", 1)]
    [InlineData("many", 1)]
    public void Attempts_are_one_to_ten(string value, int expected) =>
        Assert.Equal(expected, new JobVariables([new("N", value)], "/t").Attempts("N"));
}
