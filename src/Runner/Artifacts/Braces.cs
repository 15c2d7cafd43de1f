namespace Slipway.Runner.Artifacts;

/// <summary>Multiplies out <c>{a,b}</c>: <c>x{1,2{3,4}}</c> is <c>x1</c>, <c>x23</c>, <c>x24</c>.</summary>
internal static class Braces
{
    /// <returns><see langword="false"/> when a brace has no partner, or when it were more than <paramref name="limit"/>.</returns>
    public static bool Expand(string text, List<string> results, int limit)
    {
        var pending = new Stack<string>([text]);
        while (pending.TryPop(out var next))
        {
            var open = Find(next, 0, "{");
            if (open < 0)
            {
                results.Add(next);
                continue;
            }

            if (Parts(next, open) is not var (parts, end) || pending.Count + results.Count + parts.Count > limit)
                return false;
            for (var i = parts.Count - 1; i >= 0; i--)
                pending.Push(next[..open] + parts[i] + next[(end + 1)..]);
        }

        return true;
    }

    private static (List<string> Parts, int End)? Parts(string text, int open)
    {
        var parts = new List<string>();
        var depth = 0;
        var start = open + 1;
        for (var i = Find(text, start, "{,}"); i >= 0; i = Find(text, i + 1, "{,}"))
        {
            if (text[i] == '{')
                depth++;
            else if (depth > 0)
                depth -= text[i] == '}' ? 1 : 0;
            else
            {
                parts.Add(text[start..i]);
                start = i + 1;
                if (text[i] == '}')
                    return (parts, i);
            }
        }

        return null;
    }

    private static int Find(string text, int from, string wanted)
    {
        for (var i = from; i < text.Length; i++)
        {
            if (text[i] == '\\')
                i++;
            else if (wanted.Contains(text[i]))
                return i;
        }

        return -1;
    }
}
