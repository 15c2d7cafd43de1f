using System.Text;
using Slipway.Server.Blobs;
using Slipway.Server.Data;
using Slipway.Server.Http;

namespace Slipway.Server.Jobs.Artifacts;

/// <summary>Configuration files that jobs made: one file out of an archive, of which no more is unpacked (reliability-security S16).</summary>
internal sealed class ArtifactTexts(Db db, IBlobStore blobs, TimeProvider time)
{
    /// <summary>GitLab's longest configuration file: 2 MiB.</summary>
    private const long MostBytes = 2L << 20;

    /// <returns>Nothing when the job, its archive or the file is not there, cannot be unpacked, or is too long for a configuration.</returns>
    public async Task<string?> ReadAsync(long job, string path, CancellationToken ct)
    {
        var archive = await db.FindAsync<ArtifactRow>(
            $"SELECT * FROM artifacts WHERE job_id = @job AND file_type = 'archive' AND {ArtifactRow.IsThere}",
            new { job, now = time.Milliseconds() },
            ct
        );
        if (archive is null || !BlobDigest.TryParse(archive.Blob, out var digest))
            return null;
        var blob = new Blob(digest, archive.Size);
        if (await ZipDirectory.FindAsync(blobs, blob, path, ct) is not { IsFolder: false, Size: <= MostBytes } entry)
            return null;
        try
        {
            await using var stream = await entry.OpenAsync(blobs, blob, ct);
            if (stream is null)
                return null;
            // No more comes out than the directory says, however much is packed.
            using var reader = new StreamReader(stream, Encoding.UTF8);
            return await reader.ReadToEndAsync(ct);
        }
        catch (Exception e) when (e is InvalidDataException or (IOException and not BlobStoreException))
        {
            return null;
        }
    }
}
