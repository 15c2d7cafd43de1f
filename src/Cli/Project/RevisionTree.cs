using Slipway.Compiler;

namespace Slipway.Cli.Project;

/// <summary>The files of a commit, read from Git's objects; nothing is checked out.</summary>
/// <param name="root">The project's top folder, which may lie below the repository's.</param>
/// <param name="commit">A commit's full id.</param>
internal sealed class RevisionTree(string root, string commit)
{
    private const int LongestText = 2 * 1024 * 1024;

    /// <summary>By path, each plain file's object id. Links and submodules have no text and are left out.</summary>
    private readonly Lazy<SortedDictionary<string, string>> _files = new(() => List(root, commit));

    /// <returns>The id of the commit a revision names (a branch, a tag, <c>HEAD~2</c> …), or <see langword="null"/>.</returns>
    public static string? CommitOf(string folder, string revision) =>
        GitProcess.Ask(folder, "rev-parse", "--verify", "--quiet", "--end-of-options", revision + "^{commit}") is { Ok: true } answer
            ? answer.Text.Trim()
            : null;

    public ProjectTree ToProjectTree() => new(ReadText, () => [.. _files.Value.Keys], path => _files.Value.GetValueOrDefault(path));

    private string? ReadText(string path) =>
        _files.Value.TryGetValue(path, out var id) && GitProcess.Bytes(root, LongestText, "cat-file", "blob", id) is { } bytes
            ? ProjectTree.TextOf(bytes)
            : null;

    private static SortedDictionary<string, string> List(string root, string commit)
    {
        var answer = GitProcess.Ask(root, "ls-tree", "-r", "-z", commit);
        if (!answer.Ok)
            throw new CommandException(ExitCode.Failed, $"git cannot list the files of {commit}", answer.Complaint.Split('\n')[0]);
        var files = new SortedDictionary<string, string>(StringComparer.Ordinal);
        foreach (var line in answer.Parts())
        {
            // 100644 blob ID<tab>PATH
            var tab = line.IndexOf('\t');
            if (tab > 0 && line[..tab].Split(' ') is [_, "blob", var id] && line.StartsWith("100", StringComparison.Ordinal))
                files[line[(tab + 1)..]] = id;
        }

        return files;
    }
}
