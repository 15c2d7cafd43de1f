using System.Text.Json;

namespace Slipway.Runner.Cache;

/// <summary>
/// The cache archives of one project on this machine:
/// <code>
/// CACHE_DIR/group/project/KEY/cache.zip
/// CACHE_DIR/group/project/KEY/metadata.json    {"cachekey":"the key as the user wrote it"}
/// </code>
/// An archive is replaced in one step: whoever reads, and whoever is killed, sees the old one or the new one.
/// </summary>
/// <param name="folder">Absolute; need not exist.</param>
internal sealed class LocalCache(string folder)
{
    /// <returns><see langword="null"/> when there is none.</returns>
    public FileStream? Open(string key)
    {
        var path = Archive(key);
        try
        {
            return new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, 64 * 1024);
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            return null;
        }
    }

    /// <summary>When the archive was made; <see langword="null"/> when there is none.</summary>
    public DateTimeOffset? ModifiedAt(string key)
    {
        var file = new FileInfo(Archive(key));
        return file.Exists ? new DateTimeOffset(file.LastWriteTimeUtc) : null;
    }

    /// <summary>Puts a new archive in place of the old one.</summary>
    /// <param name="write">Writes the archive; what it says decides whether it is kept.</param>
    /// <returns>What <paramref name="write"/> said.</returns>
    public async Task<bool> ReplaceAsync(string key, string humanKey, Func<Stream, Task<bool>> write, CancellationToken ct)
    {
        var home = Path.Combine(folder, key);
        Directory.CreateDirectory(home);
        var temporary = Path.Combine(home, $".cache-{Guid.NewGuid():N}.zip");
        try
        {
            await using (var file = new FileStream(temporary, FileMode.CreateNew, FileAccess.ReadWrite, FileShare.None, 64 * 1024))
            {
                if (!await write(file))
                    return false;
                await file.FlushAsync(ct);
                file.Flush(flushToDisk: true);
            }

            File.Move(temporary, Archive(key), overwrite: true);
            await File.WriteAllTextAsync(Path.Combine(home, "metadata.json"), $"{{\"cachekey\":{Json(humanKey)}}}\n", ct);
            return true;
        }
        finally
        {
            File.Delete(temporary);
        }
    }

    private string Archive(string key) => Path.Combine(folder, key, "cache.zip");

    private static string Json(string text) => $"\"{JsonEncodedText.Encode(text)}\"";
}
