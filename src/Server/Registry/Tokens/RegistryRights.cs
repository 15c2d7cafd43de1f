using Slipway.Server.Accounts;
using Slipway.Server.Data;
using Slipway.Server.Http;
using Slipway.Server.Projects;
using Slipway.Server.Registry.Local;
using Slipway.Server.Registry.Protection;

namespace Slipway.Server.Registry.Tokens;

/// <summary>Who may do what with images. They are a project's: its path, or anything below it. https://docs.gitlab.com/user/packages/container_registry/authenticate_with_container_registry/</summary>
/// <param name="guest">Of a local run; nothing on a server.</param>
internal sealed class RegistryRights(Db db, ProxyRights proxies, TimeProvider time, RunGuest? guest = null)
{
    /// <summary>What opens anything here at all.</summary>
    private const Scopes Any = Scopes.Api | Scopes.ReadRegistry | Scopes.WriteRegistry;

    /// <summary>Whether a credential is good for images at all. https://docs.gitlab.com/user/profile/personal_access_tokens/#personal-access-token-scopes</summary>
    public static bool IsForRegistry(Actor actor) =>
        actor switch
        {
            Actor.Person person => (person.Scopes & Any) != Scopes.None,
            Actor.Deploy deploy => (deploy.Scopes & Any) != Scopes.None,
            _ => true,
        };

    /// <summary>All of what is asked for that is allowed.</summary>
    public async Task<(IReadOnlyList<Grant> Grants, bool Catalog)> GrantAsync(
        Actor actor,
        IReadOnlyList<AskedScope> asked,
        CancellationToken ct
    )
    {
        var grants = new List<Grant>();
        foreach (var scope in asked)
            if (scope.Name is { } name && await GrantAsync(actor, name, scope.Actions, ct) is { } grant)
                grants.Add(grant);
        return (grants, asked.Any(scope => scope.Name is null) && IsAdministrator(actor));
    }

    private static bool IsAdministrator(Actor actor) =>
        actor is Actor.Person { User.IsAdmin: true } person && ProjectAccess.Covers(person.Scopes, Scopes.ReadRegistry, false);

    private async Task<Grant?> GrantAsync(Actor actor, string name, RegistryActions asked, CancellationToken ct)
    {
        if (!ImageNames.IsName(name))
            return null;
        if (ProxyName.Parse(name) is { } proxied)
            return asked.HasFlag(RegistryActions.Pull) ? await proxies.GrantAsync(actor, proxied, name, ct) : null;
        var found = await FindAsync(name, ct);
        if (found is null && guest is not null && actor is Actor.Person && await guest.MakeProjectAsync(name, ct))
            found = await FindAsync(name, ct);
        if (found is not var (project, below))
            return null;
        var (allowed, level) = (RegistryActions.None, 0L);
        foreach (var (action, ability, scope) in All)
            if (asked.HasFlag(action) && await LevelAsync(actor, project, ability, scope, ct) is { } there)
                (allowed, level) = (allowed | action, there);
        return allowed == RegistryActions.None ? null : new Grant(new RegistryPlace(project.Id, below, name), allowed, level);
    }

    private static readonly (RegistryActions, Ability, Scopes)[] All =
    [
        (RegistryActions.Pull, Abilities.ReadImages, Scopes.ReadRegistry),
        (RegistryActions.Push, Abilities.CreateImages, Scopes.WriteRegistry),
        (RegistryActions.Delete, Abilities.DestroyImages, Scopes.Api),
    ];

    /// <returns>The role with which it is allowed; nothing when it is not.</returns>
    private async Task<long?> LevelAsync(Actor actor, ProjectRow project, Ability ability, Scopes scope, CancellationToken ct)
    {
        // Other projects let jobs in to read, and no further.
        if (actor is Actor.Job job && job.ProjectId != project.Id && ability != Abilities.ReadImages)
            return null;
        var verdict = await ProjectAccess.CheckAsync(db, actor, project, ability, scope, false, time.Milliseconds(), ct);
        return verdict is Verdict.Allowed(var there)
            ? actor.Responsible is { IsAdmin: true }
                ? TagRule.Administrator
                : (long)there.Role
            : null;
    }

    /// <summary>The project that a repository's name begins with. A project's path is no group's, so there is at most one.</summary>
    private async Task<(ProjectRow Project, string Below)?> FindAsync(string name, CancellationToken ct)
    {
        var words = name.Split('/');
        var paths = Enumerable.Range(2, Math.Max(0, words.Length - 1)).Select(count => string.Join('/', words.Take(count)));
        var route = await db.FindAsync<Route>(
            "SELECT path_key, project_id FROM routes WHERE path_key IN @paths AND project_id IS NOT NULL",
            new { paths = new In<string>([.. paths]) },
            ct
        );
        if (route is null || await Lookup.ProjectAsync(db, $"{route.ProjectId}", ct) is not { } project)
            return null;
        return (project, name[route.PathKey.Length..].TrimStart('/'));
    }

    private sealed record Route(string PathKey, long ProjectId);
}
