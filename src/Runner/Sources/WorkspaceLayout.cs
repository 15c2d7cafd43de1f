using System.Collections.Concurrent;
using System.Text;

namespace Slipway.Runner.Sources;

/// <summary>All that a job's folder holds before the job: the tree's files and those of its own <c>.git</c>.</summary>
internal sealed class WorkspaceLayout
{
    private readonly List<SourcePlan.Folder> _folders;
    private readonly int[] _parents;
    private readonly Dictionary<int, byte[][]> _contents = [];
    private readonly Lazy<ILookup<int, int>> _children;
    private readonly ConcurrentDictionary<int, HashSet<string>> _names = new();

    public WorkspaceLayout(SourcePlan plan)
    {
        Root = plan.Tree.Root;
        _folders = [.. plan.Folders];
        AddGit(plan.Git);
        _parents = Parents(_folders);
        _children = new Lazy<ILookup<int, int>>(() => Enumerable.Range(1, _folders.Count - 1).ToLookup(i => _parents[i]));
        FileCount = _folders.Sum(folder => folder.Starts.Length);
    }

    /// <summary>Where the files come from.</summary>
    public string Root { get; }

    /// <summary>The first is the root, and each comes after the one it lies in.</summary>
    public IReadOnlyList<SourcePlan.Folder> Folders => _folders;

    public int FileCount { get; }

    /// <summary>The folder that this one lies in.</summary>
    public int Parent(int folder) => _parents[folder];

    /// <summary>A file's own content; <see langword="null"/> for one that is copied from the tree.</summary>
    public byte[]? Content(int folder, int file) => _contents.TryGetValue(folder, out var contents) ? contents[file] : null;

    /// <summary>The names of all that belongs into a folder, a character for each byte.</summary>
    public HashSet<string>.AlternateLookup<ReadOnlySpan<char>> Names(int folder) =>
        _names.GetOrAdd(folder, ReadNames).GetAlternateLookup<ReadOnlySpan<char>>();

    private HashSet<string> ReadNames(int folder)
    {
        var names = new HashSet<string>(StringComparer.Ordinal);
        for (var file = 0; file < _folders[folder].Starts.Length; file++)
            names.Add(Encoding.Latin1.GetString(Name(_folders[folder], file)));
        foreach (var child in _children.Value[folder])
        {
            var path = _folders[child].Path.AsSpan(0, _folders[child].Path.Length - 1);
            names.Add(Encoding.Latin1.GetString(path[(path.LastIndexOf((byte)'/') + 1)..]));
        }

        return names;
    }

    private void AddGit(GitSnapshot? git)
    {
        if (git is null)
            return;
        var files = git.OnThisMachine.ToDictionary(file => file.Path, file => file.Content, StringComparer.Ordinal);
        foreach (var folder in SourcePlan.Lay([.. files.Keys], GitSnapshot.Needed).Skip(1))
        {
            var path = Text(folder);
            _contents[_folders.Count] =
            [
                .. Enumerable.Range(0, folder.Starts.Length).Select(i => files[$"{path}/{Encoding.UTF8.GetString(Name(folder, i))}"]),
            ];
            _folders.Add(folder);
        }
    }

    private static int[] Parents(List<SourcePlan.Folder> folders)
    {
        var parents = new int[folders.Count];
        var numbers = new Dictionary<string, int>(folders.Count, StringComparer.Ordinal) { [""] = 0 };
        for (var i = 1; i < folders.Count; i++)
        {
            var path = Text(folders[i]);
            numbers[path] = i;
            parents[i] = numbers[path[..Math.Max(0, path.LastIndexOf('/'))]];
        }

        return parents;
    }

    private static ReadOnlySpan<byte> Name(SourcePlan.Folder folder, int file)
    {
        var end = file + 1 < folder.Starts.Length ? folder.Starts[file + 1] : folder.Names.Length;
        return folder.Names.AsSpan(folder.Starts[file], end - folder.Starts[file] - 1);
    }

    private static string Text(SourcePlan.Folder folder) => Encoding.UTF8.GetString(folder.Path.AsSpan(0, folder.Path.Length - 1));
}
