using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Slipway.Server.Http;

namespace Slipway.Server.Triggers;

/// <summary>
/// Pipelines that somebody outside starts with a trigger token, or another project's job with its own. https://docs.gitlab.com/ci/triggers/
/// A client that repeats itself sends an <c>Idempotency-Key</c>, ours: with the same key it gets the same pipeline.
/// </summary>
internal static class TriggerApi
{
    private const string End = "/trigger/pipeline";

    /// <summary>Bytes of a payload: it is kept with the pipeline.</summary>
    private const long MaxBody = 1 << 20;

    public static void MapTrigger(this IEndpointRouteBuilder v4)
    {
        var door = new Access.OwnDoor("a trigger token, or a job's own, comes as a parameter");
        v4.MapPost("/projects/{project}" + End, StartAsync).Allow(door).WithMetadata(new BodyLimit(MaxBody));
        v4.MapPost("/projects/{project}/ref/{**rest}", StartOnRefAsync).Allow(door).WithMetadata(new BodyLimit(MaxBody));
    }

    /// <summary>As webhooks of other programs come: the ref and the token stand in the address.</summary>
    private static Task<IResult> StartOnRefAsync(
        HttpContext http,
        string project,
        string rest,
        Parameters p,
        TriggerDoor door,
        CancellationToken ct
    ) =>
        rest.EndsWith(End) && rest.Length > End.Length
            ? door.StartAsync(http, project, Uri.UnescapeDataString(rest[..^End.Length]), p, ct)
            : Task.FromResult(Answers.NotFound());

    private static Task<IResult> StartAsync(HttpContext http, string project, Parameters p, TriggerDoor door, CancellationToken ct) =>
        door.StartAsync(http, project, null, p, ct);
}
