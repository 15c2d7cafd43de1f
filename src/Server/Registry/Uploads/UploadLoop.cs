using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Slipway.Server.Data;

namespace Slipway.Server.Registry.Uploads;

/// <summary>Removes uploads that nobody goes on with, every hour.</summary>
internal sealed partial class UploadLoop(UploadStore store, TimeProvider time, ILogger<UploadLoop> log) : BackgroundService
{
    private static readonly TimeSpan Every = TimeSpan.FromHours(1);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        // Not on the thread that starts the server.
        await Task.Yield();
        using var timer = new PeriodicTimer(Every, time);
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
            await store.SweepAsync(ct);
        }
        catch (DatabaseException e) when (e.Fault != DbFault.Lost)
        {
            Failed(log, e);
        }
    }

    [LoggerMessage(1, LogLevel.Warning, "Uploads that nobody goes on with could not be removed")]
    private static partial void Failed(ILogger log, Exception failure);
}
