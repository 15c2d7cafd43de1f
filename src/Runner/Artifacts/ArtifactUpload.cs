using Slipway.Protocol.Jobs;
using Slipway.Runner.Executors;

namespace Slipway.Runner.Artifacts;

/// <summary>Sends what a job has made (runner-protocol §8.1, 8.2): one upload for each entry of the payload whose <c>when</c> fits the outcome.</summary>
internal static class ArtifactUpload
{
    public static bool IsWanted(JobArtifact artifact, bool success) =>
        (artifact.Paths.Length > 0 || artifact.Untracked)
        && artifact.When switch
        {
            "always" => true,
            "on_failure" => !success,
            _ => success,
        };

    /// <exception cref="JobFailedException">It was refused, or cannot be made into what its format is.</exception>
    public static async Task SendAsync(
        JobArtifact artifact,
        JobEnvironment job,
        IExecutor executor,
        JobChannel channel,
        CancellationToken ct
    )
    {
        job.Trace.Info("Uploading artifacts...");
        var paths = artifact.Paths.Select(job.Variables.Expand).ToList();
        var selection = new FileSelection(paths, [.. artifact.Exclude.Select(job.Variables.Expand)], artifact.Untracked);
        var count = new PatternCount(paths, artifact.Untracked, executor.ProjectDir);
        var level = CompressionSetting.Level(job.Variables["ARTIFACT_COMPRESSION_LEVEL"]);
        await using var content = TemporaryFile.Create();
        var (found, ownName) = await WriteAsync(artifact.ArtifactFormat, executor.ReadFilesAsync(selection, ct), count, level, content, ct);
        count.Tell(job.Trace);
        if (found == 0)
        {
            job.Trace.Error("No files to upload");
            return;
        }

        content.Position = 0;
        await channel.SendArtifact(artifact, FileName(artifact, job, ownName), content, ct);
        job.Trace.Line($"Uploading artifacts as \"{artifact.ArtifactType}\" to coordinator... 201 Created  id={job.Payload.Id}");
    }

    private static async Task<(int Count, string Name)> WriteAsync(
        string format,
        IAsyncEnumerable<FileEntry> files,
        PatternCount count,
        int level,
        Stream content,
        CancellationToken ct
    )
    {
        var found = 0;
        var name = "";
        await using var zip = new ZipWriter(content, level);
        await foreach (var file in files.WithCancellation(ct))
        {
            count.Add(file.Path);
            if (format == "zip")
                await zip.AddAsync(file, ct);
            else if (file.Kind != FileKind.File)
                continue;
            else if (format == "gzip")
                await GzipWriter.AddAsync(content, file, level, ct);
            else if (found > 0)
                throw new JobFailedException(FailureReason.Script, $"only one file can be uploaded as it is: {name} and {file.Path} match");
            else
                await CopyAsync(file, content, ct);
            name = file.Path[(file.Path.LastIndexOf('/') + 1)..];
            found++;
        }

        if (format == "zip")
            await zip.FinishAsync(ct);
        return (found, name);
    }

    private static async Task CopyAsync(FileEntry file, Stream content, CancellationToken ct)
    {
        await using var source = file.Open!();
        await source.CopyToAsync(content, ct);
    }

    /// <summary>The last part of <c>artifacts:name</c>, or <c>default</c>, with the ending of the format; a raw file keeps its own name.</summary>
    private static string FileName(JobArtifact artifact, JobEnvironment job, string ownName)
    {
        var name = job.Variables.Expand(artifact.Name ?? "").TrimEnd('/');
        name = name[(name.LastIndexOf('/') + 1)..];
        if (name is "" or "." or "..")
            name = "default";
        return artifact.ArtifactFormat switch
        {
            "zip" => name + ".zip",
            "gzip" => name + ".gz",
            _ => ownName,
        };
    }
}
