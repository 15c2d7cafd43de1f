using System.Collections.Immutable;
using Slipway.Compiler;
using Slipway.Engine;
using Slipway.Engine.Downstream;

namespace Slipway.Cli.Comparison;

/// <summary>One pipeline of one side, with the child pipelines its trigger jobs start.</summary>
/// <param name="Children">By the trigger job's name, in the order of the jobs.</param>
internal sealed record PipelineTree(Compilation Compilation, ImmutableArray<(string TriggerJob, PipelineTree Tree)> Children)
{
    /// <summary>There is no such pipeline, and nothing to say about that.</summary>
    public static PipelineTree None { get; } = new(new Compilation(null, []), []);

    public PipelineTree Child(string triggerJob) =>
        Children.Where(child => child.TriggerJob == triggerJob).Select(child => child.Tree).FirstOrDefault(None);

    /// <summary>
    /// Compiles the pipeline and all below it that can be known beforehand: not those of other projects, nor those whose configuration
    /// is an artifact of a job that has not run. As deep and as many as GitLab lets there be.
    /// </summary>
    public static PipelineTree Of(Side side, PipelineContext context) => new Growth(side).From(side.Compile(context));

    private sealed class Growth(Side side)
    {
        private int _size = 1;

        public PipelineTree From(Compilation compilation) => new(compilation, Children(compilation.Pipeline, []));

        private ImmutableArray<(string, PipelineTree)> Children(CompiledPipeline? pipeline, IReadOnlyList<UpstreamPipeline> above)
        {
            if (pipeline is null)
                return [];
            var context = pipeline.Context;
            UpstreamPipeline[] lineage = [new(context.Project.Id, context.Ref, context.Source), .. above];
            var children = ImmutableArray.CreateBuilder<(string, PipelineTree)>();
            for (var i = 0; i < pipeline.Jobs.Length; i++)
            {
                if (Plan(pipeline, i, lineage) is not { } plan)
                    continue;
                _size++;
                var includes = plan.Include.Select(include => new ChildInclude(include)).ToImmutableArray();
                var compilation = PipelineCompiler.Compile(
                    new ConfigSource.Child(includes),
                    side.Tree,
                    plan.Context,
                    CancellationToken.None
                );
                children.Add((pipeline.Jobs[i].Name, new PipelineTree(compilation, Children(compilation.Pipeline, lineage))));
            }

            return children.ToImmutable();
        }

        private DownstreamPlan.Child? Plan(CompiledPipeline pipeline, int index, IReadOnlyList<UpstreamPipeline> lineage)
        {
            var job = pipeline.Jobs[index];
            if (job.Trigger is not { Project: null } trigger || trigger.Include.Any(include => include.Kind == "artifact"))
                return null;
            var bridge = new JobState
            {
                Number = index,
                JobIndex = index,
                Job = job,
                Status = Status.Created,
            };
            return DownstreamPlanner.Plan((pipeline, 1, ""), bridge, [], lineage, _size) as DownstreamPlan.Child;
        }
    }
}
