using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Slipway.Protocol.Coordination;
using Slipway.Server.Data;
using Slipway.Server.Http;
using Slipway.Server.Jobs.Traces;
using State = Slipway.Protocol.Coordination.JobState;

namespace Slipway.Server.Runners;

/// <summary>
/// <c>PUT /jobs/:id</c> (runner-protocol §5): a runner takes up an offer, says that it is still there, or says how the job ended. What is said twice has the same
/// effect as once, and the same answer.
/// </summary>
internal static class JobUpdateApi
{
    public static void MapJobUpdate(this IEndpointRouteBuilder v4) =>
        v4.MapPut("/jobs/{id:long}", UpdateAsync).Allow(new Access.OwnDoor("the job's own token"));

    private static async Task<IResult> UpdateAsync(
        HttpContext http,
        long id,
        JobDoor door,
        Offers offers,
        TraceWatchers watchers,
        JobEnding ending,
        CancellationToken ct
    )
    {
        var update = await Bodies.ReadAsync(http.Request, CoordinationJson.Default.JobUpdate, ct);
        if (update is null)
            return Answers.BadParameter("token is missing");
        if (await door.FindAsync(http, id, update.Token, ct) is not { } job || job.ErasedAt is not null)
            return Answers.Forbidden();
        if (update.State is not (State.Pending or State.Running or State.Success or State.Failed))
            return Status(http, job, StatusCodes.Status400BadRequest);
        if (job.Status == "pending")
            return await OfferedAsync(http, job, update.State, offers, door, ct);
        if (!JobDoor.IsRunning(job))
            return Status(http, job, Repeats(job, update.State) ? StatusCodes.Status200OK : StatusCodes.Status403Forbidden);
        http.Response.Headers[WireHeader.TraceUpdateInterval] = watchers.Interval(id).ToString();
        switch (update.State)
        {
            case State.Pending:
                return Status(http, job, StatusCodes.Status409Conflict);
            case State.Running:
                if (await door.TouchAsync(job, ct))
                    return Status(http, job, StatusCodes.Status200OK);
                return await door.FindAsync(http, id, update.Token, ct) is { } now
                    ? Status(http, now, StatusCodes.Status403Forbidden)
                    : Answers.Forbidden();
            default:
                var (status, ended) = await ending.EndAsync(job, update, ct);
                return Status(http, ended, status);
        }
    }

    private static async Task<IResult> OfferedAsync(
        HttpContext http,
        JobRow job,
        string state,
        Offers offers,
        JobDoor door,
        CancellationToken ct
    )
    {
        switch (state)
        {
            case State.Pending:
                return Status(http, job, await offers.RenewAsync(job, ct) ? StatusCodes.Status200OK : StatusCodes.Status409Conflict);
            case State.Running:
                job = await door.TakeUpAsync(job, ct);
                return Status(http, job, JobDoor.IsRunning(job) ? StatusCodes.Status200OK : StatusCodes.Status409Conflict);
            default:
                return Status(http, job, StatusCodes.Status400BadRequest);
        }
    }

    /// <summary>The answer to the last word was lost, and the runner says it again.</summary>
    private static bool Repeats(JobRow job, string state) =>
        job.Status switch
        {
            "success" => state == State.Success,
            "failed" => state == State.Failed,
            "canceled" => state is State.Success or State.Failed,
            _ => false,
        };

    private static IResult Status(HttpContext http, JobRow job, int status)
    {
        http.Response.Headers[WireHeader.JobStatus] = job.Status;
        return status switch
        {
            StatusCodes.Status200OK => Results.Text("200"),
            StatusCodes.Status403Forbidden => Answers.Forbidden(),
            StatusCodes.Status400BadRequest => Answers.Message(status, "400 Bad request"),
            StatusCodes.Status409Conflict => Answers.Conflict("409 Conflict"),
            _ => Results.StatusCode(status),
        };
    }
}
