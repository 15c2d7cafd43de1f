using Slipway.Engine;
using Slipway.Server.Data;

namespace Slipway.Server.Pipelines;

/// <summary>What other systems say of a pipeline's commit counts as jobs of its last stage, <c>external</c>. https://docs.gitlab.com/ci/ci_cd_for_external_repos/external_commit_statuses/</summary>
internal static class ExternalStatuses
{
    public const string Stage = "external";

    /// <summary>A pipeline's own status and those of other systems together.</summary>
    /// <param name="own">Nothing: it has no jobs of its own.</param>
    public static async Task<Status> WithAsync(Session session, long pipeline, Status? own, CancellationToken ct)
    {
        const string told = "SELECT status FROM commit_statuses WHERE pipeline_id = @pipeline AND retried = 0";
        var all = (await session.QueryAsync<string>(told, new { pipeline }, ct)).Select(word => Statuses.Parse(word)!.Value).ToList();
        return Statuses.Together(own is { } status ? [status, .. all] : all);
    }

    /// <summary>Writes the status of a pipeline that has such, beside that of its own jobs.</summary>
    public static async Task<PipelineRow> CountInAsync(Session session, PipelineRow row, Status own, long now, CancellationToken ct)
    {
        var status = await WithAsync(session, row.Id, own, ct);
        const string write = "UPDATE pipelines SET status = @status, finished_at = @finished WHERE id = @Id RETURNING *";
        var finished = Statuses.IsCompleted(status) ? (long?)now : null;
        return (
            await session.FindAsync<PipelineRow>(
                write,
                new
                {
                    row.Id,
                    status = Statuses.Word(status),
                    finished,
                },
                ct
            )
        )!;
    }
}
