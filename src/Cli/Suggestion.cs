namespace Slipway.Cli;

/// <summary>"Did you mean": the candidate that is at most a third of the word's letters away.</summary>
internal static class Suggestion
{
    public static string? Nearest(string word, IEnumerable<string> candidates)
    {
        var best = (Distance: Math.Max(1, word.Length / 3) + 1, Name: (string?)null);
        foreach (var candidate in candidates)
        {
            if (
                Math.Abs(candidate.Length - word.Length) < best.Distance
                && Distance(word, candidate) is var distance
                && distance < best.Distance
            )
                best = (distance, candidate);
        }

        return best.Name;
    }

    /// <summary>Insertions, deletions, replacements and swaps of neighbours it takes to make one word of the other; case does not count.</summary>
    internal static int Distance(string a, string b)
    {
        var (before, last, row) = (new int[b.Length + 1], new int[b.Length + 1], new int[b.Length + 1]);
        for (var j = 0; j <= b.Length; j++)
            last[j] = j;
        for (var i = 1; i <= a.Length; i++)
        {
            row[0] = i;
            for (var j = 1; j <= b.Length; j++)
            {
                var cost = Same(a[i - 1], b[j - 1]) ? 0 : 1;
                row[j] = Math.Min(Math.Min(row[j - 1] + 1, last[j] + 1), last[j - 1] + cost);
                if (i > 1 && j > 1 && Same(a[i - 1], b[j - 2]) && Same(a[i - 2], b[j - 1]))
                    row[j] = Math.Min(row[j], before[j - 2] + 1);
            }

            (before, last, row) = (last, row, before);
        }

        return last[b.Length];
    }

    private static bool Same(char a, char b) => char.ToLowerInvariant(a) == char.ToLowerInvariant(b);
}
