using System.Collections.Immutable;
using Slipway.Compiler.Keywords;
using Slipway.Compiler.Variables;
using Slipway.Compiler.Yaml;

namespace Slipway.Compiler.Evaluation;

/// <summary>What a trigger job starts, with variables replaced (gitlab-ci-yaml §7.16).</summary>
internal static class Triggers
{
    /// <summary>The pipeline a bridge shows the status of; one that triggers shows that of its own.</summary>
    public static NeedConfig.Upstream? Upstream(JobInstance job) =>
        job.Job.Trigger is null && job.Needs is { } needs ? needs.OfType<NeedConfig.Upstream>().FirstOrDefault() : null;

    public static CompiledTrigger? Of(TriggerConfig? trigger, VariableScope scope) =>
        trigger is null
            ? null
            : new CompiledTrigger
            {
                Project = trigger.Project is { } project ? scope.Expand(project.Text) : null,
                Branch = trigger.Branch is { } branch ? scope.Expand(branch.Text) : null,
                Include = [.. trigger.Include.Select(include => Of(include, scope))],
                Strategy = trigger.Strategy,
                ForwardYamlVariables = trigger.ForwardYamlVariables,
                ForwardPipelineVariables = trigger.ForwardPipelineVariables,
                Inputs = trigger.Inputs,
            };

    private static TriggerInclude Of(TriggerIncludeConfig include, VariableScope scope) =>
        new(include.Kind, scope.Expand(include.Location.Text), include.Job is { } job ? scope.Expand(job.Text) : null, include.At)
        {
            Inputs = include.Inputs,
            Yaml = JsonText.Of(include.Whole ?? (ConfigNode)new ConfigScalar(include.At, ScalarKind.String, include.Location.Text)),
        };
}
