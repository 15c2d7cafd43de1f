using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Slipway.Engine;
using Slipway.Protocol.Coordination;
using Slipway.Server.Data;
using Slipway.Server.Http;
using Slipway.Server.Jobs;
using Slipway.Server.Jobs.Traces;
using Slipway.Server.Pipelines;

namespace Slipway.Server.Runners;

/// <summary><c>PATCH /jobs/:id/trace</c>: the next piece of a log (runner-protocol §6). 202 means that it is on the disk.</summary>
internal static class TraceApi
{
    /// <summary>Bytes of one piece. GitLab's runners send at most 1 MiB.</summary>
    private const int MostAtOnce = 8 << 20;

    public static void MapTraces(this IEndpointRouteBuilder v4) =>
        v4.MapPatch("/jobs/{id:long}/trace", AppendAsync).Allow(new Access.OwnDoor("the job's own token"));

    private static async Task<IResult> AppendAsync(
        HttpContext http,
        long id,
        JobDoor door,
        TraceFolder traces,
        TraceWatchers watchers,
        JobEnd end,
        JobOptions options,
        Db db,
        CancellationToken ct
    )
    {
        if (await door.FindRunningAsync(http, id, null, ct) is not { } job)
            return Answers.Forbidden();
        if (!TraceRange.TryPiece(http.Request.Headers.ContentRange, out var start))
            return Answers.Message(StatusCodes.Status400BadRequest, "400 Missing header Content-Range");
        if (await Bodies.ReadAsync(http.Request.Body, MostAtOnce, ct) is not { } piece)
            return Answers.Message(StatusCodes.Status413PayloadTooLarge, "413 Request Entity Too Large");
        if (http.Request.Query["debug_trace"] == "true" && job.DebugTrace == 0)
            await db.ExecuteAsync("UPDATE jobs SET debug_trace = 1 WHERE id = @Id", job, ct);

        var headers = http.Response.Headers;
        switch (await traces.AppendAsync(id, start, piece, options.TraceBytes, ct))
        {
            case TraceAppend.Done(var size):
                headers[WireHeader.Range] = TraceRange.Held(size);
                headers[WireHeader.TraceUpdateInterval] = watchers.Interval(id).ToString();
                return Results.Text(TraceRange.Held(size), "text/plain", null, StatusCodes.Status202Accepted);
            case TraceAppend.Elsewhere(var size):
                headers[WireHeader.Range] = TraceRange.Held(size);
                return Results.StatusCode(StatusCodes.Status416RangeNotSatisfiable);
            default:
                job = await end.FailAsync(job, "trace_size_exceeded", null, ct);
                headers[WireHeader.JobStatus] = job.Status;
                return Answers.Forbidden();
        }
    }
}
