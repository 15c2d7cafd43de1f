using System.Collections.Immutable;
using Slipway.Compiler.Keywords;
using Slipway.Compiler.Variables;
using Slipway.Protocol.Variables;

namespace Slipway.Compiler.Evaluation;

/// <summary>Decides for each job whether it belongs to the pipeline: by its rules, else by <c>only</c> and <c>except</c> (gitlab-ci-yaml §1 step 12, §8, §9).</summary>
internal sealed class Seeding(PipelineVariables variables, YamlVariables yaml, RuleEvaluation rules, PolicyEvaluation policies)
{
    public JobSeed Seed(JobInstance instance, DiagnosticBag bag)
    {
        var layer = yaml.OfJob(instance);
        var scope = ScopeOf(instance, layer);
        var job = instance.Job;
        if (job.Rules is { } list)
            return ByRules(instance, list, layer, scope, bag);
        var answer = policies.Answer(job, scope);
        JobWhen? when = answer.Included ? job.When ?? JobWhen.OnSuccess : null;
        var decision = Decision(instance, answer.Included, when, answer.Reason) with { DecidedAt = answer.At };
        return new JobSeed(instance, decision, null, layer, scope);
    }

    private JobSeed ByRules(
        JobInstance instance,
        ImmutableArray<RuleConfig> list,
        VariableLayer layer,
        VariableScope scope,
        DiagnosticBag bag
    )
    {
        var result = rules.Evaluate(list, scope);
        if (result.Error is { } error)
            bag.Add(error with { Message = $"Failed to parse rule for {instance.Name}: {error.Message}" });
        var included = result.Matched is { Never: false };
        JobWhen? when = included ? result.Matched!.When ?? instance.Job.When ?? JobWhen.OnSuccess : null;
        var reason = result.Error?.Message ?? result.Reason;
        var decision = Decision(instance, included, when, reason) with
        {
            Rules = result.Outcomes,
            RuleCount = list.Length,
            DecidedAt = result.Matched?.At,
        };
        return new JobSeed(instance, decision, result.Matched, layer, scope);
    }

    /// <summary>What rules see: the environment's name is replaced first, because it chooses among the project's variables.</summary>
    private VariableScope ScopeOf(JobInstance instance, VariableLayer layer)
    {
        var job = instance.Job;
        var own = JobVariables.Of(instance.Name, job.Stage.Text, job.When == JobWhen.Manual, instance.Index, instance.Total);
        var scope = variables.OfJob(VariableLayer.Of(own), layer, null);
        if (job.Environment is not { } environment)
            return scope;
        var name = scope.Expand(environment.Name.Text);
        if (string.IsNullOrWhiteSpace(name))
            return scope;
        own = own.Add(new Variable("CI_ENVIRONMENT_NAME", name)).Add(new Variable("CI_ENVIRONMENT_ACTION", environment.Action));
        if (environment.DeploymentTier is { } tier)
            own = own.Add(new Variable("CI_ENVIRONMENT_TIER", tier));
        if (environment.Url is { } url)
            own = own.Add(new Variable("CI_ENVIRONMENT_URL", url.Text));
        return variables.OfJob(VariableLayer.Of(own), layer, name);
    }

    private static JobDecision Decision(JobInstance instance, bool included, JobWhen? when, string reason) =>
        new(instance.Name, included, [], when is { } known ? Words.Of(known) : null, reason) { At = instance.Job.At };
}
