using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Slipway.Protocol.Coordination;
using Slipway.Server.Http;

namespace Slipway.Server.Runners;

/// <summary>
/// <c>POST /jobs/request</c> (runner-protocol §3). A runner that repeats what it was last told, and so has seen that there is nothing, is held until something
/// may have changed, and then given the job at once.
/// </summary>
internal static class JobRequestApi
{
    public static void MapJobRequest(this IEndpointRouteBuilder v4) =>
        v4.MapPost("/jobs/request", RequestAsync).Allow(new Access.OwnDoor("a runner's own token"));

    private static async Task<IResult> RequestAsync(HttpContext http, JobWait wait, CancellationToken ct) =>
        await Bodies.ReadAsync(http.Request, CoordinationJson.Default.JobRequest, ct) is { Token.Length: > 0 } request
            ? await wait.AnswerAsync(http, request, ct)
            : Answers.BadParameter("token is missing");
}
