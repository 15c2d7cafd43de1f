using Slipway.Compiler.Rules;
using Xunit;

namespace Slipway.Compiler.Tests.Rules;

/// <summary>Ruby's <c>File.fnmatch</c> with PATHNAME, DOTMATCH and EXTGLOB, case by case (gitlab-ci-yaml-2 §8.2).</summary>
public sealed class GlobTests
{
    [Theory]
    [InlineData("a.md", "a.md", true)]
    [InlineData("*.md", "a.md", true)]
    [InlineData("*.md", ".md", true)]
    [InlineData("*.md", "d/a.md", false)]
    [InlineData("**/*.md", "a.md", true)]
    [InlineData("**/*.md", "d/e/a.md", true)]
    [InlineData("**/*.md", ".hidden/a.md", true)]
    [InlineData("d/**", "d/e/a", false)]
    [InlineData("d/**", "d/a", true)]
    [InlineData("d/**/*", "d/a", true)]
    [InlineData("d/**/*", "d/e/a", true)]
    [InlineData("d/**/*", "d/.h/x", true)]
    [InlineData("d/**/*", "e/a", false)]
    [InlineData("d/**/f", "d/f", true)]
    [InlineData("d/**/f", "d/x/y/f", true)]
    [InlineData("d/**/f", "d/x/yf", false)]
    [InlineData("d/", "d/a", false)]
    [InlineData("d", "d/a", false)]
    [InlineData("./a", "a", false)]
    [InlineData("/a", "a", false)]
    [InlineData("**", "a", true)]
    [InlineData("**", "a/b", false)]
    [InlineData("**.md", "d/a.md", false)]
    [InlineData("**.md", "a.md", true)]
    [InlineData("a/**b/c", "a/xb/c", true)]
    [InlineData("a/**b/c", "a/x/b/c", false)]
    [InlineData("**/**/a", "a", true)]
    [InlineData("**/a/**/b", "x/a/y/a/b", true)]
    [InlineData("**/a/*/b", "a/x/y/a/z/b", true)]
    [InlineData("{a,b/*}.c", "b/x.c", true)]
    [InlineData("{a,b/*}.c", "a.c", true)]
    [InlineData("{a,{b,c}}.d", "c.d", true)]
    [InlineData("{a,{b,c}}.d", "d.d", false)]
    [InlineData("{a,}", "a", true)]
    [InlineData("a{,b}", "a", true)]
    [InlineData("a{,b}", "ab", true)]
    [InlineData("a{", "a{", true)]
    [InlineData("a{", "a", false)]
    [InlineData("a}", "a}", true)]
    [InlineData("{a,b}{c,d}", "bd", true)]
    [InlineData("{}", "", true)]
    [InlineData("[!a].c", "b.c", true)]
    [InlineData("[^a].c", "b.c", true)]
    [InlineData("[!a].c", "a.c", false)]
    [InlineData("[a-c]x", "bx", true)]
    [InlineData("[a-c]x", "dx", false)]
    [InlineData("[a-c]x", "ax", true)]
    [InlineData("[a-c]x", "cx", true)]
    [InlineData("[a-c]x", "`x", false)]
    [InlineData("[!a-c]x", "bx", false)]
    [InlineData("[!a-c]x", "dx", true)]
    [InlineData("[c-a]x", "cx", true)]
    [InlineData("[c-a]x", "ax", true)]
    [InlineData("[c-a]x", "bx", false)]
    [InlineData("[aa]x", "ax", true)]
    [InlineData("[abc]x", "ax", true)]
    [InlineData("[abc]x", "cx", true)]
    [InlineData("[abc]x", "dx", false)]
    [InlineData("[a-cx-z]", "b", true)]
    [InlineData("[a-cx-z]", "y", true)]
    [InlineData("[a-c", "b", false)]
    [InlineData("[a-", "a", false)]
    [InlineData("[", "a", false)]
    [InlineData("[!", "a", false)]
    [InlineData("[!a", "b", false)]
    [InlineData("[\\", "a", false)]
    [InlineData("[a-\\", "a", false)]
    [InlineData("[a-\\c]", "b", true)]
    [InlineData("[]", "a", false)]
    [InlineData("[!]", "a", true)]
    [InlineData("x[a]", "x", false)]
    [InlineData("[a]x", "bx", false)]
    [InlineData("*[a]", "xxa", true)]
    [InlineData("*[!a]b", "aab", false)]
    [InlineData("[a-]x", "-x", true)]
    [InlineData("[a-]x", "bx", false)]
    [InlineData("[\\]]x", "]x", true)]
    [InlineData("[a", "[a", false)]
    [InlineData("[a/]b", "/b", false)]
    [InlineData("[a/]b", "ab", true)]
    [InlineData("a?b", "a/b", false)]
    [InlineData("a?b", "axb", true)]
    [InlineData("a?", "a😀", true)]
    [InlineData("[😀]", "😀", true)]
    [InlineData("[😀]", "😁", false)]
    [InlineData("[😀-😂]x", "😁x", true)]
    [InlineData("?x", "😀x", true)]
    [InlineData("?", "😀😀", false)]
    [InlineData("*?x", "😀😀x", true)]
    [InlineData("\\*", "*", true)]
    [InlineData("\\*", "a", false)]
    [InlineData("a\\{b", "a{b", true)]
    [InlineData("a\\{b,c}", "a{b,c}", true)]
    [InlineData("a\\/b", "a/b", true)]
    [InlineData("*\\/b", "a/b", true)]
    [InlineData("a\\", "a\\", true)]
    [InlineData("+(a)", "a", false)]
    [InlineData("@(a|b)", "a", false)]
    [InlineData("[[:alpha:]]", "a", false)]
    [InlineData("*.MD", "a.md", false)]
    [InlineData("**", "", true)]
    [InlineData("***", "abc", true)]
    [InlineData("*a", "aa", true)]
    [InlineData("*ab", "aab", true)]
    [InlineData("*ab*", "xabx", true)]
    [InlineData("a*", "ba", false)]
    [InlineData("*a/b", "ca/b", true)]
    [InlineData("**/a", "b/ba", false)]
    [InlineData("a/**/**/b", "a/x/b", true)]
    [InlineData("**/b/c", "b/b/c", true)]
    [InlineData("x/**/b/c", "b/b/c", false)]
    [InlineData("*a*b*c", "xxaxxbxxc", true)]
    [InlineData("*a*b*c", "xxaxxbxx", false)]
    [InlineData("", "", true)]
    [InlineData("", "a", false)]
    [InlineData("*", "", true)]
    public void A_glob_matches_as_in_Ruby(string glob, string path, bool matches) => Assert.Equal(matches, Glob.Parse(glob).IsMatch(path));

