using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Slipway.Server.Blobs;
using Slipway.Server.Blobs.Sweeping;
using Slipway.Server.Data;
using Slipway.Server.Git;
using Slipway.Server.Pipelines;

namespace Slipway.Server.Jobs;

/// <summary>
/// Sweeps up what processes that died left behind: once at the start what they were taking and making (this is the only one at its data folder), and every six
/// hours the bytes that no row names.
/// </summary>
internal sealed partial class Leftovers(
    BlobSweep sweep,
    IBlobStore blobs,
    Repositories repositories,
    PipelineCreation pipelines,
    ServerOptions options,
    TimeProvider time,
    ILogger<Leftovers> log
) : BackgroundService
{
    private static readonly TimeSpan Every = TimeSpan.FromHours(6);

    /// <summary>Parts that wait in a bucket may be another instance's, which takes no longer.</summary>
    private static readonly TimeSpan LongestPut = TimeSpan.FromDays(1);

    private DateTimeOffset _begun = time.GetUtcNow();

    /// <summary>Before anybody can come in.</summary>
    public void BeginsNow() => _begun = time.GetUtcNow();

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        // Not on the thread that starts the server.
        await Task.Yield();
        var rounds = new Rounds(Every, time, e => Failed(log, e));
        await rounds.TryAsync(AtStartAsync, stoppingToken);
        await rounds.GoAsync(stoppingToken, async ct => Removed(log, await sweep.RunAsync(ct)));
    }

    private async Task AtStartAsync(CancellationToken ct)
    {
        // Another instance may be making one.
        var isAlone = options.DatabaseAddress is DatabaseAddress.Sqlite;
        await pipelines.SweepAsync(isAlone ? _begun : _begun - PipelineCreation.LongestMaking, ct);
        repositories.Sweep(_begun, ct);
        await blobs.SweepAsync(blobs is DiskBlobStore ? _begun : _begun - LongestPut, ct);
    }

    [LoggerMessage(1, LogLevel.Warning, "What was left behind could not be swept up")]
    private static partial void Failed(ILogger log, Exception failure);

    [LoggerMessage(2, LogLevel.Debug, "Blobs that no row named: {Count} removed")]
    private static partial void Removed(ILogger log, int count);
}
