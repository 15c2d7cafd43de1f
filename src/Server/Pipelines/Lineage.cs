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

    /// <summary>Whether two pipelines of one project hang together: parent and child, or children of one parent.</summary>
    public static async Task<bool> AreRelativesAsync(Session session, long one, long other, CancellationToken ct)
    {
        const string top = """
            WITH RECURSIVE up (id, bridge_id, place) AS (
              SELECT id, bridge_id, 0 FROM pipelines WHERE id = @id
              UNION SELECT p.id, p.bridge_id, up.place + 1 FROM pipelines p
                JOIN jobs j ON j.pipeline_id = p.id JOIN up ON up.bridge_id = j.id JOIN pipelines c ON c.id = up.id
                WHERE p.project_id = c.project_id)
            SELECT id FROM up ORDER BY place DESC LIMIT 1
            """;
        var (first, second) = (await TopAsync(one), await TopAsync(other));
        return first != 0 && first == second;

        Task<long> TopAsync(long id) => session.FindAsync<long>(top, new { id }, ct);
    }

    private static UpstreamPipeline Of(PipelineRow row) => new(row.ProjectId, row.Ref, row.Source);
}
