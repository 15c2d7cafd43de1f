using System.Collections.Immutable;
using Slipway.Compiler;
using Slipway.Protocol.Variables;

namespace Slipway.Engine.Downstream;

/// <summary>A pipeline on the way from a bridge's own up to the first one.</summary>
/// <param name="Source">GitLab's word; <c>parent_pipeline</c> makes it the child of the one above it.</param>
public sealed record UpstreamPipeline(long ProjectId, string Ref, string Source);

/// <summary>What a bridge is to start (gitlab-ci-yaml §13).</summary>
public abstract record DownstreamPlan
{
    private DownstreamPlan() { }

    /// <summary>A child: the same project, ref and commit.</summary>
    /// <param name="Context">What to compile it for. The caller gives it its number and its instant of creation.</param>
    /// <param name="Include">Its configuration: these files, merged.</param>
    public sealed record Child(PipelineContext Context, ImmutableArray<TriggerInclude> Include) : DownstreamPlan;

    /// <summary>A pipeline of another project, source <c>pipeline</c>. Whether that project is there and the user may is the caller's question.</summary>
    /// <param name="Branch"><see langword="null"/> = its default branch.</param>
    /// <param name="Variables">Given to it as pipeline variables.</param>
    public sealed record OtherProject(
        string Project,
        string? Branch,
        ImmutableArray<Variable> Variables,
        ImmutableDictionary<string, string> Inputs
    ) : DownstreamPlan;

    /// <summary>
    /// Nothing is started: the bridge shows the status of another project's latest pipeline on its default branch, as it changes
    /// (<see cref="PipelineEvent.DownstreamChanged"/>).
    /// </summary>
    public sealed record Mirror(string Project) : DownstreamPlan;

    /// <summary>Nothing: the bridge fails.</summary>
    /// <param name="Reason">For <see cref="PipelineEvent.Failed"/>.</param>
    public sealed record Refused(string Reason) : DownstreamPlan;
}
