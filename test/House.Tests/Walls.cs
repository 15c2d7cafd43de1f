namespace Slipway.House.Tests;

/// <summary><c>walls.txt</c>, read, and the arrows that break it.</summary>
internal sealed record Walls(IReadOnlyDictionary<string, string[]> Arrows, IReadOnlyList<string> Pure)
{
    public static Walls Parse(string text)
    {
        var arrows = new Dictionary<string, string[]>();
        var pure = new List<string>();
        foreach (var line in text.Split('\n').Select(line => line.Split('#')[0].Trim()).Where(line => line.Length > 0))
        {
            if (line.StartsWith("pure "))
                pure.AddRange(Words(line[5..]));
            else if (line.Split("->") is [var from, var to])
                arrows.Add(from.Trim(), Words(to));
            else
                throw new FormatException("walls.txt: " + line);
        }
        return new Walls(arrows, pure);
    }

    /// <summary>One sentence for each arrow that may not be drawn.</summary>
    public IEnumerable<string> Broken(IEnumerable<SourceFile> files) =>
        from file in files
        from target in file.Uses
        where !May(file.Folder, target)
        select $"{file.Path} uses Slipway.{target}, which walls.txt does not let {file.Folder} do";

    public bool May(string from, string to)
    {
        var line = Arrows.Keys.Where(key => IsIn(from, key)).MaxBy(key => key.Length);
        if (line is null)
            return false;
        return IsIn(to, line) || Arrows[line].Any(allowed => IsIn(to, allowed)) || (!line.Contains('.') && IsIn(to, from.Split('.')[0]));
    }

    /// <summary>Folders that use each other in a circle, each circle as one sorted list. Folders above or below one another do not count.</summary>
    public static IReadOnlyList<string[]> Circles(IEnumerable<SourceFile> files)
    {
        var edges = files
            .SelectMany(file => file.Uses.Select(to => (From: file.Folder, To: to)))
            .Where(edge => !IsIn(edge.From, edge.To) && !IsIn(edge.To, edge.From))
            .ToLookup(edge => edge.From, edge => edge.To);
        var reach = edges.ToDictionary(group => group.Key, group => Reached(group.Key, edges));
        return
        [
            .. reach
                .Where(from => from.Value.Contains(from.Key))
                .Select(from => from.Value.Where(to => reach.TryGetValue(to, out var back) && back.Contains(from.Key)).Order().ToArray())
                .DistinctBy(circle => string.Join(' ', circle)),
        ];
    }

    private static HashSet<string> Reached(string start, ILookup<string, string> edges)
    {
        var reached = new HashSet<string>();
        var open = new Stack<string>([start]);
        while (open.TryPop(out var at))
            foreach (var next in edges[at].Where(reached.Add))
                open.Push(next);
        return reached;
    }

    private static bool IsIn(string name, string folder) => name == folder || name.StartsWith(folder + ".");

    private static string[] Words(string text) => text.Split(' ', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
}
