namespace Slipway.Runner.Artifacts;

/// <summary>One name of a <see cref="Glob"/>, between two slashes. Time is at most the product of both lengths.</summary>
internal static class NamePattern
{
    public static bool Matches(ReadOnlySpan<char> pattern, ReadOnlySpan<char> name)
    {
        int p = 0,
            n = 0,
            star = -1,
            starName = 0;
        while (n < name.Length)
        {
            if (p < pattern.Length && pattern[p] == '*')
            {
                (star, starName) = (p++, n);
                continue;
            }

            if (p < pattern.Length && One(pattern, ref p, name[n]))
            {
                n++;
                continue;
            }

            if (star < 0)
                return false;
            p = star + 1;
            n = ++starName;
        }

        return pattern[p..].TrimStart('*').IsEmpty;
    }

    /// <summary>Compares one character with one part of the pattern and, when they agree, moves behind that part.</summary>
    private static bool One(ReadOnlySpan<char> pattern, ref int at, char c)
    {
        switch (pattern[at])
        {
            case '?':
                at++;
                return true;
            case '[' when ClassEnd(pattern, at) is > 0 and var end:
                if (!InClass(pattern[(at + 1)..end], c))
                    return false;
                at = end + 1;
                return true;
            case '\\' when at + 1 < pattern.Length:
                if (pattern[at + 1] != c)
                    return false;
                at += 2;
                return true;
            default:
                if (pattern[at] != c)
                    return false;
                at++;
                return true;
        }
    }

    /// <returns>Where the class that begins at <paramref name="at"/> ends; 0 when it does not, so that its bracket is just a bracket.</returns>
    private static int ClassEnd(ReadOnlySpan<char> pattern, int at)
    {
        var i = at + 1;
        if (i < pattern.Length && pattern[i] is '^' or '!')
            i++;
        for (var first = true; i < pattern.Length; i++, first = false)
        {
            if (pattern[i] == '\\')
                i++;
            else if (pattern[i] == ']' && !first)
                return i;
        }

        return 0;
    }

    private static bool InClass(ReadOnlySpan<char> members, char c)
    {
        var not = members[0] is '^' or '!';
        var found = false;
        for (var i = not ? 1 : 0; i < members.Length; i++)
        {
            var from = Literal(members, ref i);
            var to = from;
            if (i + 2 < members.Length && members[i + 1] == '-')
            {
                i += 2;
                to = Literal(members, ref i);
            }

            found |= from <= c && c <= to;
        }

        return found != not;
    }

    private static char Literal(ReadOnlySpan<char> members, ref int at)
    {
        if (members[at] == '\\' && at + 1 < members.Length)
            at++;
        return members[at];
    }
}
