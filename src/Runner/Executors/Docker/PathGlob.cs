using System.Text;
using System.Text.RegularExpressions;

namespace Slipway.Runner.Executors.Docker;

/// <summary>
/// A doublestar glob over image names and paths: <c>*</c> and <c>?</c> stay within one part, <c>**</c> spans parts, <c>[a-z]</c> and
/// <c>{a,b}</c> choose. One that is none (an open bracket) matches itself only.
/// </summary>
internal sealed class PathGlob(string glob)
{
    private readonly Regex? _regex = glob.AsSpan().ContainsAny("*?[{\\") ? Compile(glob) : null;

    public bool Matches(string path) => path == glob || (_regex is not null && _regex.IsMatch(path));

    public static bool Matches(string glob, string path) => new PathGlob(glob).Matches(path);

    private static Regex? Compile(string glob)
    {
        try
        {
            return new Regex(Translate(glob), RegexOptions.NonBacktracking | RegexOptions.CultureInvariant);
        }
        catch (ArgumentException)
        {
            return null;
        }
    }

    private static string Translate(string glob)
    {
        var regex = new StringBuilder(@"\A");
        for (int at = 0, choices = 0; at < glob.Length; )
        {
            var (piece, length) = Piece(glob.AsSpan(at), ref choices);
            regex.Append(piece);
            at += length;
        }

        return regex.Append(@"\z").ToString();
    }

    /// <summary>What the beginning of the rest means, and how long it is.</summary>
    private static (string Regex, int Length) Piece(ReadOnlySpan<char> rest, ref int choices)
    {
        if (rest.StartsWith("**/"))
            return ("(?:.*/)?", 3);
        if (rest is "/**")
            return ("(?:/.*)?", 3);
        if (rest.StartsWith("**"))
            return (".*", 2);
        switch (rest[0])
        {
            case '*':
                return ("[^/]*", 1);
            case '?':
                return ("[^/]", 1);
            case '[' when rest.IndexOf(']') is > 1 and var end:
                var not = rest[1] is '^' or '!';
                return ((not ? "[^" : "[") + Regex.Escape(rest[(not ? 2 : 1)..end].ToString()) + "]", end + 1);
            case '{':
                choices++;
                return ("(?:", 1);
            case '}' when choices > 0:
                choices--;
                return (")", 1);
            case ',' when choices > 0:
                return ("|", 1);
            case '\\' when rest.Length > 1:
                return (Regex.Escape(rest[1].ToString()), 2);
            default:
                return (Regex.Escape(rest[0].ToString()), 1);
        }
    }
}