    [Theory]
    [InlineData("Dockerfile", true, true)]
    [InlineData("d/Dockerfile", true, false)]
    [InlineData("*.md", false, true)]
    [InlineData("**/*.md", false, false)]
    [InlineData("**", false, false)]
    [InlineData("a\\b", true, true)]
    [InlineData("{a,b}", false, true)]
    public void A_glob_knows_how_much_of_the_tree_it_asks_about(string glob, bool exact, bool topLevel)
    {
        var parsed = Glob.Parse(glob);
        Assert.Equal((exact, topLevel), (parsed.IsExact, parsed.IsTopLevel));
    }

    [Fact]
    public void Half_a_pair_is_a_character_of_its_own()
    {
        Assert.True(Glob.Parse("a?").IsMatch("a\uD83D"));
        Assert.True(Glob.Parse("a?b").IsMatch("a\uD83Db"));
        Assert.True(Glob.Parse("*x").IsMatch("\uD83Dx"));
        Assert.True(Glob.Parse("[\uD83D]").IsMatch("\uD83D"));
        Assert.False(Glob.Parse("[\uD83D]").IsMatch("\uD83D\uDE00"));
    }

    [Fact]
    public void Many_stars_against_a_long_name_do_not_explode()
    {
        var glob = Glob.Parse(string.Concat(Enumerable.Repeat("*a", 500)) + "b");
        Assert.False(glob.IsMatch(new string('a', 5000)));
    }

    [Fact]
    public void Many_double_stars_against_a_deep_path_do_not_explode()
    {
        var glob = Glob.Parse(string.Concat(Enumerable.Repeat("**/a/", 500)) + "b");
        Assert.False(glob.IsMatch(string.Concat(Enumerable.Repeat("a/", 2000)) + "c"));
    }

    [Theory]
    [InlineData(20)]
    [InlineData(2000)]
    public void Braces_that_mean_too_many_patterns_count_as_a_match(int pairs)
    {
        var glob = Glob.Parse(string.Concat(Enumerable.Repeat("{a,b}", pairs)));
        Assert.True(glob.IsTooWide);
        Assert.True(glob.IsMatch("anything"));
    }

    [Theory]
    [InlineData(1000, 1, 1, false)]
    [InlineData(1001, 1, 1, true)]
    [InlineData(40, 25, 1, false)]
    [InlineData(40, 26, 1, true)]
    [InlineData(1000, 1, 999, false)]
    [InlineData(1000, 1, 1_001, true)]
    [InlineData(2, 2, 200_000, true)]
    public void A_thousand_patterns_and_a_million_characters_are_the_limit(int first, int second, int length, bool isTooWide)
    {
        var glob = Glob.Parse($"{Braces(first)}{Braces(second)}{new string('x', length - 1)}");
        Assert.Equal(isTooWide, glob.IsTooWide);
        Assert.Equal(isTooWide ? 0 : first * second, glob.Patterns.Length);
    }

    // One character each, so that the length of a pattern is known.
    private static string Braces(int alternatives) =>
        alternatives == 1 ? "" : "{" + string.Join(',', Enumerable.Range(0, alternatives).Select(i => (char)(0x4E00 + i))) + "}";

    [Theory]
    [InlineData("{a,b}{c,d}", "ac,ad,bc,bd")]
    [InlineData("x{a,{b,c}d,e}y", "xay,xbdy,xcdy,xey")]
    [InlineData("{a,}b", "ab,b")]
    [InlineData("{a}", "a")]
    [InlineData("{}", "")]
    [InlineData("a}b{c", "a}b{c")]
    [InlineData("}{a,b}", "}a,}b")]
    [InlineData("\\{a,b}", "\\{a,b}")]
    [InlineData("{a\\,b,c}", "a\\,b,c")]
    [InlineData("{a,b\\}", "{a,b\\}")]
    [InlineData("{{a,b}", "{{a,b}")]
    public void Braces_are_written_out_in_order(string glob, string patterns) =>
        Assert.Equal(patterns, string.Join(',', Glob.Parse(glob).Patterns));

    [Fact]
    public void Deeply_nested_braces_are_read_without_recursion()
    {
        var text = new string('{', 100_000) + new string('}', 100_000);
        _ = Glob.Parse(text).IsMatch("a");
    }
}
