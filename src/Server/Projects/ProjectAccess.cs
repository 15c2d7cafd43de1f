using Slipway.Server.Accounts;
using Slipway.Server.Data;
using Slipway.Server.Http;

namespace Slipway.Server.Projects;

/// <summary>Whether somebody may do something in a project.</summary>
internal abstract record Verdict
{
    private Verdict() { }

    public sealed record Allowed(ProjectContext Project) : Verdict;

    /// <summary>May not even know that it is there.</summary>
    public sealed record Hidden : Verdict;

    /// <summary>Nobody is signed in, and somebody who is might.</summary>
    public sealed record SignInNeeded : Verdict;

    /// <summary>Sees the project, and may not do this.</summary>
    public sealed record Forbidden(string? Why = null) : Verdict;

    /// <summary>May do this, but not with this token.</summary>
    public sealed record ScopeNeeded(Scopes Scope) : Verdict;
}

/// <summary>The one place that says who may do what in a project, for whichever door: API v4, Git, pages.</summary>
internal static class ProjectAccess
{
    /// <param name="project">Nothing when there is none of that name.</param>
    /// <param name="scope">What the token must be good for.</param>
    /// <param name="reads">It changes nothing: <c>read_api</c> will do for <c>api</c>.</param>
    public static async Task<Verdict> CheckAsync(
        Db db,
        Actor actor,
        ProjectRow? project,
        Ability ability,
        Scopes scope,
        bool reads,
        long now,
        CancellationToken ct
    )
    {
        if (project is null)
            return new Verdict.Hidden();
        var role = actor.Responsible is { } user ? await Roles.InProjectAsync(db, user, project, now, ct) : Role.None;
        var isLetIn = actor switch
        {
            Actor.Job job => job.ProjectId == project.Id || await IsAllowedAsync(db, project.Id, job.ProjectId, ct),
            Actor.Deploy deploy => deploy.ProjectId == project.Id || await IsAboveAsync(db, deploy.NamespaceId, project.NamespaceId, ct),
            _ => true,
        };
        return Decide(actor, new ProjectContext(project, role), ability, scope, reads, isLetIn);
    }

    /// <summary>The decision itself.</summary>
    /// <param name="isLetIn">Whether a job's or a deploy token is good for this project at all.</param>
    internal static Verdict Decide(Actor actor, ProjectContext project, Ability ability, Scopes scope, bool reads, bool isLetIn)
    {
        if (actor is Actor.Job && (!isLetIn || !ability.JobToken))
            return Decide(new Actor.Nobody(), project with { Role = Role.None }, ability, scope, reads, true);
        if (actor is Actor.Deploy deploy)
            return !isLetIn ? Decide(new Actor.Nobody(), project, ability, scope, reads, true)
                : !ability.DeployToken || IsOff(project, ability) ? new Verdict.Forbidden()
                : (deploy.Scopes & scope) == Scopes.None ? new Verdict.ScopeNeeded(scope)
                : Within(project, ability);

        var isUser = actor is not Actor.Nobody;
        var isVisible = project.Role >= Role.Guest || IsOpen(project, isUser);
        if (!isVisible)
            return isUser || reads ? new Verdict.Hidden() : new Verdict.SignInNeeded();
        if (IsOff(project, ability))
            return new Verdict.Forbidden();
        if (!IsEnough(project, ability, isUser))
            return isUser ? new Verdict.Forbidden() : new Verdict.SignInNeeded();
        if (actor is Actor.Person person && !Covers(person.Scopes, scope, reads))
            return new Verdict.ScopeNeeded(scope);
        return Within(project, ability);
    }

    /// <summary>Whether a token that is good for some scopes is good for this one.</summary>
    public static bool Covers(Scopes held, Scopes wanted, bool reads) =>
        (held & (wanted | Scopes.Api)) != Scopes.None || (reads && held.HasFlag(Scopes.ReadApi));

    private static Verdict Within(ProjectContext project, Ability ability) =>
        project.Project.Archived == 1 && ability.Changes ? new Verdict.Forbidden("The project is archived") : new Verdict.Allowed(project);

    private static bool IsOpen(ProjectContext project, bool isUser) =>
        project.Project.Visibility == "public" || (project.Project.Visibility == "internal" && isUser);

    private static bool IsEnough(ProjectContext project, Ability ability, bool isUser)
    {
        var isClosed = ability.ShowsJobs && !project.Settings.PublicJobs;
        var least = isClosed && ability.Least < Role.Reporter ? Role.Reporter : ability.Least;
        var isOfMembers = isClosed || (ability.OfImages && project.Settings.ContainerRegistryAccessLevel == ProjectSettings.Private);
        return project.Role >= least || (ability.Open && !isOfMembers && IsOpen(project, isUser));
    }

    /// <summary>What a project has not at all, its owner has not either.</summary>
    private static bool IsOff(ProjectContext project, Ability ability) => ability.OfImages && !project.Settings.HasImages;

    private static async Task<bool> IsAllowedAsync(Db db, long project, long from, CancellationToken ct) =>
        await db.FindAsync<long>(
            """
            WITH RECURSIVE up (id, parent_id) AS (
              SELECT id, parent_id FROM namespaces WHERE id = (SELECT namespace_id FROM projects WHERE id = @from)
              UNION ALL SELECT n.id, n.parent_id FROM namespaces n JOIN up ON n.id = up.parent_id
            )
            SELECT id FROM job_token_allowlist
            WHERE project_id = @project AND (from_project_id = @from OR from_namespace_id IN (SELECT id FROM up)) LIMIT 1
            """,
            new { project, from },
            ct
        ) != 0;

    private static async Task<bool> IsAboveAsync(Db db, long? above, long space, CancellationToken ct) =>
        above is { } id && await db.FindAsync<long>($"{Roles.Up} SELECT id FROM up WHERE id = @id", new { space, id }, ct) != 0;
}
