using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Slipway.Server.Registry.Cleanup;
using Slipway.Server.Registry.Collecting;
using Slipway.Server.Registry.Damage;
using Slipway.Server.Registry.Proxy;

namespace Slipway.Server.Registry;

/// <summary>Every hour: deletes the tags that policies say, collects what nothing needs any more, and looks whether what was damaged still is.</summary>
internal sealed partial class UpkeepLoop(
    CleanupRuns cleanup,
    Collection collection,
    Damages damages,
    ProxyExpiry proxy,
    TimeProvider time,
    ILogger<UpkeepLoop> log
) : BackgroundService
{
    private static readonly TimeSpan Every = TimeSpan.FromHours(1);

    protected override Task ExecuteAsync(CancellationToken stoppingToken) =>
        new Rounds(Every, time, e => Failed(log, e)).GoAsync(
            stoppingToken,
            cleanup.RunDueAsync,
            CollectAsync,
            damages.LookAgainAsync,
            proxy.RunAsync
        );

    private async Task CollectAsync(CancellationToken ct)
    {
        var report = await collection.RunAsync(null, takes: true, ct);
        if (report.Manifests + report.Blobs > 0)
            Collected(log, report.Manifests, report.Blobs, report.FreedBytes);
    }

    [LoggerMessage(1, LogLevel.Warning, "The upkeep of images could not be done")]
    private static partial void Failed(ILogger log, Exception failure);

    [LoggerMessage(
        2,
        LogLevel.Information,
        "Images that nothing keeps: {Manifests} manifests and {Blobs} layers removed, {Bytes} bytes freed"
    )]
    private static partial void Collected(ILogger log, long manifests, long blobs, long bytes);
}
