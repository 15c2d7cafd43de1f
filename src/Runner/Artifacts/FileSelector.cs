using Slipway.Runner.Executors;

namespace Slipway.Runner.Artifacts;

/// <summary>
/// Decides which files of a project a <see cref="FileSelection"/> means (runner-protocol §8.2). A folder that is picked brings all below it;
/// an excluded path takes away only itself; what is outside the project is never picked.
/// </summary>
internal sealed class FileSelector
{
    private readonly List<Glob> _picked = [];
    private readonly List<Glob> _excluded = [];
    private readonly IReadOnlySet<string>? _tracked;

    /// <param name="projectDir">What absolute patterns are measured against.</param>
    /// <param name="tracked">Paths that are part of the sources: the others are <c>untracked</c>.</param>
    public FileSelector(FileSelection selection, string projectDir, IReadOnlySet<string> tracked)
    {
        foreach (var path in selection.Paths)
            if (Below(path, projectDir) is { } pattern)
                _picked.Add(new Glob(pattern));
        foreach (var path in selection.Exclude)
            if (Below(path, projectDir) is { } pattern)
                _excluded.Add(new Glob(pattern));
        _tracked = selection.Untracked ? tracked : null;
    }

    /// <summary>Whether anything below this folder can be wanted.</summary>
    public bool Enters(string folder)
    {
        if (_tracked is not null && folder != ".git")
            return true;
        foreach (var glob in _picked)
            if (glob.LeadsBelow(folder) || PicksUpTo(glob, folder))
                return true;
        return false;
    }

    public bool Picks(string path, FileKind kind) => (IsPicked(path) || IsUntracked(path, kind)) && !IsExcluded(path);

    /// <summary>A pattern relative to the project: <c>./a//b/</c> is <c>a/b</c>, and the project's own absolute path is cut off.</summary>
    /// <returns><see langword="null"/> when it leads outside. Empty for the project itself, which is written <c>**</c>.</returns>
    public static string? Below(string pattern, string projectDir)
    {
        if (pattern.StartsWith('/'))
        {
            if (!(pattern + "/").StartsWith(projectDir + "/", StringComparison.Ordinal))
                return null;
            pattern = pattern[projectDir.Length..];
        }

        var names = new List<string>();
        foreach (var name in pattern.Split('/'))
        {
            if (name is "" or ".")
                continue;
            if (name != "..")
                names.Add(name);
            else if (names.Count == 0)
                return null;
            else
                names.RemoveAt(names.Count - 1);
        }

        return names.Count == 0 ? "**" : string.Join('/', names);
    }

    private bool IsPicked(string path)
    {
        foreach (var glob in _picked)
            if (PicksUpTo(glob, path))
                return true;
        return false;
    }

    private bool IsExcluded(string path)
    {
        foreach (var glob in _excluded)
            if (glob.Matches(path))
                return true;
        return false;
    }

    private bool IsUntracked(string path, FileKind kind) =>
        _tracked is not null
        && kind != FileKind.Directory
        && !_tracked.Contains(path)
        && path != ".git"
        && !path.StartsWith(".git/", StringComparison.Ordinal);

    /// <summary>Whether the path, or a folder above it, matches.</summary>
    public static bool PicksUpTo(Glob glob, string path)
    {
        for (var end = path.Length; end > 0; end = path.LastIndexOf('/', end - 1))
            if (glob.Matches(path.AsSpan(0, end)))
                return true;
        return false;
    }
}
