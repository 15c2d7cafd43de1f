using System.Runtime.CompilerServices;
using System.Text;

namespace Slipway.Runner.Sources;

/// <summary>
/// A source tree laid out for copying: its folders, parents first, and each folder's files, all names ready as bytes for system calls. Made
/// once for a tree however many jobs copy it.
/// </summary>
internal sealed class SourcePlan
{
    private static readonly ConditionalWeakTable<SourceTree, SourcePlan> Known = [];

    private readonly Lazy<GitSnapshot?> _git;
    private readonly Lazy<IReadOnlySet<string>> _paths;
    private readonly Lazy<WorkspaceLayout> _layout;

    private SourcePlan(SourceTree tree)
    {
        Tree = tree;
        Folders = Lay(tree.Paths);
        _paths = new Lazy<IReadOnlySet<string>>(() => new HashSet<string>(tree.Paths, StringComparer.Ordinal));
        _git = new Lazy<GitSnapshot?>(() => tree.GitDir is null ? null : GitSnapshot.Read(tree.GitDir));
        _layout = new Lazy<WorkspaceLayout>(() => new WorkspaceLayout(this));
    }

    public SourceTree Tree { get; }

    /// <summary>The first is the root itself, with an empty path.</summary>
    public IReadOnlyList<Folder> Folders { get; }

    public GitSnapshot? Git => _git.Value;

    /// <summary>What a job's folder on this machine holds at first, its repository included.</summary>
    public WorkspaceLayout Layout => _layout.Value;

    /// <summary>The tree's paths, to tell what a job has added.</summary>
    public IReadOnlySet<string> Paths => _paths.Value;

    /// <param name="Path">Below the root, with an ending zero; the root's own is <c>.</c></param>
    /// <param name="Names">The files' names one after the other, each with an ending zero.</param>
    /// <param name="Starts">Where each name begins in <paramref name="Names"/>.</param>
    public sealed record Folder(byte[] Path, byte[] Names, int[] Starts);

    public static SourcePlan For(SourceTree tree) => Known.GetValue(tree, t => new SourcePlan(t));

    /// <param name="empty">Folders that are to be there without files in them.</param>
    internal static List<Folder> Lay(IReadOnlyList<string> paths, params IReadOnlyList<string> empty)
    {
        var order = new List<string> { "" };
        var files = new Dictionary<string, List<string>>(StringComparer.Ordinal) { [""] = [] };
        var byFolder = files.GetAlternateLookup<ReadOnlySpan<char>>();
        foreach (var path in paths)
        {
            var slash = path.LastIndexOf('/');
            if (!byFolder.TryGetValue(path.AsSpan(0, Math.Max(slash, 0)), out var inFolder))
                inFolder = AddFolder(path[..slash], order, files);
            inFolder.Add(path);
        }

        foreach (var folder in empty)
            AddFolder(folder, order, files);
        return [.. order.Select(folder => ToBytes(folder, files[folder]))];
    }

    private static List<string> AddFolder(string folder, List<string> order, Dictionary<string, List<string>> files)
    {
        if (files.TryGetValue(folder, out var known))
            return known;
        AddFolder(folder[..Math.Max(0, folder.LastIndexOf('/'))], order, files);
        order.Add(folder);
        return files[folder] = [];
    }

    private static Folder ToBytes(string folder, List<string> paths)
    {
        var skip = folder.Length == 0 ? 0 : folder.Length + 1;
        var names = new byte[paths.Sum(p => Encoding.UTF8.GetByteCount(p.AsSpan(skip)) + 1)];
        var starts = new int[paths.Count];
        var at = 0;
        for (var i = 0; i < paths.Count; i++)
        {
            starts[i] = at;
            at += Encoding.UTF8.GetBytes(paths[i].AsSpan(skip), names.AsSpan(at)) + 1;
        }

        return new Folder(Encoding.UTF8.GetBytes((folder.Length == 0 ? "." : folder) + "\0"), names, starts);
    }
}
