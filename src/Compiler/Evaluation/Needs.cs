using System.Collections.Immutable;
using Slipway.Compiler.Keywords;
using Slipway.Compiler.Variables;

namespace Slipway.Compiler.Evaluation;

/// <summary>A job's needs once it is known which jobs there are (gitlab-ci-yaml-2 §7.8, §8.1).</summary>
internal static class Needs
{
    /// <summary>Tells of needs that the rules left out of the pipeline. GitLab looks at the job's own needs here, also where a rule replaces them.</summary>
    public static void Check(JobSeed seed, IReadOnlyDictionary<string, JobSeed> included, DiagnosticBag bag)
    {
        if (seed.Instance.Needs is not { } needs)
            return;
        foreach (var need in needs)
        {
            if (need is not NeedConfig.Job { Optional: false } job || included.ContainsKey(job.Name))
                continue;
            var message =
                $"'{seed.Instance.Name}' job needs '{job.Name}' job, but '{job.Name}' does not exist in the pipeline. "
                + "This might be because of the only, except, or rules keywords. "
                + "To need a job that sometimes does not exist in the pipeline, use needs:optional.";
            bag.Error(DiagnosticCode.NeedNotInPipeline, message, need.At);
        }
    }

    /// <summary>The rule's needs in place of the job's; an empty list of a rule does not make a job start at once that would wait for its stage.</summary>
    /// <returns><see langword="null"/>: the job waits for all earlier stages.</returns>
    public static ImmutableArray<NeedConfig>? Of(JobSeed seed)
    {
        var own = seed.Instance.Needs is [NeedConfig.Upstream] ? null : seed.Instance.Needs;
        if (seed.Rule?.Needs is not { } ofRule)
            return own;
        return ofRule.IsEmpty && own is null ? null : ofRule;
    }

    public static ImmutableArray<JobNeed>? OfJobs(ImmutableArray<NeedConfig>? needs, IReadOnlyDictionary<string, JobSeed> included)
    {
        if (needs is not { } list)
            return null;
        var result = ImmutableArray.CreateBuilder<JobNeed>(list.Length);
        foreach (var need in list)
            if (need is NeedConfig.Job job && included.ContainsKey(job.Name))
                result.Add(new JobNeed(job.Name, job.Artifacts, job.Optional));
        return result.DrainToImmutable();
    }

    public static ImmutableArray<ExternalNeed> External(ImmutableArray<NeedConfig>? needs, VariableScope scope)
    {
        if (needs is not { } list || !list.Any(need => need is NeedConfig.CrossProject or NeedConfig.CrossPipeline))
            return [];
        return
        [
            .. list.OfType<NeedConfig.CrossProject>()
                .Select(need => new ExternalNeed(
                    scope.Expand(need.Project),
                    null,
                    scope.Expand(need.Name),
                    scope.Expand(need.Ref),
                    need.Artifacts
                )),
            .. list.OfType<NeedConfig.CrossPipeline>()
                .Select(need => new ExternalNeed(null, scope.Expand(need.Pipeline), scope.Expand(need.Name), null, need.Artifacts)),
        ];
    }
}
