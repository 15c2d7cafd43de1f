using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Slipway.Server.Jobs;
using Slipway.Server.Jobs.Artifacts;
using Slipway.Server.Pipelines;

namespace Slipway.Server.Runners;

/// <summary>Sweeps now and then: jobs nobody works at, what has expired, caches, pipelines that nobody goes on with.</summary>
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
    private readonly Rounds _rounds = new(options.Sweep, time, e => Failed(log, e));

    public override async Task StartAsync(CancellationToken cancellationToken)
    {
        await _rounds.TryAsync(jobs.BeginAsync, cancellationToken);
        await base.StartAsync(cancellationToken);
    }

    protected override Task ExecuteAsync(CancellationToken stoppingToken) => _rounds.GoAsync(stoppingToken, RoundAsync);

    private async Task RoundAsync(CancellationToken ct)
    {
        await jobs.RunAsync(ct);
        await artifacts.RunAsync(ct);
        await caches.SweepAsync(ct);
        await pipelines.SweepAsync(time.GetUtcNow() - PipelineCreation.LongestMaking, ct);
    }

    [LoggerMessage(1, LogLevel.Warning, "A sweep could not be finished")]
    private static partial void Failed(ILogger log, Exception failure);
}
