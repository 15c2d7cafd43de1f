using System.Security.Cryptography;

namespace Slipway.Server.Backups;

/// <summary>Whether a backup is what it was.</summary>
internal static class BackupCheck
{
    public static async Task<(Backup.Summary Summary, IReadOnlyList<string> Wrong)> RunAsync(string folder, CancellationToken ct)
    {
        var manifest = Manifest.Read(folder);
        var wrong = new List<string>();
        var (count, hasKey) = (0L, false);
        foreach (var file in manifest.ReadFiles(folder))
        {
            ct.ThrowIfCancellationRequested();
            if (await WhyNotAsync(Path.Combine(folder, file.Path), file, ct) is { } why)
                wrong.Add($"{file.Path}: {why}");
            (count, hasKey) = (count + 1, hasKey || file.Path == Manifest.KeyName);
        }

        if (count != manifest.Files)
            wrong.Add($"{Manifest.List}: it names {count} files and should name {manifest.Files}");
        return (Summary(folder, manifest, hasKey), wrong);
    }

    public static Backup.Summary Summary(string folder, Manifest manifest, bool hasKey) =>
        new(folder, manifest.CreatedAt, manifest.Files, manifest.Bytes, manifest.Key, hasKey);

    private static async Task<string?> WhyNotAsync(string path, BackupFile file, CancellationToken ct)
    {
        try
        {
            await using var stream = File.OpenRead(path);
            if (stream.Length != file.Size)
                return $"it has {stream.Length} bytes and should have {file.Size}";
            return Convert.ToHexStringLower(await SHA256.HashDataAsync(stream, ct)) == file.Hash ? null : "its bytes have changed";
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return e is FileNotFoundException or DirectoryNotFoundException ? "it is gone" : e.Message;
        }
    }
}
