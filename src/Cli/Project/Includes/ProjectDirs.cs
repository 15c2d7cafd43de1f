using Slipway.Compiler;

namespace Slipway.Cli.Project.Includes;

/// <summary><c>--project-dir GROUP/PROJECT=DIR</c>: checkouts that stand for other projects, at whatever ref, as they lie there.</summary>
internal sealed class ProjectDirs
{
    private readonly Dictionary<string, string> _dirs = new(StringComparer.OrdinalIgnoreCase);
    private readonly Dictionary<string, ProjectAnswer.Found> _found = new(StringComparer.OrdinalIgnoreCase);

    /// <exception cref="CommandException">One is not written so, or is not there.</exception>
    public ProjectDirs(IEnumerable<string> given, string directory, string? home)
    {
        foreach (var text in given)
        {
            var equals = text.IndexOf('=');
            if (equals <= 0 || equals == text.Length - 1 || !RefNames.IsProject(text[..equals]))
                throw new CommandException(ExitCode.Usage, $"--project-dir wants GROUP/PROJECT=DIR, and \"{text}\" is not that");
            var folder = FolderOf(text[(equals + 1)..], directory, home);
            if (!Directory.Exists(folder))
                throw new CommandException(ExitCode.NotFound, $"there is no folder {folder}", $"--project-dir {text[..equals]} names it");
            _dirs[text[..equals]] = folder;
        }
    }

    /// <summary>No shell replaces a tilde behind the equals sign.</summary>
    private static string FolderOf(string path, string directory, string? home) =>
        home is not null && path.StartsWith("~/", StringComparison.Ordinal)
            ? Path.Combine(home, path[2..])
            : Path.GetFullPath(path, directory);

    public ProjectAnswer? Find(string project)
    {
        if (!_dirs.TryGetValue(project, out var folder))
            return null;
        if (!_found.TryGetValue(project, out var found))
        {
            var git = GitFacts.Read(folder);
            var sha = git?.Head?.Sha ?? CommitFacts.ZeroSha;
            _found[project] = found = new ProjectAnswer.Found(new WorkingTree(folder, git).ToProjectTree(), project, sha);
        }

        return found;
    }

    /// <summary>The tags of the checkout; <see langword="null"/>: there is none for the project.</summary>
    public IReadOnlyList<string>? Versions(string project) => _dirs.TryGetValue(project, out var folder) ? LocalTags.Of(folder) : null;
}

internal static class LocalTags
{
    /// <summary>Of the repository a folder is in; none without one.</summary>
    public static IReadOnlyList<string> Of(string folder)
    {
        var answer = GitProcess.Ask(folder, "for-each-ref", "--format=%(refname:lstrip=2)", "refs/tags");
        return answer.Ok ? answer.Text.Split('\n', StringSplitOptions.RemoveEmptyEntries) : [];
    }
}
