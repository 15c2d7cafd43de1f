using System.Formats.Tar;

namespace Slipway.Runner.Executors.Docker.Files;

/// <summary>
/// Writes the tar stream that an engine unpacks. Everything belongs to root. Folders on the way to an entry are written once each, open to
/// everybody, as gitlab-runner's helper makes them (umask 0000), so that a job's user that is not root can write.
/// </summary>
/// <param name="prefix">Goes before every path; no slash at its ends; may be empty.</param>
internal sealed class TarOutput(Stream stream, string prefix, DateTimeOffset now) : IAsyncDisposable
{
    private readonly List<TarLink> _outside = [];

    public const UnixFileMode All = (UnixFileMode)0x1FF;
    private const int BufferSize = 256 * 1024;
    private readonly BufferedStream _buffer = new(stream, BufferSize);
    private readonly HashSet<string> _folders = new(StringComparer.Ordinal) { "" };
    private TarWriter? _writer;

    /// <summary>All folders on the way are there already, and are left as they are.</summary>
    public bool HasFolders { get; init; }

    /// <summary>
    /// Symbolic links that lead out of the folder that the stream is unpacked in are left out and kept in <see cref="Outside"/>: Docker takes them
    /// for an attack and refuses the whole stream.
    /// </summary>
    public bool KeepsWithin { get; init; }

    /// <summary>What <see cref="KeepsWithin"/> has left out.</summary>
    public IReadOnlyList<TarLink> Outside => _outside;

    private TarWriter Writer => _writer ??= new TarWriter(_buffer, TarEntryFormat.Gnu, leaveOpen: true);

    /// <summary>A folder, below the prefix; the empty path is the prefix itself.</summary>
    public async Task FolderAsync(string path, UnixFileMode mode, DateTimeOffset modified, CancellationToken ct)
    {
        var full = Full(path);
        await ParentsAsync(full, ct);
        if (_folders.Add(full))
            await EntryAsync(TarEntryType.Directory, full + "/", mode, modified, null, null, ct);
    }

    public async Task LinkAsync(string path, string target, DateTimeOffset modified, CancellationToken ct)
    {
        var full = Full(path);
        await ParentsAsync(full, ct);
        if (KeepsWithin && LeadsOut(full, target))
            _outside.Add(new TarLink(path, target, modified));
        else
            await EntryAsync(TarEntryType.SymbolicLink, full, All, modified, target, null, ct);
    }

    /// <param name="size">So many bytes are written, come what may: content that has shrunk is filled up with zeros.</param>
    public async Task FileAsync(string path, UnixFileMode mode, DateTimeOffset modified, long size, Stream content, CancellationToken ct)
    {
        var full = Full(path);
        await ParentsAsync(full, ct);
        await using var exact = new ExactStream(content, size);
        await EntryAsync(TarEntryType.RegularFile, full, mode, modified, null, exact, ct);
    }

    public async ValueTask DisposeAsync()
    {
        if (_writer is not null)
            await _writer.DisposeAsync();
        await _buffer.FlushAsync();
    }

    private string Full(string path) =>
        prefix.Length == 0 ? path
        : path.Length == 0 ? prefix
        : $"{prefix}/{path}";

    /// <summary>By its text alone and an absolute target taken as relative, as the engine judges it.</summary>
    private static bool LeadsOut(string link, string target)
    {
        var depth = link.Count('/');
        foreach (var part in target.Split('/'))
            if (part == ".." && --depth < 0)
                return true;
            else if (part is not ("" or "." or ".."))
                depth++;
        return false;
    }

    private async Task ParentsAsync(string full, CancellationToken ct)
    {
        var slash = full.LastIndexOf('/');
        if (HasFolders || slash < 0 || _folders.Contains(full[..slash]))
            return;
        var parent = full[..slash];
        await ParentsAsync(parent, ct);
        _folders.Add(parent);
        await EntryAsync(TarEntryType.Directory, parent + "/", All, now, null, null, ct);
    }

    private Task EntryAsync(
        TarEntryType type,
        string name,
        UnixFileMode mode,
        DateTimeOffset modified,
        string? link,
        Stream? content,
        CancellationToken ct
    )
    {
        var entry = new GnuTarEntry(type, name)
        {
            Mode = mode,
            ModificationTime = modified < DateTimeOffset.UnixEpoch ? DateTimeOffset.UnixEpoch : modified,
        };
        if (link is not null)
            entry.LinkName = link;
        if (content is not null)
            entry.DataStream = content;
        return Writer.WriteEntryAsync(entry, ct);
    }
}

/// <param name="Path">Below the prefix.</param>
internal sealed record TarLink(string Path, string Target, DateTimeOffset Modified);
