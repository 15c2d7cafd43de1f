using Slipway.Compiler.Rules;
using Xunit;

namespace Slipway.Compiler.Tests.Rules;

/// <summary>Random globs against a slow matcher that tries everything, written from Ruby's documentation of <c>File.fnmatch</c>.</summary>
public sealed class GlobPropertyTests
{
    private static readonly string[] s_pieces =
    [
        "a",
        "b",
        ".",
        "/",
        "*",
        "**",
        "**/",
        "?",
        "[ab]",
        "[!a]",
        "[^b/]",
        "[a-b.]",
        "\\*",
        "\\a",
        "{a,b}",
        "{a/b,*,}",
        "{b{a,},?}",
    ];
    private const string PathLetters = "ab./*";

    [Fact]
    public void Random_globs_match_what_the_plain_definition_matches()
    {
        var matches = 0;
        for (var round = 0; round < 20_000; round++)
        {
            var random = new Random(round);
            var glob = string.Concat(Enumerable.Range(0, random.Next(1, 6)).Select(_ => s_pieces[random.Next(s_pieces.Length)]));
            var path = random.Next(2) == 0 ? Fitting(glob, random) : Letters(random);
            var expected = Alternatives(glob).Any(one => IsMatch(one, 0, path, 0));
            matches += expected ? 1 : 0;
            Assert.True(expected == Glob.Parse(glob).IsMatch(path), $"round {round}: {glob} and {path}: expected {expected}");
        }

        Assert.InRange(matches, 3_000, 17_000);
    }

    private static string Letters(Random random) =>
        string.Concat(Enumerable.Range(0, random.Next(0, 7)).Select(_ => PathLetters[random.Next(PathLetters.Length)]));

    /// <summary>A path made along the glob, so that matches come up.</summary>
    private static string Fitting(string glob, Random random)
    {
        var options = Alternatives(glob).ToArray();
        var text = options[random.Next(options.Length)];
        return string.Concat(
            text.Select(c =>
                c switch
                {
                    '*' => random.Next(3) switch
                    {
                        0 => "",
                        1 => "a",
                        _ => "b/a",
                    },
                    '?' => "b",
                    '\\' => "",
                    '[' or ']' or '!' or '^' or '-' => "",
                    _ => c.ToString(),
                }
            )
        );
    }

    /// <summary>All that the braces mean; innermost last.</summary>
    private static IEnumerable<string> Alternatives(string glob)
    {
        var open = -1;
        for (var i = 0; i < glob.Length; i++)
        {
            if (glob[i] == '\\')
                i++;
            else if (glob[i] == '{')
                open = i;
            else if (glob[i] == '}' && open >= 0)
            {
                var (head, tail) = (glob[..open], glob[(i + 1)..]);
                return glob[(open + 1)..i].Split(',').SelectMany(part => Alternatives(head + part + tail));
            }
        }

        return [glob];
    }

    private static bool IsMatch(string glob, int g, string path, int p)
    {
        if (g == glob.Length)
            return p == path.Length;
        var atStart = p == 0 || path[p - 1] == '/';
        if (atStart && (g == 0 || glob[g - 1] == '/') && glob.AsSpan(g).StartsWith("**/"))
            return IsMatch(glob, g + 3, path, p) || (path.IndexOf('/', p) is >= 0 and var slash && IsMatch(glob, g, path, slash + 1));
        if (glob[g] == '*')
            return IsMatch(glob, g + 1, path, p) || (p < path.Length && path[p] != '/' && IsMatch(glob, g, path, p + 1));
        if (p == path.Length)
            return false;
        if (glob[g] == '?')
            return path[p] != '/' && IsMatch(glob, g + 1, path, p + 1);
        if (glob[g] == '[')
            return path[p] != '/' && Set(glob, g, path[p]) is var (fits, next) && fits && IsMatch(glob, next, path, p + 1);
        if (glob[g] == '\\')
            g++;
        return glob[g] == path[p] && IsMatch(glob, g + 1, path, p + 1);
    }

    private static (bool Fits, int Next) Set(string glob, int g, char c)
    {
        var close = glob.IndexOf(']', g);
        var body = glob[(g + 1)..close];
        var negated = body[0] is '!' or '^';
        if (negated)
            body = body[1..];
        var found = false;
        for (var i = 0; i < body.Length; i++)
        {
            var isRange = i + 2 < body.Length && body[i + 1] == '-';
            found |= isRange ? c >= body[i] && c <= body[i + 2] : c == body[i];
            i += isRange ? 2 : 0;
        }

        return (found != negated, close + 1);
    }
}
