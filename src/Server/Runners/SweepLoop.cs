using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Slipway.Server.Blobs;
using Slipway.Server.Data;
using Slipway.Server.Jobs;
using Slipway.Server.Jobs.Artifacts;
using Slipway.Server.Pipelines;

namespace Slipway.Server.Runners;

/// <summary>Sweeps now and then, as long as the server runs. What goes wrong in one round is told in the log and tried again in the next.</summary>
internal sealed partial class SweepLoop(
    JobSweep jobs,
    ArtifactSweep artifacts,
    SharedCaches caches,
    PipelineCreation pipelines,
    JobOptions options,
    TimeProvider time,
    ILogger<SweepLoop> log
) : BackgroundService
{
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(options.Sweep, time);
        try
        {
            do await RoundAsync(stoppingToken);
            while (await timer.WaitForNextTickAsync(stoppingToken));
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested) { }
    }

    private async Task RoundAsync(CancellationToken ct)
    {
        try
        {
            await jobs.RunAsync(ct);
            await artifacts.RunAsync(ct);
            await caches.SweepAsync(ct);
            await pipelines.SweepAsync(time.GetUtcNow() - PipelineCreation.LongestMaking, ct);
        }
        catch (Exception e) when (e is DatabaseException { Fault: not DbFault.Lost } or BlobStoreException or IOException)
        {
            Failed(log, e);
        }
    }

    [LoggerMessage(1, LogLevel.Warning, "A sweep could not be finished")]
    private static partial void Failed(ILogger log, Exception failure);
}
