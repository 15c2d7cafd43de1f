using System.Globalization;
using System.Text.Json;

namespace Slipway.Runner.Cache;

/// <summary>
/// The cache archives of one project on this machine:
/// <code>
/// CACHE_DIR/group/project/KEY/cache.zip
/// CACHE_DIR/group/project/KEY/metadata.json    {"cachekey":"the key as the user wrote it"}
/// CACHE_DIR/group/project/KEY/shared           the tag of the archive where runners share it, and which file that was said of
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
    public async Task<bool> ReplaceAsync(string key, string humanKey, Func<FileStream, Task<bool>> write, CancellationToken ct)
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

    /// <summary>The tag that the archive has where runners share it; <see langword="null"/> when this one was never there.</summary>
    public string? Tag(string key)
    {
        try
        {
            return File.ReadAllLines(Shared(key)) is [var tag, var of] && of == Stamp(key) ? tag : null;
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            return null;
        }
    }

    public void SetTag(string key, string tag) => File.WriteAllLines(Shared(key), [tag, Stamp(key)]);

    private string Shared(string key) => Path.Combine(folder, key, "shared");

    /// <summary>Tells archives of one key apart: another job may have put a new one here.</summary>
    private string Stamp(string key)
    {
        var file = new FileInfo(Archive(key));
        return file.Exists ? string.Create(CultureInfo.InvariantCulture, $"{file.Length} {file.LastWriteTimeUtc.Ticks}") : "";
    }

    private string Archive(string key) => Path.Combine(folder, key, "cache.zip");

    private static string Json(string text) => $"\"{JsonEncodedText.Encode(text)}\"";
}
