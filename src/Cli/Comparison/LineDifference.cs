namespace Slipway.Cli.Comparison;

/// <summary>Two texts line by line, as <c>diff</c> shows them.</summary>
internal static class LineDifference
{
    /// <summary>Comparing takes the product of both lengths; beyond this the whole old text is told, then the whole new one.</summary>
    private const int MostCells = 1_000_000;

    /// <summary>Unchanged lines kept on each side of a changed one.</summary>
    private const int Context = 1;

    /// <returns>Lines with <c>' '</c>, <c>-</c> or <c>+</c>; <c>…</c> stands for unchanged lines left out.</returns>
    public static List<(char Mark, string Line)> Of(string from, string to)
    {
        var (old, now) = (from.Split('\n'), to.Split('\n'));
        if ((long)old.Length * now.Length > MostCells)
            return [.. old.Select(line => ('-', line)), .. now.Select(line => ('+', line))];
        return Shortened(Aligned(old, now, CommonLengths(old, now)));
    }

    /// <summary>How many lines the rests of both texts have in common, from each pair of places on.</summary>
    private static int[,] CommonLengths(string[] old, string[] now)
    {
        var common = new int[old.Length + 1, now.Length + 1];
        for (var i = old.Length - 1; i >= 0; i--)
        {
            for (var j = now.Length - 1; j >= 0; j--)
                common[i, j] = old[i] == now[j] ? common[i + 1, j + 1] + 1 : Math.Max(common[i + 1, j], common[i, j + 1]);
        }

        return common;
    }

    private static List<(char Mark, string Line)> Aligned(string[] old, string[] now, int[,] common)
    {
        var lines = new List<(char, string)>();
        var (i, j) = (0, 0);
        while (i < old.Length || j < now.Length)
        {
            if (i < old.Length && j < now.Length && old[i] == now[j])
            {
                lines.Add((' ', old[i++]));
                j++;
            }
            else if (j >= now.Length || (i < old.Length && common[i + 1, j] >= common[i, j + 1]))
                lines.Add(('-', old[i++]));
            else
                lines.Add(('+', now[j++]));
        }

        return lines;
    }

    private static List<(char Mark, string Line)> Shortened(List<(char Mark, string Line)> lines)
    {
        var kept = new List<(char, string)>();
        for (var i = 0; i < lines.Count; i++)
        {
            var from = Math.Max(0, i - Context);
            var isNear = lines.GetRange(from, Math.Min(lines.Count, i + Context + 1) - from).Exists(line => line.Mark != ' ');
            if (isNear || i == 0)
                kept.Add(lines[i]);
            else if (kept[^1] is not ('…', _))
                kept.Add(('…', ""));
        }

        return kept;
    }
}
