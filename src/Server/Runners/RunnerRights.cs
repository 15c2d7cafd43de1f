using Slipway.Server.Accounts;
using Slipway.Server.Data;
using Slipway.Server.Http;
using Slipway.Server.Projects;

namespace Slipway.Server.Runners;

/// <summary>Who may do what with which runner: administrators with the instance's, owners with their groups', maintainers with their projects'.</summary>
internal sealed class RunnerRights(Db db, TimeProvider time)
{
    /// <summary>Whether somebody may make runners there, and change those that are there.</summary>
    public async Task<bool> MayManageAsync(UserRow user, RunnerOwner owner, CancellationToken ct) =>
        user.IsAdmin
        || owner switch
        {
            RunnerOwner.Group group => await Roles.InNamespaceAsync(db, user, group.Id, time.Milliseconds(), ct) >= Role.Owner,
            RunnerOwner.Project project => await Lookup.ProjectAsync(db, project.Id.ToString(), ct) is { } row
                && await Roles.InProjectAsync(db, user, row, time.Milliseconds(), ct) >= Role.Maintainer,
            _ => false,
        };

    /// <summary>Whether somebody may change the runner: of a project's, whoever may in one of its projects.</summary>
    public async Task<bool> MayManageAsync(UserRow user, RunnerRow runner, CancellationToken ct)
    {
        if (user.IsAdmin)
            return true;
        if (runner.NamespaceId is { } group)
            return await MayManageAsync(user, new RunnerOwner.Group(group), ct);
        foreach (var project in await ProjectsAsync(runner.Id, ct))
            if (await MayManageAsync(user, new RunnerOwner.Project(project), ct))
                return true;
        return false;
    }

    /// <summary>The projects a project's runner is assigned to, the first one first.</summary>
    public Task<IReadOnlyList<long>> ProjectsAsync(long runner, CancellationToken ct) =>
        db.QueryAsync<long>("SELECT project_id FROM runner_projects WHERE runner_id = @runner ORDER BY project_id", new { runner }, ct);
}
