using System.Formats.Tar;
using System.Runtime.CompilerServices;
using Slipway.Runner.Artifacts;
using Slipway.Runner.Executors.Docker.Engine;

namespace Slipway.Runner.Executors.Docker.Files;

/// <summary>
/// Reads files out of a container as tar streams of the folders that a selection's globs begin with. What is picked goes through a temporary
/// file, because the engine's order is by folder and archives are sorted by whole path.
/// </summary>
internal sealed class ProjectRead(EngineClient engine, string container, string projectDir)
{
    /// <param name="roots">Relative to the project's folder, none within another; the empty one is the folder itself.</param>
    public async IAsyncEnumerable<FileEntry> AllAsync(
        IReadOnlyList<string> roots,
        FileSelector selector,
        [EnumeratorCancellation] CancellationToken ct
    )
    {
        await using var spool = new Spool();
        var found = new List<FileEntry>();
        foreach (var root in roots)
            await ReadAsync(root, selector, spool, found, ct);
        found.Sort((a, b) => string.CompareOrdinal(a.Path, b.Path));
        foreach (var entry in found)
            yield return entry;
    }

    private async Task ReadAsync(string root, FileSelector selector, Spool spool, List<FileEntry> found, CancellationToken ct)
    {
        using var response = await engine.GetArchiveAsync(container, root.Length == 0 ? projectDir : $"{projectDir}/{root}", ct);
        if (response is null)
            return;
        await using var body = await response.Content.ReadAsStreamAsync(ct);
        await using var tar = new TarReader(body);
        // Of several names of one file only the first comes with content.
        var contents = new Dictionary<string, SpooledFile>(StringComparer.Ordinal);
        while (await tar.GetNextEntryAsync(copyData: false, ct) is { } entry)
        {
            var path = PathOf(entry.Name, root);
            if (path.Length == 0 || LeadsOut(path) || !selector.Picks(path, KindOf(entry.EntryType)))
                continue;
            switch (entry.EntryType)
            {
                case TarEntryType.Directory:
                    found.Add(new FileEntry(path, FileKind.Directory, entry.Mode, entry.ModificationTime, 0, null, null));
                    break;
                case TarEntryType.SymbolicLink:
                    found.Add(new FileEntry(path, FileKind.Symlink, entry.Mode, entry.ModificationTime, 0, entry.LinkName, null));
                    break;
                case TarEntryType.RegularFile or TarEntryType.V7RegularFile:
                    var content = contents[entry.Name] = await spool.TakeAsync(entry.DataStream, ct);
                    found.Add(FileOf(path, entry, content));
                    break;
                case TarEntryType.HardLink:
                    var linked = contents.TryGetValue(entry.LinkName, out var known) ? known : await ReadOneAsync(path, spool, ct);
                    found.Add(FileOf(path, entry, linked));
                    break;
            }
        }
    }

    /// <summary>A file whose content came under another name, which was not picked.</summary>
    private async Task<SpooledFile> ReadOneAsync(string path, Spool spool, CancellationToken ct)
    {
        using var response = await engine.GetArchiveAsync(container, $"{projectDir}/{path}", ct);
        if (response is null)
            return default;
        await using var body = await response.Content.ReadAsStreamAsync(ct);
        await using var tar = new TarReader(body);
        var entry = await tar.GetNextEntryAsync(copyData: false, ct);
        return await spool.TakeAsync(entry?.DataStream, ct);
    }

    /// <summary>No engine says so of its own files; one that is not to be trusted might.</summary>
    private static bool LeadsOut(string path) => path[0] == '/' || path.Split('/').Contains("..");

    private static FileKind KindOf(TarEntryType type) =>
        type switch
        {
            TarEntryType.Directory => FileKind.Directory,
            TarEntryType.SymbolicLink => FileKind.Symlink,
            _ => FileKind.File,
        };

    private static FileEntry FileOf(string path, TarEntry entry, SpooledFile content) =>
        new(path, FileKind.File, entry.Mode, entry.ModificationTime, content.Length, null, content.Open);

    /// <summary>The engine's names begin with the last part of what was asked for.</summary>
    private static string PathOf(string name, string root)
    {
        var trimmed = name.AsSpan().TrimEnd('/');
        var slash = trimmed.IndexOf('/');
        var rest = slash < 0 ? default : trimmed[(slash + 1)..];
        if (rest.IsEmpty)
            return root;
        return root.Length == 0 ? rest.ToString() : $"{root}/{rest}";
    }
}
