namespace Slipway.Runner.Executors.Pretend;

/// <summary>The files of one pretended job, by absolute path, in memory.</summary>
/// <param name="root">The project's folder.</param>
internal sealed class PretendFiles(string root, TimeProvider time)
{
    private readonly SortedDictionary<string, PretendFile> _files = new(StringComparer.Ordinal);
    private readonly SortedSet<string> _directories = new(StringComparer.Ordinal) { root };

    public string Root => root;

    public IEnumerable<KeyValuePair<string, PretendFile>> Files => _files;
    public IEnumerable<string> Directories => _directories;

    /// <summary>Absolute and without <c>.</c> and <c>..</c>.</summary>
    public string Resolve(string name) => Path.GetFullPath(name, root);

    public byte[]? Read(string path) => _files.TryGetValue(path, out var file) ? file.Content : null;

    public bool IsDirectory(string path) => _directories.Contains(path.TrimEnd('/'));

    public void Write(string path, byte[] content, bool append) =>
        Put(path, append && Read(path) is { } before ? [.. before, .. content] : content, null);

    public void Put(string path, byte[] content, UnixFileMode? mode)
    {
        MakeDirectory(Path.GetDirectoryName(path) ?? "/");
        _files[path] = new PretendFile(content, mode ?? PretendFile.DefaultMode, time.GetUtcNow());
    }

    public void MakeDirectory(string path)
    {
        for (var folder = path.TrimEnd('/'); folder.Length > 0 && _directories.Add(folder); )
            folder = Path.GetDirectoryName(folder) ?? "";
    }

    /// <returns>Whether there was something.</returns>
    public bool Remove(string path)
    {
        var below = path.TrimEnd('/') + "/";
        var gone = _files.Keys.Where(file => file == path || file.StartsWith(below, StringComparison.Ordinal)).ToList();
        gone.ForEach(file => _files.Remove(file));
        return _directories.RemoveWhere(folder => folder + "/" == below || folder.StartsWith(below, StringComparison.Ordinal)) > 0
            || gone.Count > 0;
    }
}

internal sealed record PretendFile(byte[] Content, UnixFileMode Mode, DateTimeOffset ModifiedAt)
{
    public const UnixFileMode DefaultMode =
        UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead | UnixFileMode.OtherRead;
}
