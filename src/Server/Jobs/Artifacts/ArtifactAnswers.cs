using Microsoft.AspNetCore.Http;
using Slipway.Server.Blobs;
using Slipway.Server.Data;
using Slipway.Server.Http;

namespace Slipway.Server.Jobs.Artifacts;

/// <summary>An artifact, or one file out of its archive, as an answer.</summary>
internal static class ArtifactAnswers
{
    private static readonly string[] Texts =
    [
        ".txt",
        ".log",
        ".md",
        ".json",
        ".xml",
        ".html",
        ".htm",
        ".css",
        ".js",
        ".csv",
        ".yml",
        ".yaml",
        ".svg",
        ".sh",
        ".ini",
        ".toml",
    ];

    public static IResult Whole(ArtifactRow artifact, IBlobStore blobs) =>
        new BlobAnswer(
            artifact.FileFormat switch
            {
                "zip" => "application/zip",
                "gzip" => "application/gzip",
                _ => "application/octet-stream",
            },
            artifact.Filename,
            artifact.Size,
            async (part, ct) =>
                await blobs.OpenKeptAsync(BlobOf(artifact), part is var (start, length) ? new BlobRange(start, length) : null, ct)
        );

    /// <summary>One file, unpacked as it is sent; nothing of it touches the disk.</summary>
    /// <param name="path">As the archive names it: it is looked for there and nowhere else.</param>
    public static async Task<IResult> OneAsync(ArtifactRow archive, string path, IBlobStore blobs, CancellationToken ct)
    {
        var blob = BlobOf(archive);
        if (archive.FileFormat != "zip" || await ZipDirectory.FindAsync(blobs, blob, path, ct) is not { IsFolder: false } entry)
            return Answers.NotFound();
        return new BlobAnswer(TypeOf(path), Path.GetFileName(path), null, (_, token) => entry.OpenAsync(blobs, blob, token));
    }

    private static Blob BlobOf(ArtifactRow artifact) => new(BlobDigest.Parse(artifact.Blob, null), artifact.Size);

    /// <summary>Pages are texts here: none is ever shown as a page of this server.</summary>
    private static string TypeOf(string path) =>
        Texts.Contains(Path.GetExtension(path).ToLowerInvariant()) ? "text/plain; charset=utf-8" : "application/octet-stream";
}
