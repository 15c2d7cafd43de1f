using System.Collections.Immutable;
using Slipway.Compiler.Keywords;
using Slipway.Compiler.Variables;
using Slipway.Compiler.Yaml;

namespace Slipway.Compiler.Evaluation;

/// <summary>What a trigger job starts, with variables replaced (gitlab-ci-yaml §7.16).</summary>
internal static class Triggers
{
    /// <summary>Tells of what cannot be triggered yet.</summary>
    public static void Check(JobSeed seed, DiagnosticBag bag)
    {
        var name = seed.Instance.Name;
        if (
            seed.Instance.Needs is { } needs
            && needs.OfType<NeedConfig.Upstream>().FirstOrDefault() is { } upstream
            && seed.Job.Trigger is null
        )
            bag.Error(DiagnosticCode.UpstreamPipelineUnsupported, $"jobs:{name}:needs:pipeline is not supported yet", upstream.At);
    }

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
