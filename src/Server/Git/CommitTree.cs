using Slipway.Compiler;

namespace Slipway.Server.Git;

/// <summary>
/// The files of a commit, read by object, never checked out. A link is no file: what it leads to is not part of the commit. Dispose of it when the
/// compilation is over.
/// </summary>
/// <param name="commit">A commit's full id.</param>
internal sealed class CommitTree(Repository repository, string commit) : IDisposable
{
    private const int LongestText = 2 * 1024 * 1024;
    private const int LargestTree = 32 * 1024 * 1024;

    private readonly ObjectReader _objects = new(repository);
    private readonly Dictionary<string, Dictionary<string, TreeEntry>?> _folders = [];
    private readonly Lazy<IReadOnlyList<string>> _paths = new(() => List(repository, commit));

    public ObjectReader Objects => _objects;

    public ProjectTree ToProjectTree() =>
        new(ReadText, () => _paths.Value, path => Find(path) is { IsPlain: true } file ? file.Id : null) { LastCommit = LastCommit };

    /// <summary>What stands at a path: a file, a folder, a link or a submodule.</summary>
    /// <param name="path">With forward slashes; one with an empty part or with dots for a part names nothing.</param>
    public TreeEntry? Find(string path)
    {
        var slash = path.LastIndexOf('/');
        return slash == 0 ? null : Folder(slash < 0 ? "" : path[..slash])?.GetValueOrDefault(path[(slash + 1)..]);
    }

    /// <summary>What a folder holds, by name; nothing when it is none. The root is the empty path.</summary>
    public IReadOnlyDictionary<string, TreeEntry>? Folder(string path)
    {
        if (_folders.TryGetValue(path, out var known))
            return known;
        var id =
            path.Length == 0 ? commit + "^{tree}"
            : Find(path) is { IsFolder: true } folder ? folder.Id
            : null;
        var entries =
            id is not null && _objects.Read(id, LargestTree) is ({ Type: "tree" }, var bytes)
                ? TreeEntries.Parse(bytes).DistinctBy(entry => entry.Name).ToDictionary(entry => entry.Name)
                : null;
        return _folders[path] = entries;
    }

    public void Dispose() => _objects.Dispose();

    private string? ReadText(string path) =>
        Find(path) is { IsPlain: true } file && _objects.Read(file.Id, LongestText) is (_, var bytes) ? ProjectTree.TextOf(bytes) : null;

    /// <summary>The path is a pattern to Git, as GitLab leaves it.</summary>
    private string? LastCommit(string path) =>
        !path.Contains('\0')
        && repository.Run(new GitCall("log", "-1", "--format=%H", commit, "--", path)) is { Ok: true } answer
        && answer.Line.Length > 0
            ? answer.Line
            : null;

    private static List<string> List(Repository repository, string commit)
    {
        var answer = repository.Run(new GitCall("ls-tree", "-r", "-z", commit)).OrThrow("list the files of a commit");
        var paths = new List<string>();
        foreach (var line in answer.Parts())
        {
            // 100644 blob ID<tab>PATH
            if (line.StartsWith("100") && line.IndexOf('\t') is > 0 and var tab)
                paths.Add(line[(tab + 1)..]);
        }

        paths.Sort(StringComparer.Ordinal);
        return paths;
    }
}
