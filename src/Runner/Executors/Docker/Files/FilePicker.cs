using Slipway.Runner.Sources;

namespace Slipway.Runner.Executors.Docker.Files;

/// <summary>Decides which files of the project's folder a selection takes (runner-protocol §8.2): globs, all below a folder that one matches, excludes last.</summary>
internal sealed class FilePicker
{
    private readonly PathGlob[] _paths;
    private readonly PathGlob[] _exclude;
    private readonly HashSet<string>? _sources;

    /// <param name="sources">What was put there, when <see cref="FileSelection.Untracked"/> matters.</param>
    public FilePicker(FileSelection selection, string projectDir, SourceTree? sources)
    {
        string[] paths = [.. selection.Paths.Select(path => Relative(path, projectDir)).OfType<string>()];
        _paths = [.. paths.Select(path => new PathGlob(path))];
        _exclude = [.. selection.Exclude.Select(path => Relative(path, projectDir)).OfType<string>().Select(path => new PathGlob(path))];
        _sources = selection.Untracked ? new HashSet<string>(sources?.Paths ?? [], StringComparer.Ordinal) : null;
        Roots = selection.Untracked ? [""] : GlobRoots.Of(paths);
    }

    public IReadOnlyList<string> Roots { get; }

    public bool Picks(string path, bool isFolder)
    {
        if (_exclude.Any(glob => glob.Matches(path)))
            return false;
        if (_paths.Any(glob => glob.Matches(path) || Ancestors(path).Any(glob.Matches)))
            return true;
        return _sources is not null && !isFolder && !_sources.Contains(path) && !path.StartsWith(".git/", StringComparison.Ordinal);
    }

    private static IEnumerable<string> Ancestors(string path)
    {
        for (var slash = path.LastIndexOf('/'); slash > 0; slash = path.LastIndexOf('/', slash - 1))
            yield return path[..slash];
    }

    /// <returns><see langword="null"/>: it lies outside the project's folder.</returns>
    private static string? Relative(string path, string projectDir)
    {
        if (path == projectDir || path.StartsWith(projectDir + "/", StringComparison.Ordinal))
            path = path[projectDir.Length..].TrimStart('/');
        if (path.StartsWith('/'))
            return null;
        var parts = new List<string>();
        foreach (var part in path.Split('/'))
            if (part == "..")
            {
                if (parts.Count == 0)
                    return null;
                parts.RemoveAt(parts.Count - 1);
            }
            else if (part is not ("" or "."))
                parts.Add(part);
        return parts.Count == 0 ? "**" : string.Join('/', parts);
    }
}
