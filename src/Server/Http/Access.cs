using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;

namespace Slipway.Server.Http;

/// <summary>
/// Who may come in by a route. Every route declares one with <see cref="AccessRoutes.Allow{T}"/>; the server does not start when one has none. What it says
/// is checked before the handler runs, so a handler finds an actor and a project that are allowed to meet.
/// </summary>
internal abstract record Access
{
    private Access() { }

    /// <summary>Anybody, signed in or not.</summary>
    /// <param name="Why">What makes that right.</param>
    public sealed record Everyone(string Why) : Access;

    /// <summary>The handler asks for a credential itself, because it is no user's: a runner's token, a job's, Git's basic authentication.</summary>
    public sealed record OwnDoor(string Why) : Access
    {
        /// <summary>It takes no other credential than its own, so nobody looks for one.</summary>
        public bool Alone { get; init; }
    }

    /// <summary>Any user who is signed in, by session or with a token that has the scope.</summary>
    public sealed record SignedIn(Scopes Scope = Scopes.Api) : Access;

    /// <summary>Administrators of the instance.</summary>
    public sealed record Administrator(Scopes Scope = Scopes.Api) : Access;

    /// <summary>Whoever may do this in the project that the route's <c>{project}</c> names. To all others who may not even see it, it is not there: 404.</summary>
    public sealed record OnProject(Ability Ability, Scopes Scope = Scopes.Api) : Access;

    /// <summary>Whoever has at least this role in the group that the route's <c>{group}</c> names; <see cref="Role.None"/>: whoever sees it.</summary>
    public sealed record OnGroup(Role Role, Scopes Scope = Scopes.Api) : Access;
}

/// <summary>What somebody may do in a project, and what it takes. One is declared once, in <c>Abilities</c>.</summary>
/// <param name="Name">GitLab's word, <c>read_code</c>; in logs and in the test that lists who may what.</param>
/// <param name="Least">The least role among its members.</param>
/// <param name="Open">For a public project everybody may, for an internal one every user.</param>
/// <param name="JobToken">Also a running job with its own token, if whoever started it may, in its own project and in those that let its project in.</param>
internal sealed record Ability(string Name, Role Least, bool Open = false, bool JobToken = false)
{
    /// <summary>A deploy token of the project, or of a group above it, may too.</summary>
    public bool DeployToken { get; init; }

    /// <summary>It shows what jobs made: while the project's <c>public_jobs</c> is off, it takes a reporter and is open to nobody.</summary>
    public bool ShowsJobs { get; init; }

    /// <summary>It is about images: nobody may while the project's <c>container_registry_access_level</c> is <c>disabled</c>, and members only while it is <c>private</c>.</summary>
    public bool OfImages { get; init; }

    /// <summary>It changes what an archived project keeps as it is.</summary>
    public bool Changes { get; init; }
}

/// <summary>GitLab's roles. https://docs.gitlab.com/api/access_requests/#valid-access-levels</summary>
internal enum Role
{
    None = 0,
    Guest = 10,
    Planner = 15,
    Reporter = 20,
    Developer = 30,
    Maintainer = 40,
    Owner = 50,
}

/// <summary>What a token is good for, GitLab's words. <see cref="Api"/> holds all but those of an administrator; a <c>GET</c> is content with <see cref="ReadApi"/>.</summary>
[Flags]
internal enum Scopes
{
    None = 0,
    Api = 1,
    ReadApi = 2,
    ReadUser = 4,
    ReadRepository = 8,
    WriteRepository = 16,
    ReadRegistry = 32,
    WriteRegistry = 64,
    CreateRunner = 128,
    ManageRunner = 256,
    SelfRotate = 512,
    Sudo = 1024,
    AdminMode = 2048,
}

/// <summary>How a route answers those it does not let in, when not as API v4 does. A page stands where another page is expected.</summary>
internal sealed record RefusedAs(Func<HttpContext, IResult> Answer);

/// <summary>How a route says that the server failed, when not as API v4 does: a status and a sentence.</summary>
internal sealed record FailedAs(Func<int, string, IResult> Answer);

internal static class AccessRoutes
{
    /// <summary>Says who may come in by a route.</summary>
    public static T Allow<T>(this T route, Access access)
        where T : IEndpointConventionBuilder
    {
        route.WithMetadata(access);
        return route;
    }
}
