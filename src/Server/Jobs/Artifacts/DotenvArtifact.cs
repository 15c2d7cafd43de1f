using System.IO.Compression;
using Slipway.Engine.Payloads;
using Slipway.Server.Blobs;

namespace Slipway.Server.Jobs.Artifacts;

/// <summary>A dotenv report on its way from an upload to the variables of later jobs (gitlab-ci-yaml §10.4).</summary>
internal static class DotenvArtifact
{
    /// <summary>Reads the report out of its gzip, and no more of it than a report may have.</summary>
    public static async Task<DotenvReport> ReadAsync(IBlobStore blobs, Blob file, CancellationToken ct)
    {
        var bytes = new byte[DotenvReport.DefaultMaxBytes];
        await using var packed = await blobs.OpenAsync(file.Digest, null, ct) ?? throw new IOException($"The blob {file.Digest} is gone.");
        await using var plain = new GZipStream(packed, CompressionMode.Decompress);
        try
        {
            return DotenvReport.Parse(bytes.AsSpan(0, await plain.ReadAtLeastAsync(bytes, bytes.Length, throwOnEndOfStream: false, ct)));
        }
        catch (InvalidDataException)
        {
            return new DotenvReport([], "Invalid Format");
        }
    }
}
