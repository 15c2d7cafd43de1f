namespace Slipway.Compiler.Yaml;

/// <summary>"Did you mean": the nearest of the names there are.</summary>
internal static class Suggestion
{
    /// <summary>Names beyond this many are not looked at.</summary>
    private const int MostNames = 20_000;

    private const int LongestName = 200;

    /// <returns>One sentence, or <see langword="null"/> when nothing is near: more than a third of the letters would have to change.</returns>
    public static string? For(string name, IEnumerable<string> known) => Nearest(name, known) is { } near ? $"Did you mean {near}?" : null;

    public static string? Nearest(string name, IEnumerable<string> known)
    {
        if (name.Length > LongestName)
            return null;
        string? best = null;
        var least = Math.Max(1, name.Length / 3) + 1;
        foreach (var candidate in known.Take(MostNames))
        {
            if (Math.Abs(candidate.Length - name.Length) >= least || string.Equals(candidate, name, StringComparison.Ordinal))
                continue;
            var distance = Distance(name, candidate, least);
            if (distance < least)
                (best, least) = (candidate, distance);
        }
        return best;
    }

    /// <summary>Letters to insert, delete, replace or swap with their neighbour; case alone counts nothing. Stops at <paramref name="limit"/>.</summary>
    private static int Distance(string a, string b, int limit)
    {
        var before = new int[b.Length + 1];
        var last = new int[b.Length + 1];
        var current = new int[b.Length + 1];
        for (var j = 0; j <= b.Length; j++)
            last[j] = j;
        for (var i = 1; i <= a.Length; i++)
        {
            var least = current[0] = i;
            for (var j = 1; j <= b.Length; j++)
            {
                var same = char.ToLowerInvariant(a[i - 1]) == char.ToLowerInvariant(b[j - 1]);
                var value = Math.Min(Math.Min(last[j] + 1, current[j - 1] + 1), last[j - 1] + (same ? 0 : 1));
                if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
                    value = Math.Min(value, before[j - 2] + 1);
                current[j] = value;
                least = Math.Min(least, value);
            }
            if (least >= limit)
                return limit;
            (before, last, current) = (last, current, before);
        }
        return last[b.Length];
    }
}
