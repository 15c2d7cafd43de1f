using System.Globalization;
using System.Text;
using Microsoft.AspNetCore.Http;
using Slipway.Server.Accounts;
using Slipway.Server.Data;
using Slipway.Server.Git.Push;
using Slipway.Server.Http;
using Slipway.Server.Projects;

namespace Slipway.Server.Git.Smart;

/// <summary>Who fetches or pushes, and whether he may: the answer's other half is what to say when he may not.</summary>
internal sealed class GitLogin(Authentication authentication, Db db, TimeProvider time, ServerUrl url)
{
    private const string NotFound = "The project you were looking for could not be found or you don't have permission to view it.";

    private const Scopes Reading = Scopes.ReadRepository | Scopes.WriteRepository;

    /// <returns>Who it is; or the refusal. Nobody, when no credential is given.</returns>
    public async Task<(Actor? Actor, IResult? Refusal)> ActorAsync(HttpContext http)
    {
        if (Basic(http.Request.Headers.Authorization) is not var (user, password))
            // A page's cookie is not asked for here: a browser sends it whoever made it ask.
            return (http.Actor() is Actor.Person { BySession: true } ? new Actor.Nobody() : http.Actor(), null);
        return await authentication.BasicAsync(user, password, http.Address(), http.RequestAborted) switch
        {
            Credential.Good good => (good.Actor, null),
            Credential.TooMany tooMany => (null, TooMany(http, tooMany.Wait)),
            _ => (null, Denied(http)),
        };
    }

    /// <summary>Whether somebody may fetch.</summary>
    public async Task<(ProjectContext? Project, IResult? Refusal)> ReadAsync(HttpContext http, Actor actor)
    {
        var project = await Lookup.ProjectAsync(db, PathOnly(GitPath.Project(http)), http.RequestAborted);
        return await CheckAsync(http, actor, project, Abilities.ReadCode, Reading, "download") switch
        {
            (Verdict.Allowed allowed, _) => (allowed.Project, null),
            var (_, refusal) => (null, refusal),
        };
    }

    /// <summary>Whether somebody may push to this project at all; which refs, is asked later.</summary>
    /// <param name="project">Nothing when there is none.</param>
    public async Task<(Pusher? Pusher, IResult? Refusal)> WriteAsync(HttpContext http, Actor actor, ProjectRow? project)
    {
        long? jobId = null;
        if (actor is Actor.Job job)
        {
            if (job.ProjectId != project?.Id || !ProjectSettings.Parse(project.Settings).CiPushRepositoryForJobTokenAllowed)
                return (null, project is null ? Missing() : Forbidden("You are not allowed to upload code."));
            (actor, jobId) = (new Actor.Person(job.User, ScopeWords.Full, null), job.JobId);
        }

        var (verdict, refusal) = await CheckAsync(http, actor, project, Abilities.PushCode, Scopes.WriteRepository, "upload");
        return verdict is Verdict.Allowed allowed && actor.Responsible is { } user
            ? (new Pusher(allowed.Project, user, jobId), null)
            : (null, refusal ?? Forbidden("You are not allowed to upload code."));
    }

    public Task<ProjectRow?> FindAsync(HttpContext http) => Lookup.ProjectAsync(db, PathOnly(GitPath.Project(http)), http.RequestAborted);

    private async Task<(Verdict, IResult?)> CheckAsync(
        HttpContext http,
        Actor actor,
        ProjectRow? project,
        Ability ability,
        Scopes scope,
        string what
    )
    {
        var verdict = await ProjectAccess.CheckAsync(db, actor, project, ability, scope, false, time.Milliseconds(), http.RequestAborted);
        var code = what == "upload" ? "push code to" : "download code from";
        IResult? refusal = verdict switch
        {
            Verdict.Allowed => null,
            // To nobody, what is not there and what is not for him are the same.
            _ when actor is Actor.Nobody => Denied(http),
            Verdict.Hidden => Missing(),
            Verdict.ScopeNeeded => Forbidden($"You are not allowed to {what} code."),
            Verdict.Forbidden { Why: { } why } => Forbidden($"You are not allowed to {code} this project. {why}."),
            _ => Forbidden($"You are not allowed to {code} this project."),
        };
        return (verdict, refusal);
    }

    /// <summary>A number is no project's address here.</summary>
    private static string PathOnly(string path) => path.Contains('/') ? path : "";

    private static (string User, string Password)? Basic(string? header)
    {
        if (header?.StartsWith("Basic ", StringComparison.OrdinalIgnoreCase) != true)
            return null;
        var bytes = new byte[header.Length];
        if (!Convert.TryFromBase64String(header["Basic ".Length..].Trim(), bytes, out var length))
            return ("", "");
        var parts = Encoding.UTF8.GetString(bytes, 0, length).Split(':', 2);
        return (parts[0], parts.Length == 2 ? parts[1] : "");
    }

    private IResult Denied(HttpContext http)
    {
        http.Response.Headers.WWWAuthenticate = "Basic realm=\"GitLab\"";
        var help = url.Of("/help/topics/git/troubleshooting_git.md#error-on-git-fetch-http-basic-access-denied");
        return Results.Text(
            "HTTP Basic: Access denied. If a password was provided for Git authentication, the password was incorrect or you're required to use a token"
                + " instead of a password. If a token was provided, it was either incorrect, expired, or improperly scoped. See "
                + help,
            statusCode: StatusCodes.Status401Unauthorized
        );
    }

    private static IResult TooMany(HttpContext http, TimeSpan wait)
    {
        http.Response.Headers.RetryAfter = Math.Ceiling(wait.TotalSeconds).ToString(CultureInfo.InvariantCulture);
        return Results.Text("Retry later\n", statusCode: StatusCodes.Status429TooManyRequests);
    }

    private static IResult Missing() => Results.Text(NotFound, statusCode: StatusCodes.Status404NotFound);

    private static IResult Forbidden(string why) => Results.Text(why, statusCode: StatusCodes.Status403Forbidden);
}
