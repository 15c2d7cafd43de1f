namespace Slipway.Runner.Executors.Docker.Files;

/// <summary>Where to look for what globs may match.</summary>
internal static class GlobRoots
{
    /// <summary>The longest folders (or files) without a wildcard that the globs begin with, none within another.</summary>
    /// <param name="globs">Relative to the project's folder, without <c>.</c> and <c>..</c>.</param>
    public static IReadOnlyList<string> Of(IEnumerable<string> globs)
    {
        var roots = new List<string>();
        foreach (var root in globs.Select(RootOf).Distinct().Order(StringComparer.Ordinal))
            if (!roots.Any(other => other.Length == 0 || root.StartsWith(other + "/", StringComparison.Ordinal)))
                roots.Add(root);
        return roots;
    }

    private static string RootOf(string glob)
    {
        var wildcard = glob.AsSpan().IndexOfAny("*?[{\\");
        if (wildcard < 0)
            return glob.TrimEnd('/');
        var slash = glob.AsSpan(0, wildcard).LastIndexOf('/');
        return slash < 0 ? "" : glob[..slash];
    }
}
