using System.Text;

namespace Slipway.Server.Git.Push;

/// <summary>
/// A commit's tree that is being changed, by object: nothing is checked out, so no path leads anywhere but into the tree. Folders are read when they are
/// stepped into, and only those that have changed are written.
/// </summary>
/// <param name="root">The id of the tree to begin with; nothing for an empty one.</param>
internal sealed class TreeEdit(ObjectReader objects, string? root)
{
    private const int LargestTree = 32 << 20;

    private readonly Folder _root = new(root);

    /// <returns>What stands at a path; nothing when nothing does.</returns>
    public TreeEntry? Find(string path)
    {
        var (folder, name) = Step(path, make: false);
        return folder is not null && Entries(folder).TryGetValue(name, out var node) ? node.Entry : null;
    }

    /// <summary>Puts a file there, in place of the one that may be there; folders on the way are made.</summary>
    /// <returns>False when a file stands where a folder must, or a folder stands there.</returns>
    public bool Put(string path, string mode, string id)
    {
        var (folder, name) = Step(path, make: true);
        if (folder is null || (Entries(folder).TryGetValue(name, out var there) && there.Below is not null))
            return false;
        Entries(folder)[name] = new Node(new TreeEntry(mode, name, id), null);
        return true;
    }

    /// <summary>Takes a file away; a folder that then is empty goes too.</summary>
    public void Remove(string path)
    {
        var (folder, name) = Step(path, make: false);
        if (folder is not null)
            Entries(folder).Remove(name);
    }

    /// <summary>Adds what has changed to a pack.</summary>
    /// <returns>The root's id.</returns>
    public string Write(PackWriter pack) => Write(_root, pack) ?? pack.AddTree([]);

    /// <returns>Nothing for a folder that holds nothing.</returns>
    private static string? Write(Folder folder, PackWriter pack)
    {
        if (folder.Entries is not { } entries)
            return folder.Id;
        var bytes = new MemoryStream();
        var written = entries
            .Values.Select(node =>
                node.Below is null ? node.Entry
                : Write(node.Below, pack) is { } id ? node.Entry with { Id = id }
                : null
            )
            .OfType<TreeEntry>()
            // Git sorts bytes, and a folder as if its name ended with a slash.
            .OrderBy(entry => entry.IsFolder ? entry.Name + "/" : entry.Name, StringComparer.Ordinal)
            .ToList();
        foreach (var entry in written)
        {
            bytes.Write(Encoding.Latin1.GetBytes($"{entry.Mode.TrimStart('0')} {entry.Name}\0"));
            bytes.Write(Convert.FromHexString(entry.Id));
        }

        return written.Count == 0 ? null : pack.AddTree(bytes.ToArray());
    }

    private (Folder? Folder, string Name) Step(string path, bool make)
    {
        // Names are bytes to Git, and need not be UTF-8: each byte is kept as one character.
        var parts = Encoding.Latin1.GetString(Encoding.UTF8.GetBytes(path)).Split('/');
        var at = _root;
        foreach (var part in parts[..^1])
        {
            var entries = Entries(at);
            if (!entries.TryGetValue(part, out var node))
            {
                if (!make)
                    return (null, "");
                entries[part] = node = new Node(new TreeEntry("040000", part, ""), new Folder(null));
            }

            if (node.Below is null)
                return (null, "");
            at = node.Below;
        }

        return (at, parts[^1]);
    }

    private Dictionary<string, Node> Entries(Folder folder)
    {
        if (folder.Entries is { } known)
            return known;
        var entries = new Dictionary<string, Node>();
        if (folder.Id is { } id)
        {
            if (objects.Read(id, LargestTree) is not ({ Type: "tree" }, var bytes))
                throw new GitException($"The tree {id} cannot be read.");
            foreach (var entry in TreeEntries.Parse(bytes, Encoding.Latin1))
                entries[entry.Name] = new Node(entry, entry.IsFolder ? new Folder(entry.Id) : null);
        }

        return folder.Entries = entries;
    }

    private sealed class Folder(string? id)
    {
        public string? Id => id;
        public Dictionary<string, Node>? Entries { get; set; }
    }

    private sealed record Node(TreeEntry Entry, Folder? Below);
}
