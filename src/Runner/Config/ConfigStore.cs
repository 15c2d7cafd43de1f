namespace Slipway.Runner.Config;

/// <summary>A <c>config.toml</c> on disk. It holds tokens: only its owner may read it, and nobody ever sees half of it.</summary>
public sealed class ConfigStore
{
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    private (DateTime At, long Length) _read;

    /// <param name="path">Need not be there.</param>
    public ConfigStore(string path) => Path = System.IO.Path.GetFullPath(path);

    /// <summary>Absolute.</summary>
    public string Path { get; }

    public string Folder => System.IO.Path.GetDirectoryName(Path)!;

    /// <summary>The text; empty when there is no file.</summary>
    /// <exception cref="IOException">It cannot be read.</exception>
    public string Read()
    {
        try
        {
            var file = new FileInfo(Path);
            _read = file.Exists ? (file.LastWriteTimeUtc, file.Length) : default;
            return file.Exists ? File.ReadAllText(Path) : "";
        }
        catch (UnauthorizedAccessException e)
        {
            throw new IOException($"{Path} cannot be read: {e.Message}", e);
        }
    }

    /// <summary>Whether it is another than <see cref="Read"/> has seen.</summary>
    public bool HasChanged()
    {
        var file = new FileInfo(Path);
        return (file.Exists ? (file.LastWriteTimeUtc, file.Length) : default) != _read;
    }

    /// <summary>Puts a text in the file's place, whole or not at all. A link stays one.</summary>
    /// <exception cref="IOException">It cannot be written; the old text stands.</exception>
    public void Write(string text)
    {
        try
        {
            var target = (File.Exists(Path) ? File.ResolveLinkTarget(Path, returnFinalTarget: true)?.FullName : null) ?? Path;
            var folder = System.IO.Path.GetDirectoryName(target)!;
            if (!Directory.Exists(folder))
                Directory.CreateDirectory(folder, OwnerOnly | UnixFileMode.UserExecute);
            var draft = System.IO.Path.Combine(folder, $".config.toml.{Guid.NewGuid():N}");
            var options = new FileStreamOptions
            {
                Mode = FileMode.CreateNew,
                Access = FileAccess.Write,
                UnixCreateMode = OwnerOnly,
            };
            using (var file = new FileStream(draft, options))
            using (var writer = new StreamWriter(file))
            {
                writer.Write(text);
                writer.Flush();
                file.Flush(flushToDisk: true);
            }

            File.Move(draft, target, overwrite: true);
        }
        catch (UnauthorizedAccessException e)
        {
            throw new IOException($"{Path} cannot be written: {e.Message}", e);
        }
    }
}
