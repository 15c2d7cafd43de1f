using System.Diagnostics;
using System.Globalization;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Slipway.Server.Data;

namespace Slipway.Server.Http.Metrics;

/// <summary>
/// <c>/-/metrics</c> (and <c>/metrics</c>) in Prometheus' text format, for an administrator's token: numbers tell strangers too much, and behind a proxy
/// everybody comes from this machine.
/// </summary>
internal static class MetricsApi
{
    private static readonly Access Administrator = new Access.Administrator(Scopes.ReadApi);

    public static void MapMetrics(this IEndpointRouteBuilder app)
    {
        app.MapGet("/-/metrics", WriteAsync).Allow(Administrator);
        app.MapGet("/metrics", WriteAsync).Allow(Administrator);
    }

    /// <summary>Counts every answer. Long polls and streams count with all the time they take.</summary>
    public static void UseMeters(this WebApplication app)
    {
        var (meters, time) = (app.Services.GetRequiredService<Meters>(), app.Services.GetRequiredService<TimeProvider>());
        app.Use(
            async (http, next) =>
            {
                var begun = time.GetTimestamp();
                try
                {
                    await next(http);
                }
                finally
                {
                    meters.Answered(http.Request.Method, http.Response.StatusCode, time.GetElapsedTime(begun));
                }
            }
        );
    }

    private static async Task<IResult> WriteAsync(Meters meters, Db db, TimeProvider time, CancellationToken ct)
    {
        var text = new StringBuilder();
        Head(text, "slipway_http_requests_total", "counter", "Requests that were answered.");
        foreach (var ((method, kind), count) in meters.Requests.OrderBy(one => one.Key))
            text.Append(CultureInfo.InvariantCulture, $"slipway_http_requests_total{{method=\"{method}\",status=\"{kind}\"}} {count}\n");
        Head(text, "slipway_http_request_seconds", "histogram", "Time to answer them, long polls and streams included.");
        meters.RequestTime.WriteTo(text, "slipway_http_request_seconds");
        Head(text, "slipway_job_wait_seconds", "histogram", "From a job's becoming pending to its being handed to a runner.");
        meters.JobWait.WriteTo(text, "slipway_job_wait_seconds");
        await RowsAsync(text, db, time, ct);
        OfProcess(text);
        return Results.Text(text.ToString(), "text/plain; version=0.0.4; charset=utf-8");
    }

    /// <summary>Only what the index of open jobs holds: those that are over may be millions.</summary>
    private static async Task RowsAsync(StringBuilder text, Db db, TimeProvider time, CancellationToken ct)
    {
        var open = await db.QueryAsync<Counted>(
            """
            SELECT status AS word, COUNT(*) AS count FROM jobs
            WHERE status IN ('created', 'waiting_for_resource', 'preparing', 'pending', 'running', 'canceling', 'manual', 'scheduled') GROUP BY status
            """,
            null,
            ct
        );
        Head(text, "slipway_jobs", "gauge", "Jobs that are not over, by status; pending is the queue.");
        foreach (var row in open.OrderBy(row => row.Word))
            text.Append(CultureInfo.InvariantCulture, $"slipway_jobs{{status=\"{row.Word}\"}} {row.Count}\n");
        var now = time.Milliseconds();
        var due = await db.FindAsync<long>("SELECT COUNT(*) FROM work WHERE due_at <= @now", new { now }, ct);
        var failed = await db.FindAsync<long>("SELECT COUNT(*) FROM work WHERE due_at IS NULL", null, ct);
        Gauge(text, "slipway_work_due", "Pieces of work that are due and that nobody has begun.", due);
        Gauge(text, "slipway_work_given_up", "Pieces of work that were tried too often.", failed);
        Gauge(text, "slipway_database_writes_waiting", "Writes that wait for their turn.", db.WritesWaiting);
        var heard = await db.FindAsync<long>(
            "SELECT COUNT(*) FROM runner_managers WHERE contacted_at > @since",
            new { since = now - 120_000 },
            ct
        );
        Gauge(text, "slipway_runners_online", "Runner processes that were heard of in the last two minutes.", heard);
    }

    private static void OfProcess(StringBuilder text)
    {
        using var process = Process.GetCurrentProcess();
        Head(text, "process_cpu_seconds_total", "counter", "Processor time.");
        text.Append(CultureInfo.InvariantCulture, $"process_cpu_seconds_total {process.TotalProcessorTime.TotalSeconds}\n");
        Gauge(text, "process_resident_memory_bytes", "Memory.", process.WorkingSet64);
        Gauge(text, "process_threads", "Threads.", process.Threads.Count);
        Gauge(
            text,
            "process_start_time_seconds",
            "When it started, unix seconds.",
            new DateTimeOffset(process.StartTime.ToUniversalTime()).ToUnixTimeSeconds()
        );
        Gauge(text, "dotnet_heap_bytes", "Memory of the runtime's heap.", GC.GetTotalMemory(forceFullCollection: false));
    }

    private static void Gauge(StringBuilder text, string name, string help, long value)
    {
        Head(text, name, "gauge", help);
        text.Append(CultureInfo.InvariantCulture, $"{name} {value}\n");
    }

    private static void Head(StringBuilder text, string name, string type, string help) =>
        text.Append(CultureInfo.InvariantCulture, $"# HELP {name} {help}\n# TYPE {name} {type}\n");

    private sealed record Counted
    {
        public string Word { get; init; } = "";
        public long Count { get; init; }
    }
}
