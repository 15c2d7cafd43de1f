using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace Slipway.Server.Ui;

/// <summary>
/// Tells an open page, as server-sent events, that what it shows has changed. An event carries a version and nothing else: the browser then asks for the page
/// again, and whether it may is checked again. What the browser has seen comes in its <c>Last-Event-ID</c>, or as <c>?seen=</c>, so nothing is missed between two
/// connections.
/// </summary>
/// <param name="Version">A word that is another one when something has changed.</param>
internal sealed record ChangeEvents(Func<CancellationToken, Task<string>> Version) : IResult
{
    /// <summary>After this the browser asks again.</summary>
    private static readonly TimeSpan Longest = TimeSpan.FromMinutes(10);

    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(300);
    private const int Heartbeat = 60;

    public async Task ExecuteAsync(HttpContext http)
    {
        using var end = CancellationTokenSource.CreateLinkedTokenSource(
            http.RequestAborted,
            http.RequestServices.GetRequiredService<IHostApplicationLifetime>().ApplicationStopping
        );
        var headers = http.Response.Headers;
        headers.ContentType = "text/event-stream";
        headers.CacheControl = "no-store";
        headers["X-Accel-Buffering"] = "no";
        try
        {
            await SendAsync(http, http.RequestServices.GetRequiredService<TimeProvider>(), end.Token);
        }
        catch (OperationCanceledException) when (end.IsCancellationRequested) { }
    }

    private async Task SendAsync(HttpContext http, TimeProvider time, CancellationToken ct)
    {
        var (request, response) = (http.Request, http.Response);
        var seen = request.Headers["Last-Event-ID"].ToString() is { Length: > 0 } last ? last : request.Query["seen"].ToString();
        var began = time.GetTimestamp();
        await response.WriteAsync("retry: 1000\n\n", ct);
        for (var round = 0; time.GetElapsedTime(began) < Longest; round++)
        {
            var version = await Version(ct);
            if (version != seen)
                await response.WriteAsync($"id: {version}\ndata: {version}\n\n", ct);
            else if (round % Heartbeat == Heartbeat - 1)
                await response.WriteAsync(": \n\n", ct);
            seen = version;
            await response.Body.FlushAsync(ct);
            await Task.Delay(Pause, time, ct);
        }
    }
}
