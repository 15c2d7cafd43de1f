using Slipway.Server.Data;
using Slipway.Server.Http;
using Slipway.Server.Jobs;

namespace Slipway.Server.Runners;

/// <summary>Runners as API v4 shows them. https://docs.gitlab.com/api/runners/</summary>
internal static class RunnerJson
{
    /// <summary>As in lists.</summary>
    public static object Short(RunnerRow row, string? address, bool busy, long now)
    {
        var status = RunnerPresence.Of(row.ContactedAt, row.CreatedAt, now);
        return new
        {
            id = row.Id,
            description = row.Description,
            ip_address = address,
            active = row.Paused == 0,
            paused = row.Paused == 1,
            is_shared = row.RunnerType == RunnerWords.Instance,
            runner_type = row.RunnerType,
            name = "gitlab-runner",
            online = status == RunnerPresence.Online,
            created_at = row.CreatedAt.Instant(),
            status,
            job_execution_status = busy ? "active" : "idle",
        };
    }

    /// <param name="newest">The process of it that was heard of last.</param>
    public static object Whole(
        RunnerRow row,
        RunnerManagerRow? newest,
        IEnumerable<ProjectRow> projects,
        IEnumerable<NamespaceRow> groups,
        bool busy,
        long now,
        ServerUrl url
    )
    {
        var status = RunnerPresence.Of(row.ContactedAt, row.CreatedAt, now);
        return new
        {
            id = row.Id,
            description = row.Description,
            ip_address = newest?.Address,
            active = row.Paused == 0,
            paused = row.Paused == 1,
            is_shared = row.RunnerType == RunnerWords.Instance,
            runner_type = row.RunnerType,
            name = "gitlab-runner",
            online = status == RunnerPresence.Online,
            created_at = row.CreatedAt.Instant(),
            status,
            job_execution_status = busy ? "active" : "idle",
            tag_list = Matching.Tags(row.Tags),
            run_untagged = row.RunUntagged == 1,
            locked = row.Locked == 1,
            maximum_timeout = row.MaximumTimeout,
            access_level = row.AccessLevel,
            version = newest?.Version,
            revision = newest?.Revision,
            platform = newest?.Platform,
            architecture = newest?.Architecture,
            contacted_at = row.ContactedAt.Instant(),
            maintenance_note = row.MaintenanceNote,
            projects = projects.Select(project => new
            {
                id = project.Id,
                name = project.Name,
                name_with_namespace = project.FullPath.Replace("/", " / "),
                path = project.Path,
                path_with_namespace = project.FullPath,
            }),
            groups = groups.Select(group => new
            {
                id = group.Id,
                name = group.Name,
                web_url = url.Of($"/groups/{group.FullPath}"),
            }),
        };
    }

    public static object Manager(RunnerManagerRow row, bool busy, long now) =>
        new
        {
            id = row.Id,
            system_id = row.SystemId,
            version = row.Version,
            revision = row.Revision,
            platform = row.Platform,
            architecture = row.Architecture,
            created_at = row.CreatedAt.Instant(),
            contacted_at = row.ContactedAt.Instant(),
            ip_address = row.Address,
            status = RunnerPresence.Of(row.ContactedAt, row.CreatedAt, now),
            job_execution_status = busy ? "active" : "idle",
        };
}
