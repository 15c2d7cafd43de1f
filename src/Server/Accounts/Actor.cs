using Microsoft.AspNetCore.Http;
using Slipway.Server.Data;
using Slipway.Server.Http;

namespace Slipway.Server.Accounts;

/// <summary>On whose behalf a request comes. Set before any handler runs; a credential that is no good is answered with 401 before that.</summary>
internal abstract record Actor
{
    private Actor() { }

    /// <summary>Nobody signed in.</summary>
    public sealed record Nobody : Actor;

    /// <summary>A user, or the bot a project's or group's token belongs to.</summary>
    /// <param name="Scopes">What its token is good for; a session's is good for everything.</param>
    /// <param name="TokenId">Of the access token; <see langword="null"/> for a session or a password.</param>
    public sealed record Person(UserRow User, Scopes Scopes, long? TokenId) : Actor
    {
        /// <summary>Whether the request carries a cookie, so that it must prove where it comes from.</summary>
        public bool BySession { get; init; }
    }

    /// <summary>A running job, for whoever started it. https://docs.gitlab.com/ci/jobs/ci_job_token/</summary>
    public sealed record Job(long JobId, long PipelineId, long ProjectId, UserRow User) : Actor;

    /// <summary>A deploy token of a project or a group.</summary>
    public sealed record Deploy(long TokenId, string Username, Scopes Scopes, long? ProjectId, long? NamespaceId) : Actor;

    /// <summary>What records say of who acted.</summary>
    public string Name =>
        this switch
        {
            Deploy deploy => deploy.Username,
            { Responsible: { } user } => user.Username,
            _ => "nobody",
        };

    /// <summary>Minimal APIs find this by its name: a handler's parameter of this type is whoever asks.</summary>
    public static ValueTask<Actor?> BindAsync(HttpContext http) => ValueTask.FromResult<Actor?>(http.Actor());

    /// <summary>Who is responsible for what it does; nobody for a deploy token.</summary>
    public UserRow? Responsible =>
        this switch
        {
            Person person => person.User,
            Job job => job.User,
            _ => null,
        };
}

internal static class ActorContext
{
    private static readonly object Key = new();

    public static Actor Actor(this HttpContext http) => (Actor?)http.Items[Key] ?? new Actor.Nobody();

    public static void SetActor(this HttpContext http, Actor actor) => http.Items[Key] = actor;
}
