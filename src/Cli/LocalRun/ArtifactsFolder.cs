using System.Collections.Immutable;
using System.IO.Compression;
using Slipway.Cli.TestReports;
using Slipway.Engine.Payloads;
using Slipway.Protocol.Jobs;
using Slipway.Protocol.Variables;
using Slipway.Runner;

namespace Slipway.Cli.LocalRun;

/// <summary>What one job uploaded, a file for each kind: <c>archive.zip</c>, <c>junit.gz</c>, <c>dotenv.gz</c> …</summary>
internal sealed class ArtifactsFolder(string path)
{
    private const string Dot = "dotenv";
    private const string JUnit = "junit";

    public string Path => path;

    public FileInfo? Archive => new FileInfo(System.IO.Path.Combine(path, "archive.zip")) is { Exists: true } file ? file : null;

    /// <summary>Keeps an upload. A dotenv report is checked as a server would.</summary>
    /// <exception cref="JobFailedException">It is refused.</exception>
    public async Task TakeAsync(JobArtifact artifact, Stream content, CancellationToken ct)
    {
        Directory.CreateDirectory(path);
        var name =
            SafeName.Of(artifact.ArtifactType)
            + artifact.ArtifactFormat switch
            {
                "zip" => ".zip",
                "gzip" => ".gz",
                _ => "",
            };
        var file = System.IO.Path.Combine(path, name);
        await using (var kept = new FileStream(file, FileMode.Create, FileAccess.Write, FileShare.Read))
            await content.CopyToAsync(kept, ct);
        if (artifact.ArtifactType == Dot && ReadDotenv(file) is { Error: { } error })
        {
            File.Delete(file);
            throw new JobFailedException(FailureReason.Script, $"Uploading artifacts as \"dotenv\" was refused: {error}", 1);
        }
    }

    public ImmutableArray<Variable> Dotenv()
    {
        foreach (var name in (string[])[Dot + ".gz", Dot])
        {
            if (System.IO.Path.Combine(path, name) is var file && File.Exists(file))
                return ReadDotenv(file).Variables;
        }

        return [];
    }

    public TestSummary? Tests()
    {
        var file = System.IO.Path.Combine(path, JUnit + ".gz");
        if (!File.Exists(file))
            return null;
        using var gzip = File.OpenRead(file);
        return TestTally.ReadGzip(gzip);
    }

    private static DotenvReport ReadDotenv(string file)
    {
        using var content = File.OpenRead(file);
        using var text = file.EndsWith(".gz", StringComparison.Ordinal)
            ? new GZipStream(content, CompressionMode.Decompress)
            : (Stream)content;
        var buffer = new byte[DotenvReport.DefaultMaxBytes];
        try
        {
            return DotenvReport.Parse(buffer.AsSpan(0, text.ReadAtLeast(buffer, buffer.Length, throwOnEndOfStream: false)));
        }
        catch (InvalidDataException)
        {
            return new DotenvReport([], "Invalid Format");
        }
    }
}
