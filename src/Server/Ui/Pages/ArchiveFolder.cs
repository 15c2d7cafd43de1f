using Slipway.Server.Blobs;
using Slipway.Server.Data;
using Slipway.Server.Jobs.Artifacts;

namespace Slipway.Server.Ui.Pages;

/// <summary>What stands in one folder of an artifacts archive, by the names in its directory. Nothing is unpacked.</summary>
/// <param name="Left">How many more there are than are listed.</param>
internal sealed record ArchiveFolder(IReadOnlyList<ArchiveFolder.Entry> Entries, int Left)
{
    private const int Most = 2000;

    /// <summary>Folders and files that are counted at all.</summary>
    private const int MostCounted = 100_000;

    /// <param name="IsReachable">An address can name it: browsers change those with <c>..</c> in them.</param>
    public sealed record Entry(string Name, bool IsFolder, long Size, bool IsReachable);

    /// <param name="folder">Without slashes at its ends; empty for the root.</param>
    public static async Task<ArchiveFolder> ReadAsync(IBlobStore blobs, ArtifactRow archive, string folder, CancellationToken ct)
    {
        var prefix = folder.Length == 0 ? "" : folder + "/";
        var found = new Dictionary<(string, bool), Entry>();
        if (archive.FileFormat == "zip")
            await foreach (var entry in ZipDirectory.ListAsync(blobs, BlobOf(archive), ct))
            {
                if (entry.Name.Length <= prefix.Length || !entry.Name.StartsWith(prefix, StringComparison.Ordinal))
                    continue;
                var rest = entry.Name[prefix.Length..];
                var slash = rest.IndexOf('/');
                var name = slash < 0 ? rest : rest[..slash];
                if (found.Count < MostCounted)
                    found[(name, slash >= 0)] = new Entry(name, slash >= 0, slash < 0 ? entry.Size : 0, IsReachable(name));
            }

        var sorted = found.Values.OrderBy(entry => !entry.IsFolder).ThenBy(entry => entry.Name, StringComparer.Ordinal).ToList();
        return new ArchiveFolder([.. sorted.Take(Most)], Math.Max(0, sorted.Count - Most));
    }

    /// <returns>Nothing when the archive has no file of that name.</returns>
    public static async Task<ZipEntry?> FileAsync(IBlobStore blobs, ArtifactRow archive, string? path, CancellationToken ct) =>
        archive.FileFormat == "zip"
        && !string.IsNullOrEmpty(path)
        && await ZipDirectory.FindAsync(blobs, BlobOf(archive), path, ct) is { IsFolder: false } entry
            ? entry
            : null;

    /// <returns>Nothing when it cannot be unpacked.</returns>
    public static async Task<byte[]?> BytesAsync(IBlobStore blobs, ArtifactRow archive, ZipEntry entry, CancellationToken ct)
    {
        try
        {
            await using var file = await entry.OpenAsync(blobs, BlobOf(archive), ct);
            if (file is null)
                return null;
            // No more comes out than the directory says, however much is packed.
            using var bytes = new MemoryStream();
            await file.CopyToAsync(bytes, ct);
            return bytes.ToArray();
        }
        catch (Exception e) when (e is InvalidDataException or (IOException and not BlobStoreException))
        {
            return null;
        }
    }

    private static bool IsReachable(string name) => name is not ("" or "." or "..") && !name.Contains('\\');

    private static Blob BlobOf(ArtifactRow archive) => new(BlobDigest.Parse(archive.Blob, null), archive.Size);
}
