using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Slipway.Server.Registry.Uploads;

/// <summary>Removes uploads that nobody goes on with, every hour.</summary>
internal sealed partial class UploadLoop(UploadStore store, TimeProvider time, ILogger<UploadLoop> log) : BackgroundService
{
    private static readonly TimeSpan Every = TimeSpan.FromHours(1);

    protected override Task ExecuteAsync(CancellationToken stoppingToken) =>
        new Rounds(Every, time, e => Failed(log, e)).GoAsync(stoppingToken, store.SweepAsync);

    [LoggerMessage(1, LogLevel.Warning, "Uploads that nobody goes on with could not be removed")]
    private static partial void Failed(ILogger log, Exception failure);
}
