namespace Slipway.Runner.Artifacts;

/// <summary>
/// A doublestar pattern below the project's folder, as <c>artifacts:paths</c> and <c>cache:paths</c> have them: <c>*</c> and <c>?</c> within a
/// name, <c>**</c> as a name of its own for any number of folders, <c>[a-z]</c>, <c>[^a]</c>, <c>{a,b}</c>, <c>\</c> before what is meant
/// literally. Names that begin with a dot are names like others. Letters are compared exactly.
/// </summary>
internal sealed class Glob
{
    /// <summary>More alternatives than this, <c>{a,b}{c,d}…</c> multiplied out, and the braces are taken literally.</summary>
    private const int AlternativeLimit = 1000;

    private readonly List<string[]> _alternatives;

    public Glob(string pattern)
    {
        var texts = new List<string>();
        _alternatives = Braces.Expand(pattern, texts, AlternativeLimit)
            ? [.. texts.Select(t => t.Split('/'))]
            : [pattern.Replace("{", "\\{").Replace("}", "\\}").Split('/')];
    }

    /// <param name="path">Without leading, ending or double slashes.</param>
    public bool Matches(ReadOnlySpan<char> path)
    {
        foreach (var pattern in _alternatives)
            if (Matches(pattern, path))
                return true;
        return false;
    }

    /// <summary>Whether something below this folder could match. May say yes in vain, never no.</summary>
    public bool LeadsBelow(ReadOnlySpan<char> folder)
    {
        foreach (var pattern in _alternatives)
            if (LeadsBelow(pattern, folder))
                return true;
        return false;
    }

    private static bool Matches(string[] pattern, ReadOnlySpan<char> path)
    {
        // As with stars in a name: only the last ** ever has to be tried again, one folder further.
        var (at, retry) = (0, -1);
        var rest = path;
        var retryRest = path;
        while (true)
        {
            if (at < pattern.Length && pattern[at] == "**")
            {
                retry = at++;
                retryRest = rest;
                continue;
            }

            if (at == pattern.Length && rest.IsEmpty)
                return true;
            if (at < pattern.Length && !rest.IsEmpty && NamePattern.Matches(pattern[at], First(rest)))
            {
                at++;
                rest = AfterFirst(rest);
                continue;
            }

            if (retry < 0 || retryRest.IsEmpty)
                return false;
            retryRest = AfterFirst(retryRest);
            at = retry + 1;
            rest = retryRest;
        }
    }

    private static bool LeadsBelow(string[] pattern, ReadOnlySpan<char> folder)
    {
        var at = 0;
        for (var rest = folder; !rest.IsEmpty; rest = AfterFirst(rest), at++)
        {
            if (at == pattern.Length)
                return false;
            if (pattern[at] == "**")
                return true;
            if (!NamePattern.Matches(pattern[at], First(rest)))
                return false;
        }

        return at < pattern.Length;
    }

    private static ReadOnlySpan<char> First(ReadOnlySpan<char> path) => path.IndexOf('/') is >= 0 and var slash ? path[..slash] : path;

    private static ReadOnlySpan<char> AfterFirst(ReadOnlySpan<char> path) =>
        path.IndexOf('/') is >= 0 and var slash ? path[(slash + 1)..] : [];
}
