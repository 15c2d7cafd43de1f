using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Slipway.Engine;
using Slipway.Server.Data;
using Slipway.Server.Jobs.Traces;

namespace Slipway.Server.Ui.Logs;

/// <summary>
/// A running job's log as server-sent events. It is read again from where the page's log begins, so that colours and sections are as they were there, and what
/// the browser has already is left out: its <c>Last-Event-ID</c>, or <paramref name="Done"/>, counts the pieces.
/// </summary>
/// <param name="Job">Reads its row anew; nothing when it is gone.</param>
internal sealed record LogEvents(Func<CancellationToken, Task<JobRow?>> Job, LogWindow Window, long Done) : IResult
{
    /// <summary>After this the browser asks again, and whether it still may is checked again.</summary>
    private static readonly TimeSpan Longest = TimeSpan.FromMinutes(10);

    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(400);
    private const long PieceBytes = 1024 * 1024;
    private const int Heartbeat = 25;

    public async Task ExecuteAsync(HttpContext http)
    {
        var services = http.RequestServices;
        using var end = CancellationTokenSource.CreateLinkedTokenSource(
            http.RequestAborted,
            services.GetRequiredService<IHostApplicationLifetime>().ApplicationStopping
        );
        var headers = http.Response.Headers;
        headers.ContentType = "text/event-stream";
        headers.CacheControl = "no-store";
        headers["X-Accel-Buffering"] = "no";
        try
        {
            await SendAsync(http, services, end.Token);
        }
        catch (OperationCanceledException) when (end.IsCancellationRequested) { }
    }

    private async Task SendAsync(HttpContext http, IServiceProvider services, CancellationToken ct)
    {
        var (traces, watchers) = (services.GetRequiredService<JobTraces>(), services.GetRequiredService<TraceWatchers>());
        var time = services.GetRequiredService<TimeProvider>();
        var known = long.TryParse(http.Request.Headers["Last-Event-ID"], out var last) ? last : Done;
        var reader = new LogReader(Window.FirstLine);
        var (at, count, partial, began) = (Window.Start, 0L, (string?)null, time.GetTimestamp());
        await http.Response.WriteAsync("retry: 1000\n\n", ct);
        for (var round = 0; time.GetElapsedTime(began) < Longest; round++)
        {
            if (await Job(ct) is not { } job)
                return;
            watchers.Watch(job.Id);
            var size = traces.Size(job);
            var items = new List<LogItem>();
            var before = at;
            at = await LogWindow.ReadAsync(traces, job, (at, Math.Min(size, at + PieceBytes)), reader, items, ct);
            var isOver = Statuses.IsCompleted(Statuses.Parse(job.Status)!.Value) && (at >= size || at == before);
            if (isOver)
                reader.End(items);
            var fresh = items.Skip((int)Math.Clamp(known - count, 0, items.Count)).ToList();
            count += items.Count;
            var rest = isOver ? null : reader.Partial();
            var message = Message(fresh, rest);
            if (fresh.Count > 0 || message != partial)
                await http.Response.WriteAsync($"id: {Math.Max(count, known)}\ndata: {message}\n\n", ct);
            else if (round % Heartbeat == 0)
                await http.Response.WriteAsync(": \n\n", ct);
            partial = Message([], rest);
            if (isOver)
            {
                await http.Response.WriteAsync("event: end\ndata: \n\n", ct);
                return;
            }

            await http.Response.Body.FlushAsync(ct);
            if (at >= size)
                await Task.Delay(Pause, time, ct);
        }
    }

    /// <summary>A list of lists: each a word for what it is, and what belongs to it.</summary>
    internal static string Message(IEnumerable<LogItem> items, LogItem.Line? partial)
    {
        using var bytes = new MemoryStream();
        using (var json = new Utf8JsonWriter(bytes))
        {
            json.WriteStartArray();
            foreach (var item in items)
                Write(json, item);
            if (partial is not null)
                Write(json, "partial", partial);
            json.WriteEndArray();
        }

        return Encoding.UTF8.GetString(bytes.ToArray());
    }

    private static void Write(Utf8JsonWriter json, LogItem item)
    {
        switch (item)
        {
            case LogItem.Line line:
                Write(json, "line", line);
                break;
            case LogItem.Open open:
                Write(json, "open", new LogItem.Line(open.Number, open.Stamp, open.Texts), open.Collapsed, open.IsChore);
                break;
            case LogItem.Close close:
                json.WriteStartArray();
                json.WriteStringValue("close");
                json.WriteNumberValue(close.Seconds);
                json.WriteEndArray();
                break;
        }
    }

    /// <param name="flags">Of a section: whether it begins folded, and whether it folds once it is over.</param>
    private static void Write(Utf8JsonWriter json, string kind, LogItem.Line line, params ReadOnlySpan<bool> flags)
    {
        json.WriteStartArray();
        json.WriteStringValue(kind);
        json.WriteNumberValue(line.Number);
        json.WriteStringValue(line.Stamp);
        json.WriteStartArray();
        foreach (var text in line.Texts)
        {
            json.WriteStartArray();
            json.WriteStringValue(text.Style);
            json.WriteStringValue(text.Text);
            if (text.Link is not null)
                json.WriteStringValue(text.Link);
            json.WriteEndArray();
        }

        json.WriteEndArray();
        foreach (var flag in flags)
            json.WriteBooleanValue(flag);
        json.WriteEndArray();
    }
}
