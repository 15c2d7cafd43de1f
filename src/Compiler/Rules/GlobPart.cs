namespace Slipway.Compiler.Rules;

/// <summary>One part of a path against one part of a pattern: <c>*</c>, <c>?</c>, <c>[…]</c> and text.</summary>
internal static class GlobPart
{
    /// <summary>From <paramref name="p"/> and <paramref name="s"/> to the ends of their parts, where they stand on success.</summary>
    public static bool TryMatch(ReadOnlySpan<char> pattern, ref int p, ReadOnlySpan<char> path, ref int s)
    {
        var end = path[s..].IndexOf('/');
        end = end < 0 ? path.Length : s + end;
        int starNext = -1,
            starTaken = -1;
        while (true)
        {
            if (p < pattern.Length && pattern[p] == '*')
            {
                while (p < pattern.Length && pattern[p] == '*')
                    p++;
                if (TryEnd(pattern, ref p))
                {
                    s = end;
                    return true;
                }

                (starNext, starTaken) = (p, s);
                continue;
            }

            var patternEnds = TryEnd(pattern, ref p);
            if (s == end)
                return patternEnds;
            if (!patternEnds && TryOne(pattern, ref p, path, ref s))
                continue;
            if (starNext < 0)
                return false;
            starTaken += CharLength(path, starTaken);
            (p, s) = (starNext, starTaken);
        }
    }

    /// <summary>At the end of the pattern's part; steps over the backslash of an escaped slash, which is a slash all the same.</summary>
    private static bool TryEnd(ReadOnlySpan<char> pattern, ref int p)
    {
        if (pattern[p..].StartsWith("\\/"))
            p++;
        return p == pattern.Length || pattern[p] == '/';
    }

    private static int CharLength(ReadOnlySpan<char> text, int at) =>
        char.IsHighSurrogate(text[at]) && at + 1 < text.Length && char.IsLowSurrogate(text[at + 1]) ? 2 : 1;

    private static bool TryOne(ReadOnlySpan<char> pattern, ref int p, ReadOnlySpan<char> path, ref int s)
    {
        if (pattern[p] == '?')
        {
            p++;
            s += CharLength(path, s);
            return true;
        }

        if (pattern[p] == '[')
        {
            if (!TryClass(pattern, p + 1, CharAt(path, s), out var behind))
                return false;
            p = behind;
            s += CharLength(path, s);
            return true;
        }

        var literal = pattern[p] == '\\' && p + 1 < pattern.Length ? p + 1 : p;
        if (pattern[literal] != path[s])
            return false;
        p = literal + 1;
        s++;
        return true;
    }

    private static int CharAt(ReadOnlySpan<char> text, int at) =>
        CharLength(text, at) == 2 ? char.ConvertToUtf32(text[at], text[at + 1]) : text[at];

    /// <summary>Behind <c>[</c>. A class that is never closed matches nothing; it may hold a slash, which no part of a path does.</summary>
    private static bool TryClass(ReadOnlySpan<char> pattern, int at, int c, out int behind)
    {
        behind = at;
        var negated = at < pattern.Length && pattern[at] is '!' or '^';
        if (negated)
            at++;
        var found = false;
        while (at < pattern.Length)
        {
            if (pattern[at] == ']')
            {
                behind = at + 1;
                return found != negated;
            }

            if (!TryMember(pattern, ref at, out var low) || at >= pattern.Length)
                return false;
            var high = low;
            if (pattern[at] == '-' && at + 1 < pattern.Length && pattern[at + 1] != ']')
            {
                at++;
                if (!TryMember(pattern, ref at, out high))
                    return false;
            }

            found |= c == low || c == high || (low <= c && c <= high);
        }

        return false;
    }

    private static bool TryMember(ReadOnlySpan<char> pattern, ref int at, out int member)
    {
        member = 0;
        if (pattern[at] == '\\')
            at++;
        if (at >= pattern.Length)
            return false;
        var length = CharLength(pattern, at);
        member = length == 2 ? char.ConvertToUtf32(pattern[at], pattern[at + 1]) : pattern[at];
        at += length;
        return true;
    }
}
