using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Slipway.Server.Accounts;
using Slipway.Server.Data;
using Slipway.Server.Http;

namespace Slipway.Server.Projects;

/// <summary>Holds every request to what its route declares with <see cref="Access"/>, and finds the project or group it is about.</summary>
internal static class AccessCheck
{
    public static void UseAccessCheck(this WebApplication app)
    {
        var services = app.Services;
        var (db, time, url) = (
            services.GetRequiredService<Db>(),
            services.GetRequiredService<TimeProvider>(),
            services.GetRequiredService<ServerUrl>()
        );
        app.Use(
            async (http, next) =>
            {
                if (await RefusalAsync(http, db, time, url, http.RequestAborted) is { } refusal)
                    await (http.GetEndpoint()?.Metadata.GetMetadata<RefusedAs>()?.Answer(http) ?? refusal).ExecuteAsync(http);
                else
                    await next(http);
            }
        );
    }

    /// <returns>Nothing when it may pass.</returns>
    private static async Task<IResult?> RefusalAsync(HttpContext http, Db db, TimeProvider time, ServerUrl url, CancellationToken ct)
    {
        var actor = http.Actor();
        // A browser sends its cookie along whoever made it ask.
        if (actor is Actor.Person { BySession: true } && !http.IsSafe() && !http.IsFromOurPages(url))
            return Answers.Forbidden("The request does not come from one of this server's own pages");
        return http.GetEndpoint()?.Metadata.GetMetadata<Access>() switch
        {
            Access.SignedIn signedIn => CheckPerson(http, actor, signedIn.Scope),
            Access.Administrator administrator => CheckPerson(http, actor, administrator.Scope)
                ?? (actor.Responsible!.IsAdmin ? null : Answers.Forbidden()),
            Access.OnProject onProject => await CheckProjectAsync(http, actor, onProject, db, time, ct),
            Access.OnGroup onGroup => await CheckGroupAsync(http, actor, onGroup, db, time, ct),
            _ => null,
        };
    }

    private static IResult? CheckPerson(HttpContext http, Actor actor, Scopes scope) =>
        actor is not Actor.Person person ? Answers.Unauthorized
        : ProjectAccess.Covers(person.Scopes, scope, http.IsSafe()) ? null
        : ScopeNeeded(scope);

    private static async Task<IResult?> CheckProjectAsync(
        HttpContext http,
        Actor actor,
        Access.OnProject access,
        Db db,
        TimeProvider time,
        CancellationToken ct
    )
    {
        var project = await Lookup.ProjectAsync(db, (string?)http.Request.RouteValues["project"] ?? "", ct);
        var verdict = await ProjectAccess.CheckAsync(
            db,
            actor,
            project,
            access.Ability,
            access.Scope,
            http.IsSafe(),
            time.Milliseconds(),
            ct
        );
        if (verdict is not Verdict.Allowed allowed)
            return Refusal(verdict, "Project", actor, http.IsSafe());
        allowed.Project.Set(http);
        return null;
    }

    private static async Task<IResult?> CheckGroupAsync(
        HttpContext http,
        Actor actor,
        Access.OnGroup access,
        Db db,
        TimeProvider time,
        CancellationToken ct
    )
    {
        var now = time.Milliseconds();
        var user = (actor as Actor.Person)?.User;
        if (await Lookup.GroupAsync(db, (string?)http.Request.RouteValues["group"] ?? "", ct) is not { } group)
            return Refusal(new Verdict.Hidden(), "Group", actor, http.IsSafe());
        var role = user is null ? Role.None : await Roles.InNamespaceAsync(db, user, group.Id, now, ct);
        var isVisible =
            role > Role.None
            || group.Visibility == "public"
            || (user is not null && (group.Visibility == "internal" || await Roles.IsBelowAsync(db, user, group, now, ct)));
        Verdict? refused =
            !isVisible ? new Verdict.Hidden()
            : role < access.Role
                ? user is null ? new Verdict.SignInNeeded()
                    : new Verdict.Forbidden()
            : actor is Actor.Person person && !ProjectAccess.Covers(person.Scopes, access.Scope, http.IsSafe())
                ? new Verdict.ScopeNeeded(access.Scope)
            : null;
        if (refused is not null)
            return Refusal(refused, "Group", actor, http.IsSafe());
        new GroupContext(group, role).Set(http);
        return null;
    }

    /// <summary>To who is not signed in and wants to change something, what is not there and what is hidden are the same 401.</summary>
    private static IResult Refusal(Verdict verdict, string what, Actor actor, bool reads) =>
        verdict switch
        {
            Verdict.Hidden when actor.Responsible is null && !reads => Answers.Unauthorized,
            Verdict.Hidden => Answers.NotFound(what),
            Verdict.SignInNeeded => Answers.Unauthorized,
            Verdict.ScopeNeeded needed => ScopeNeeded(needed.Scope),
            Verdict.Forbidden forbidden => Answers.Forbidden(forbidden.Why),
            _ => throw new InvalidOperationException(verdict.GetType().Name),
        };

    /// <summary>https://www.rfc-editor.org/rfc/rfc6750#section-3.1</summary>
    private static IResult ScopeNeeded(Scopes scope) =>
        Results.Json(
            new
            {
                error = "insufficient_scope",
                errorDescription = "The request requires higher privileges than provided by the access token.",
                scope = string.Join(' ', ScopeWords.Words(scope | Scopes.Api)),
            },
            Answers.Json,
            statusCode: StatusCodes.Status403Forbidden
        );
}
