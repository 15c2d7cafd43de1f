using Slipway.Runner.Artifacts;

namespace Slipway.Runner.Executors.Docker.Files;

/// <summary>Where to look for what a selection may mean.</summary>
internal static class GlobRoots
{
    /// <summary>The longest folders (or files) without a wildcard that its globs begin with, none within another; the empty one is the project's.</summary>
    public static IReadOnlyList<string> Of(FileSelection selection, string projectDir)
    {
        if (selection.Untracked)
            return [""];
        var roots = new List<string>();
        var all = selection.Paths.Select(path => FileSelector.Below(path, projectDir)).OfType<string>().Select(RootOf).Distinct();
        foreach (var root in all.Order(StringComparer.Ordinal))
            if (!roots.Any(other => other.Length == 0 || root.StartsWith(other + "/", StringComparison.Ordinal)))
                roots.Add(root);
        return roots;
    }

    private static string RootOf(string glob)
    {
        var wildcard = glob.AsSpan().IndexOfAny("*?[{\\");
        if (wildcard < 0)
            return glob;
        var slash = glob.AsSpan(0, wildcard).LastIndexOf('/');
        return slash < 0 ? "" : glob[..slash];
    }
}
