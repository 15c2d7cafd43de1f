using System.Collections.Immutable;
using Slipway.Compiler;
using Slipway.Protocol.Jobs;
using Slipway.Protocol.Variables;

namespace Slipway.Engine.Downstream;

/// <summary>Says what a bridge that has started is to create, and refuses trees of pipelines that do not end (gitlab-ci-yaml §13, -2 §13).</summary>
public static class DownstreamPlanner
{
    /// <summary>Levels of children below a pipeline that is nobody's child.</summary>
    public const int MaxChildDepth = 2;

    /// <summary>Pipelines in one tree, over all projects.</summary>
    public const int MaxTreeSize = 1000;

    private const string ParentPipeline = "parent_pipeline";

    /// <summary>GitLab lets a pipeline come round once: the third of a kind is a loop.</summary>
    private const int MaxOfAKind = 2;

    /// <param name="upstream">The pipeline the bridge is in, with its id and page.</param>
    /// <param name="dotenv">The dotenv variables of the jobs whose artifacts the bridge gets.</param>
    /// <param name="lineage">The bridge's own pipeline, then the one that started it, and so on to the first.</param>
    /// <param name="treeSize">How many pipelines hang together with this one, itself included.</param>
    public static DownstreamPlan Plan(
        (CompiledPipeline Pipeline, long Id, string Url) upstream,
        JobState bridge,
        ImmutableArray<Variable> dotenv,
        IReadOnlyList<UpstreamPipeline> lineage,
        int treeSize
    )
    {
        ArgumentNullException.ThrowIfNull(bridge);
        ArgumentNullException.ThrowIfNull(lineage);
        if (bridge.Job.UpstreamProject is { } mirrored)
            return new DownstreamPlan.Mirror(mirrored);
        var trigger = bridge.Job.Trigger ?? throw new ArgumentException($"{bridge.Job.Name} triggers nothing", nameof(bridge));

        var context = upstream.Pipeline.Context;
        var variables = new BridgeVariables(bridge.Job, upstream.Id, upstream.Url, dotenv);
        var project = trigger.Project is null ? null : variables.Expand(trigger.Project);
        if (Refusal(project, context.Project.Path, lineage, treeSize) is { } reason)
            return new DownstreamPlan.Refused(reason);

        var forwarded = variables.Forwarded(trigger, context.PipelineVariables);
        if (project is not null)
            return new DownstreamPlan.OtherProject(project, Branch(trigger, variables), forwarded, trigger.Inputs);
        return new DownstreamPlan.Child(
            context with
            {
                Source = ParentPipeline,
                PipelineVariables = forwarded,
                Inputs = trigger.Inputs,
            },
            trigger.Include
        );
    }

    private static string? Branch(CompiledTrigger trigger, BridgeVariables variables) =>
        trigger.Branch is { Length: > 0 } branch && variables.Expand(branch) is { Length: > 0 } expanded ? expanded : null;

    private static string? Refusal(string? project, string ownProject, IReadOnlyList<UpstreamPipeline> lineage, int treeSize)
    {
        if (project is not null && string.Equals(project, ownProject, StringComparison.OrdinalIgnoreCase))
            return FailureReason.InvalidBridgeTrigger;
        if (project is null && Generation(lineage) >= MaxChildDepth)
            return FailureReason.MaxDescendantDepth;
        if (treeSize >= MaxTreeSize)
            return FailureReason.MaxHierarchySize;
        if (project is not null && IsLoop(lineage))
            return FailureReason.PipelineLoop;
        return null;
    }

    /// <summary>0 for a pipeline that is nobody's child, 1 for its child.</summary>
    private static int Generation(IReadOnlyList<UpstreamPipeline> lineage)
    {
        var generation = 0;
        while (generation < lineage.Count && lineage[generation].Source == ParentPipeline)
            generation++;
        return generation;
    }

    private static bool IsLoop(IReadOnlyList<UpstreamPipeline> lineage) =>
        lineage.Where(pipeline => pipeline.Source != ParentPipeline).GroupBy(pipeline => pipeline).Any(kind => kind.Count() > MaxOfAKind);
}
