using Slipway.Runner.Sources;

namespace Slipway.Runner.Executors.Docker.Files;

/// <summary>Writes a working tree, and its repository, as one tar stream.</summary>
internal static class SourcesTar
{
    private const UnixFileMode Plain = (UnixFileMode)0x1B6;
    private const UnixFileMode AnyExecute = UnixFileMode.UserExecute | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute;

    /// <summary>A file that has vanished since the tree was listed counts as deleted.</summary>
    public static async Task WriteAsync(SourceTree tree, GitCopy? git, TarOutput tar, CancellationToken ct)
    {
        await tar.FolderAsync("", TarOutput.All, DateTimeOffset.UnixEpoch, ct);
        foreach (var path in tree.Paths)
            await WriteFileAsync(tar, path, Path.Combine(tree.Root, path), ct);
        if (git is null)
            return;
        foreach (var folder in GitSnapshot.Folders)
            await tar.FolderAsync(".git/" + folder, TarOutput.All, DateTimeOffset.UnixEpoch, ct);
        foreach (var (name, content) in git.Snapshot.Files)
        {
            using var bytes = new MemoryStream(content);
            await tar.FileAsync(".git/" + name, Plain, DateTimeOffset.UnixEpoch, content.Length, bytes, ct);
        }

        foreach (var (name, file) in git.Objects)
            await WriteFileAsync(tar, ".git/" + name, file, ct);
    }

    private static async Task WriteFileAsync(TarOutput tar, string path, string file, CancellationToken ct)
    {
        var info = new FileInfo(file);
        if (info.LinkTarget is { } target)
        {
            await tar.LinkAsync(path, target, Modified(info), ct);
            return;
        }

        // A submodule: git lists its folder as if it were a file. It stays empty, as in a checkout without submodules.
        if (Directory.Exists(file))
            await tar.FolderAsync(path, TarOutput.All, Modified(info), ct);
        if (!info.Exists)
            return;
        FileStream content;
        try
        {
            content = new FileStream(file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, bufferSize: 0);
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            return;
        }

        await using (content)
        {
            var executable =
                !OperatingSystem.IsWindows() && (File.GetUnixFileMode(content.SafeFileHandle) & AnyExecute) != UnixFileMode.None;
            await tar.FileAsync(path, executable ? TarOutput.All : Plain, Modified(info), content.Length, content, ct);
        }
    }

    private static DateTimeOffset Modified(FileInfo file) => new(file.LastWriteTimeUtc, TimeSpan.Zero);
}
