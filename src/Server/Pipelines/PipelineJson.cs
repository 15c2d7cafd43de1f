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

    public static object Whole(PipelineRow row, ProjectRow project, UserRow user, PipelineFigures figures, ServerUrl url) =>
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
            queued_duration = Seconds(figures.Queued ?? row.CreatedAt, row.StartedAt),
            coverage = figures.Coverage is { } percent ? percent.ToString("0.00") : null,
            detailed_status = Detailed(row, project, figures.Warnings > 0),
        };

    public static string Page(PipelineRow row, ProjectRow project, ServerUrl url) => url.Of(Path(row, project));

    /// <summary>https://docs.gitlab.com/api/pipelines/: what a badge would show.</summary>
    private static object Detailed(PipelineRow row, ProjectRow project, bool hasWarnings)
    {
        var (text, label, group) = (row.Status, hasWarnings) switch
        {
            ("success", true) => ("Warning", "passed with warnings", "success-with-warnings"),
            ("success", _) => ("Passed", "passed", "success"),
            ("manual", _) => ("Blocked", "waiting for manual action", "manual"),
            ("scheduled", _) => ("Delayed", "waiting for delayed job", "scheduled"),
            ("waiting_for_resource", _) => ("Waiting", "waiting for resource", "waiting-for-resource"),
            var (status, _) => (char.ToUpperInvariant(status[0]) + status[1..], status, status),
        };
        var icon = row.Status == "waiting_for_resource" ? "pending" : row.Status;
        return new
        {
            icon = group == "success-with-warnings" ? "status_warning" : $"status_{icon}",
            text,
            label,
            group,
            tooltip = label,
            has_details = true,
            details_path = Path(row, project),
            illustration = (string?)null,
            favicon = $"/assets/ci_favicons/favicon_status_{icon}.png",
        };
    }

    private static string Path(PipelineRow row, ProjectRow project) => $"/{project.FullPath}/-/pipelines/{row.Id}";

    private static long? Seconds(long? from, long? to) => from is { } start && to is { } end ? Math.Max(0, (end - start) / 1000) : null;
}

/// <summary>What a pipeline's jobs say together.</summary>
internal sealed record PipelineFigures
{
    /// <summary>Reads one, of <c>@Id</c>.</summary>
    public const string Select = """
        SELECT MIN(queued_at) AS queued, AVG(CAST(coverage AS REAL)) AS coverage,
          COUNT(CASE WHEN allow_failure = 1 AND status IN ('failed', 'canceled') THEN 1 END) AS warnings
        FROM jobs WHERE pipeline_id = @Id AND retried = 0
        """;

    /// <summary>When its first job became pending.</summary>
    public long? Queued { get; init; }

    /// <summary>Percent: the average of its jobs'.</summary>
    public double? Coverage { get; init; }

    /// <summary>How many failed and may.</summary>
    public long Warnings { get; init; }
}
