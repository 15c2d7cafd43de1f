using Slipway.Engine;
using Slipway.Server.Data;

namespace Slipway.Server.Pipelines;

/// <summary>Jobs whose turn comes later: delayed ones, and those that wait for a resource group. Done from work rows; twice does no harm.</summary>
internal sealed class JobTurns(Db db, PipelineStore store, TimeProvider time)
{
    public Task OnDueAsync(PipelineWork.Delayed job, CancellationToken ct) =>
        db.WriteAsync(
            (session, token) => store.ApplyAsync(session, job.PipelineId, new PipelineEvent.Ticked(time.GetUtcNow()), token),
            [job.PipelineId],
            ct
        );

    /// <summary>Lets the next job into a resource group. https://docs.gitlab.com/ci/resource_groups/</summary>
    public Task OnResourceAsync(PipelineWork.Resource group, CancellationToken ct) =>
        db.WriteAsync(
            async (session, token) =>
            {
                // A group may be held by an attempt of a pipeline that is over: one that is being cancelled.
                var ids = await session.QueryAsync<long>(
                    """
                    SELECT DISTINCT pipeline_id FROM jobs WHERE project_id = @ProjectId AND resource_group = @Group
                      AND status NOT IN ('success', 'failed', 'canceled', 'skipped')
                    """,
                    group,
                    token
                );
                var states = new List<(long, PipelineState)>();
                foreach (var id in ids)
                {
                    if (await store.LoadAsync(session, id, token) is { } state)
                        states.Add((id, state));
                }

                var mode = await ResourceGroupStore.ModeAsync(session, group.ProjectId, group.Group, token);
                foreach (var grant in ResourceGroups.Grantable(states, _ => mode).Where(grant => grant.Group == group.Group))
                    await store.ApplyAsync(session, grant.Pipeline, new PipelineEvent.ResourceGranted(grant.Job, time.GetUtcNow()), token);
                return states.Count;
            },
            ct
        );
}
