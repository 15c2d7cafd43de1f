using Slipway.Engine.Downstream;
using Slipway.Server.Data;

namespace Slipway.Server.Pipelines;

/// <summary>How pipelines hang together: who started whom.</summary>
internal static class Lineage
{
    /// <returns>The pipeline, the one that started it, and so on to the first; and how many hang together with it, itself included.</returns>
    public static async Task<(IReadOnlyList<UpstreamPipeline> Lineage, int TreeSize)> OfAsync(
        Session session,
        PipelineRow pipeline,
        CancellationToken ct
    )
    {
        var lineage = new List<UpstreamPipeline> { Of(pipeline) };
        var root = pipeline;
        while (lineage.Count <= DownstreamPlanner.MaxTreeSize && root.BridgeId is not null)
        {
            const string above = "SELECT pipelines.* FROM pipelines JOIN jobs ON jobs.pipeline_id = pipelines.id WHERE jobs.id = @BridgeId";
            if (await session.FindAsync<PipelineRow>(above, root, ct) is not { } upper)
                break;
            root = upper;
            lineage.Add(Of(root));
        }

        var size = await session.FindAsync<long>(
            """
            WITH RECURSIVE tree (id) AS (
              SELECT id FROM pipelines WHERE id = @Id
              UNION SELECT pipelines.id FROM pipelines JOIN jobs ON jobs.id = pipelines.bridge_id JOIN tree ON jobs.pipeline_id = tree.id)
            SELECT count(*) FROM tree
            """,
            new { root.Id },
            ct
        );
        return (lineage, (int)size);
    }

    private static UpstreamPipeline Of(PipelineRow row) => new(row.ProjectId, row.Ref, row.Source);
}
