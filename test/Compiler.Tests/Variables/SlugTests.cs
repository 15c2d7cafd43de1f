using Slipway.Compiler.Variables;
using Xunit;

namespace Slipway.Compiler.Tests.Variables;

public sealed class SlugTests
{
    [Theory]
    [InlineData("main", "main")]
    [InlineData("Feature/Ünïcode_Name", "feature--n-code-name")]
    [InlineData("--x--", "x")]
    [InlineData("///", "")]
    [InlineData("v1.0.0", "v1-0-0")]
    [InlineData(
        "aaaaaaaaaabbbbbbbbbbccccccccccddddddddddeeeeeeeeeeffffffffffggg-hh",
        "aaaaaaaaaabbbbbbbbbbccccccccccddddddddddeeeeeeeeeeffffffffffggg"
    )]
    [InlineData(
        "aaaaaaaaaabbbbbbbbbbccccccccccddddddddddeeeeeeeeeeffffffffffgg--hh",
        "aaaaaaaaaabbbbbbbbbbccccccccccddddddddddeeeeeeeeeeffffffffffgg"
    )]
    public void A_slug_is_fit_for_a_host_name(string name, string slug) => Assert.Equal(slug, Slugs.Of(name));

    [Theory]
    [InlineData("production", "production")]
    [InlineData("staging-", "staging")]
    [InlineData("review", "review")]
    public void An_environment_whose_name_is_a_slug_already_keeps_it(string name, string slug) =>
        Assert.Equal(slug, Slugs.OfEnvironment(name));

    [Theory]
    [InlineData("staging/eu", "staging-eu-")]
    [InlineData("Production", "production-")]
    [InlineData("1-prod", "env-1-prod-")]
    [InlineData("review/feature/a-very-long-branch", "review-feature-a-")]
    [InlineData("a--b", "a-b-")]
    [InlineData("äpfel", "env-pfel-")]
    public void A_changed_environment_name_gets_a_suffix_of_six(string name, string start)
    {
        var slug = Slugs.OfEnvironment(name);
        Assert.StartsWith(start, slug, StringComparison.Ordinal);
        Assert.Equal(start.Length + 6, slug.Length);
        Assert.True(slug.Length <= 24);
        Assert.NotEqual(slug[^6..], Slugs.OfEnvironment(name + "!")[^6..]);
    }

    // Worked out by hand: SHA-256 as a number, in base 36, its last six digits.
    [Fact]
    public void The_suffix_is_Rubys() => Assert.Equal("staging-eu-9sghk1", Slugs.OfEnvironment("staging/eu"));

    [Theory]
    [InlineData("test", "test")]
    [InlineData("test 1/3", "test")]
    [InlineData("test 1:3", "test")]
    [InlineData("test 1 3", "test")]
    [InlineData("test: [linux, amd64]", "test")]
    [InlineData("test: [a] 1/2", "test")]
    [InlineData("test 1/2: [a]", "test")]
    [InlineData("test 1/2 3/4 5/6", "test")]
    [InlineData("a: [x] b: [y]", "a")]
    [InlineData("test [x]", "test")]
    [InlineData("test[x]", "test[x]")]
    [InlineData("test1/3", "test1/3")]
    [InlineData("test 1", "test 1")]
    [InlineData("python 3.9", "python 3.9")]
    [InlineData("[x]", "[x]")]
    [InlineData("test: [a] end", "test: [a] end")]
    public void A_group_name_has_no_ending(string name, string group) => Assert.Equal(group, JobVariables.GroupName(name));
}
