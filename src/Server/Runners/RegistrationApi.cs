using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Slipway.Protocol.Coordination;
using Slipway.Server.Data;
using Slipway.Server.Http;

namespace Slipway.Server.Runners;

/// <summary>How a runner comes, is known again and goes (runner-protocol §2). https://docs.gitlab.com/api/runners/#create-a-runner</summary>
internal static class RegistrationApi
{
    private static readonly Access OwnToken = new Access.OwnDoor("a runner's own token, or a registration token");

    public static void MapRegistration(this IEndpointRouteBuilder v4)
    {
        v4.MapPost("/runners", RegisterAsync).Allow(OwnToken);
        v4.MapDelete("/runners", RemoveAsync).Allow(OwnToken);
        v4.MapPost("/runners/verify", VerifyAsync).Allow(OwnToken);
        v4.MapDelete("/runners/managers", RemoveManagerAsync).Allow(OwnToken);
        v4.MapPost("/runners/reset_authentication_token", ResetAsync).Allow(OwnToken);
        // No job router here: runners that ask for one go on by themselves (runner-protocol §2.6).
        v4.MapGet("/runners/router/discovery", () => Answers.Message(StatusCodes.Status501NotImplemented, "501 Not Implemented"))
            .Allow(new Access.Everyone("it says that there is none"));
    }

    private static async Task<IResult> RegisterAsync(
        Parameters p,
        RegistrationTokens registrations,
        RunnerStore runners,
        CancellationToken ct
    )
    {
        if (p.Text("token") is not { Length: > 0 } token)
            return Missing("token");
        if (await registrations.FindAsync(token, ct) is not { } owner)
            return Answers.Forbidden("invalid token supplied");
        var settings = RunnerSettings.Read(p);
        // Without the word a runner with tags is meant for them alone; the way in for people says otherwise.
        if (p.Flag("run_untagged") is null)
            settings = settings with { RunUntagged = settings.Tags.Count == 0 };
        if (settings.Problem is { } problem)
            return problem.Answer();
        var (runner, given) = await runners.AddAsync(owner, settings, null, ct);
        return Answers.Created(Credentials(runner, given));
    }

    private static async Task<IResult> VerifyAsync(HttpContext http, RunnerStore runners, Heartbeats heartbeats, CancellationToken ct)
    {
        var request = await Bodies.ReadAsync(http.Request, CoordinationJson.Default.VerifyRequest, ct);
        if (request is not { Token.Length: > 0 })
            return Missing("token");
        if (await runners.ByTokenAsync(request.Token, ct) is not { } runner)
            return Answers.Forbidden();
        await heartbeats.BeatAsync(runner.Id, request.SystemId, request.Info, http.Address(), ct);
        return Answers.Ok(Credentials(runner, request.Token));
    }

    private static async Task<IResult> RemoveAsync(HttpContext http, Parameters p, RunnerStore runners, CancellationToken ct)
    {
        if (TokenOf(http, p) is not { } token)
            return Missing("token");
        if (await runners.ByTokenAsync(token, ct) is not { } runner)
            return Answers.Forbidden();
        await runners.RemoveAsync(runner.Id, ct);
        return Answers.NoContent;
    }

    private static async Task<IResult> RemoveManagerAsync(
        HttpContext http,
        Parameters p,
        RunnerStore runners,
        Heartbeats heartbeats,
        Db db,
        CancellationToken ct
    )
    {
        if (TokenOf(http, p) is not { } token)
            return Missing("token");
        if (p.Text("system_id") is not { Length: > 0 } systemId)
            return Missing("system_id");
        if (await runners.ByTokenAsync(token, ct) is not { } runner)
            return Answers.Forbidden();
        heartbeats.Forget(runner.Id, systemId);
        const string remove = "DELETE FROM runner_managers WHERE runner_id = @Id AND system_id = @systemId";
        return await db.ExecuteAsync(remove, new { runner.Id, systemId }, ct) == 1 ? Answers.NoContent : Answers.NotFound("Runner manager");
    }

    private static async Task<IResult> ResetAsync(HttpContext http, Parameters p, RunnerStore runners, CancellationToken ct)
    {
        if (TokenOf(http, p) is not { } token)
            return Missing("token");
        if (await runners.ByTokenAsync(token, ct) is not { } runner)
            return Answers.Forbidden();
        return Answers.Created(new RunnerToken(await runners.ResetTokenAsync(runner, ct), runner.TokenExpiresAt.Instant()));
    }

    internal static RunnerCredentials Credentials(RunnerRow runner, string token) => new(runner.Id, token, runner.TokenExpiresAt.Instant());

    private static string? TokenOf(HttpContext http, Parameters p) =>
        p.Text("token") is { Length: > 0 } token ? token
        : http.Request.Headers[WireHeader.RunnerToken].ToString() is { Length: > 0 } header ? header
        : null;

    private static IResult Missing(string what) => Answers.BadParameter($"{what} is missing");
}
