using System.Runtime.CompilerServices;
using Slipway.Protocol.Jobs;
using Slipway.Runner.Executors;

namespace Slipway.Runner.Artifacts;

/// <summary>Fetches and unpacks what earlier jobs have made (runner-protocol §8.3), into the project's folder, over what is there.</summary>
internal static class ArtifactDownload
{
    /// <exception cref="JobFailedException">An archive is not to be had or not in order.</exception>
    public static async Task FetchAsync(
        JobDependency dependency,
        JobEnvironment job,
        IExecutor executor,
        JobChannel channel,
        CancellationToken ct
    )
    {
        job.Trace.Info($"Downloading artifacts for {dependency.Name} ({dependency.Id})...");
        await using var archive = await channel.FetchArtifacts(dependency, ct);
        if (archive is null)
            throw new JobFailedException(FailureReason.Script, $"the artifacts of {dependency.Name} are not there any more");
        try
        {
            await UnpackAsync(archive, executor, ct);
        }
        catch (BadArchiveException e)
        {
            throw new JobFailedException(FailureReason.Script, $"the artifacts of {dependency.Name} cannot be unpacked: {e.Message}");
        }

        job.Trace.Line($"Downloading artifacts from coordinator... ok  id={dependency.Id}");
    }

    /// <exception cref="BadArchiveException">Nothing, or only a part, is unpacked.</exception>
    public static async Task UnpackAsync(Stream archive, IExecutor executor, CancellationToken ct)
    {
        if (archive.CanSeek)
        {
            await executor.PutFilesAsync(Each(ZipReader.Read(archive), ct), ct);
            return;
        }

        // A zip's directory stands at its end.
        await using var whole = TemporaryFile.Create();
        await archive.CopyToAsync(whole, ct);
        await executor.PutFilesAsync(Each(ZipReader.Read(whole), ct), ct);
    }

    private static async IAsyncEnumerable<FileEntry> Each(List<FileEntry> entries, [EnumeratorCancellation] CancellationToken ct)
    {
        foreach (var entry in entries)
        {
            ct.ThrowIfCancellationRequested();
            yield return entry;
        }

        await Task.CompletedTask;
    }
}
