using Slipway.Compiler;

namespace Slipway.Cli.Drawing;

/// <summary>A job as it is drawn; the instances of a parallel one are one node.</summary>
/// <param name="Count">Instances.</param>
/// <param name="Needs">Indexes of the nodes it needs; <see langword="null"/>: it waits for the stages before.</param>
internal sealed record GraphNode(string Name, string Stage, int Count, CompiledJob Job, IReadOnlyList<int>? Needs)
{
    /// <summary>In the pipeline's order, so stage by stage.</summary>
    public static List<GraphNode> Of(IReadOnlyList<CompiledJob> jobs)
    {
        var groups = jobs.GroupBy(job => (job.StageIndex, job.GroupName)).ToList();
        var nodeOf = new Dictionary<string, int>(StringComparer.Ordinal);
        for (var i = 0; i < groups.Count; i++)
        {
            foreach (var job in groups[i])
                nodeOf[job.Name] = i;
        }

        return [.. groups.Select(group => Node([.. group], nodeOf))];
    }

    private static GraphNode Node(CompiledJob[] instances, Dictionary<string, int> nodeOf)
    {
        var first = instances[0];
        var needs = instances
            .SelectMany(job => job.Needs ?? [])
            .Where(need => nodeOf.ContainsKey(need.Job))
            .Select(need => nodeOf[need.Job])
            .Distinct();
        return new GraphNode(first.GroupName, first.Stage, instances.Length, first, first.Needs is null ? null : [.. needs.Order()]);
    }
}
