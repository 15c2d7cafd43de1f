using Slipway.Server.Accounts;
using Slipway.Server.Data;
using Slipway.Server.Http;

namespace Slipway.Server.Pipelines;

/// <summary>Pipelines as API v4 shows them. https://docs.gitlab.com/api/pipelines/</summary>
internal static class PipelineJson
{
    /// <summary>As in lists.</summary>
    public static object Short(PipelineRow row, ProjectRow project, ServerUrl url) =>
        new
        {
            id = row.Id,
            iid = row.Iid,
            project_id = row.ProjectId,
            sha = row.Sha,
            @ref = row.Ref,
            status = row.Status,
            source = row.Source,
            name = row.Name,
            created_at = row.CreatedAt.Instant(),
            updated_at = row.UpdatedAt.Instant(),
            web_url = Page(row, project, url),
        };

    /// <param name="queued">When its first job became pending.</param>
    /// <param name="coverage">Percent: the average of its jobs'.</param>
    public static object Whole(PipelineRow row, ProjectRow project, UserRow user, long? queued, double? coverage, ServerUrl url) =>
        new
        {
            id = row.Id,
            iid = row.Iid,
            project_id = row.ProjectId,
            sha = row.Sha,
            @ref = row.Ref,
            status = row.Status,
            source = row.Source,
            name = row.Name,
            created_at = row.CreatedAt.Instant(),
            updated_at = row.UpdatedAt.Instant(),
            web_url = Page(row, project, url),
            before_sha = row.BeforeSha,
            tag = row.IsTag,
            yaml_errors = row.YamlErrors,
            user = UserJson.Basic(user, url),
            started_at = row.StartedAt.Instant(),
            finished_at = row.FinishedAt.Instant(),
            committed_at = row.CommittedAt.Instant(),
            duration = Seconds(row.StartedAt, row.FinishedAt),
            queued_duration = Seconds(queued ?? row.CreatedAt, row.StartedAt),
            coverage = coverage is { } percent ? percent.ToString("0.00") : null,
            detailed_status = Detailed(row, project),
        };

    public static string Page(PipelineRow row, ProjectRow project, ServerUrl url) => url.Of(Path(row, project));

    /// <summary>https://docs.gitlab.com/api/pipelines/: what a badge would show.</summary>
    private static object Detailed(PipelineRow row, ProjectRow project)
    {
        var label = row.Status switch
        {
            "success" => "passed",
            "waiting_for_resource" => "waiting for resource",
            "manual" => "blocked",
            var status => status,
        };
        return new
        {
            icon = $"status_{row.Status}",
            text = char.ToUpperInvariant(label[0]) + label[1..],
            label,
            group = row.Status.Replace('_', '-'),
            tooltip = label,
            has_details = true,
            details_path = Path(row, project),
            illustration = (string?)null,
            favicon = $"/assets/ci_favicons/favicon_status_{row.Status}.png",
        };
    }

    private static string Path(PipelineRow row, ProjectRow project) => $"/{project.FullPath}/-/pipelines/{row.Id}";

    private static long? Seconds(long? from, long? to) => from is { } start && to is { } end ? Math.Max(0, (end - start) / 1000) : null;
}
