using System.Text.RegularExpressions;
using FsCheck;
using FsCheck.Fluent;
using Slipway.Runner.Artifacts;
using Xunit;

namespace Slipway.Runner.Tests.Artifacts;

public sealed class GlobTests
{
    [Theory]
    [InlineData("a", "a", true)]
    [InlineData("a", "ab", false)]
    [InlineData("*.txt", "a.txt", true)]
    [InlineData("*.txt", ".txt", true)]
    [InlineData("*.txt", "d/a.txt", false)]
    [InlineData("d/*.txt", "d/a.txt", true)]
    [InlineData("**/*.txt", "a.txt", true)]
    [InlineData("**/*.txt", "d/e/a.txt", true)]
    [InlineData("d/**", "d", true)]
    [InlineData("d/**", "d/e/f", true)]
    [InlineData("d/**/f", "d/f", true)]
    [InlineData("d/**/f", "d/e/g/f", true)]
    [InlineData("d/**/f", "d/fg", false)]
    [InlineData("d/**/e/**/f", "d/e/e/x/f", true)]
    [InlineData("a**b", "axxb", true)]
    [InlineData("a**b", "ax/xb", false)]
    [InlineData("?.o", "é.o", true)]
    [InlineData("[a-c]x", "bx", true)]
    [InlineData("[^a-c]x", "bx", false)]
    [InlineData("[!a]x", "bx", true)]
    [InlineData("[]]x", "]x", true)]
    [InlineData("[a\\]]", "]", true)]
    [InlineData("[a", "[a", true)]
    [InlineData("\\*", "*", true)]
    [InlineData("\\*", "a", false)]
    [InlineData("{a,b}/c", "b/c", true)]
    [InlineData("{a,b/c}/d", "b/c/d", true)]
    [InlineData("x{1,2{3,4}}", "x24", true)]
    [InlineData("x{1,2{3,4}}", "x2", false)]
    [InlineData("{a,", "{a,", true)]
    [InlineData("\\{a\\}", "{a}", true)]
    [InlineData("*/.git", "a/.git", true)]
    [InlineData("A", "a", false)]
    public void Doublestar_patterns_match_as_in_gitlab_runner(string pattern, string path, bool matches) =>
        Assert.Equal(matches, new Glob(pattern).Matches(path));

    [Theory]
    [InlineData("a/b/c", "a", true)]
    [InlineData("a/b/c", "a/b", true)]
    [InlineData("a/b/c", "a/b/c", false)]
    [InlineData("a/b/c", "b", false)]
    [InlineData("a/**/x", "a/b/c/d", true)]
    [InlineData("**/x", "b", true)]
    [InlineData("{a,b}/x", "b", true)]
    public void A_walk_enters_only_folders_that_can_hold_matches(string pattern, string folder, bool enters) =>
        Assert.Equal(enters, new Glob(pattern).LeadsBelow(folder));

    [Fact]
    public void A_pattern_of_many_stars_takes_no_time()
    {
        var glob = new Glob(string.Concat(Enumerable.Repeat("a*", 60)) + "/" + string.Concat(Enumerable.Repeat("**/", 30)) + "b");
        Assert.False(glob.Matches(new string('a', 3000) + string.Concat(Enumerable.Repeat("/a", 2000))));
    }

    [Fact]
    public void Too_many_alternatives_are_taken_literally()
    {
        var glob = new Glob(string.Concat(Enumerable.Repeat("{a,b}", 30)));
        Assert.False(glob.Matches(new string('a', 30)));
    }

    [Fact]
    public void Patterns_agree_with_the_regular_expressions_they_stand_for()
    {
        var parts = Gen.Elements("a", "b", "*", "?", "/", "**/", "ab")
            .ArrayOf()
            .Select(string.Concat)
            .Select(p => p.Trim('/').Replace("//", "/"));
        var paths = Gen.Elements("a", "b", "/", "ab")
            .ArrayOf()
            .Select(string.Concat)
            .Select(p => Regex.Replace(p.Trim('/'), "/+", "/"))
            .Where(p => p.Length > 0);
        Properties.Hold(
            from pattern in parts.Where(p => p.Length > 0)
            from path in paths
            select (pattern, path),
            c => Assert.Equal(AsRegex(c.pattern).IsMatch(c.path), new Glob(c.pattern).Matches(c.path))
        );
    }

    private static Regex AsRegex(string pattern)
    {
        // Two ** in a row say no more than one.
        var names = pattern.Split('/').ToList();
        for (var i = names.Count - 1; i > 0; i--)
            if (names[i] == "**" && names[i - 1] == "**")
                names.RemoveAt(i);
        var text = "^";
        for (var i = 0; i < names.Count; i++)
        {
            var last = i == names.Count - 1;
            if (names[i] == "**")
                text +=
                    last ? (i == 0 ? ".*" : "(/.*)?")
                    : i == 0 ? "(.*/)?"
                    : "(/.*)?/";
            else
                text += Regex.Escape(names[i]).Replace("\\*", "[^/]*").Replace("\\?", "[^/]") + (!last && names[i + 1] != "**" ? "/" : "");
        }

        return new Regex(text + "$", RegexOptions.Singleline);
    }
}
