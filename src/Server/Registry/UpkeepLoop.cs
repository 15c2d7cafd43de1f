using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Slipway.Server.Registry.Cleanup;
using Slipway.Server.Registry.Collecting;
using Slipway.Server.Registry.Damage;
using Slipway.Server.Registry.Proxy;

namespace Slipway.Server.Registry;

/// <summary>
/// Every hour: deletes the tags that policies say, collects what nothing needs any more, looks whether what was damaged still is, and keeps the dependency proxy
/// within its bounds.
/// </summary>
internal sealed partial class UpkeepLoop(
    CleanupRuns cleanup,
    Collection collection,
    Damages damages,
    ProxyExpiry expiry,
    ProxyEviction eviction,
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
            expiry.RunAsync,
            EvictAsync
        );

    private async Task CollectAsync(CancellationToken ct)
    {
        var report = await collection.RunAsync(null, takes: true, ct);
        if (report.Manifests + report.Blobs > 0)
            Collected(log, report.Manifests, report.Blobs, report.FreedBytes);
    }

    private async Task EvictAsync(CancellationToken ct)
    {
        if (await eviction.RunAsync(ct) is > 0 and var bytes)
            Evicted(log, bytes);
    }

    [LoggerMessage(1, LogLevel.Warning, "The upkeep of images could not be done")]
    private static partial void Failed(ILogger log, Exception failure);

    [LoggerMessage(
        2,
        LogLevel.Information,
        "Images that nothing keeps: {Manifests} manifests and {Blobs} layers removed, {Bytes} bytes freed"
    )]
    private static partial void Collected(ILogger log, long manifests, long blobs, long bytes);

    [LoggerMessage(
        3,
        LogLevel.Information,
        "The dependency proxy is at its largest: {Bytes} bytes that nobody has pulled for longest removed"
    )]
    private static partial void Evicted(ILogger log, long bytes);
}
