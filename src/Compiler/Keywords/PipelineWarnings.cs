using System.Collections.Immutable;

namespace Slipway.Compiler.Keywords;

/// <summary>What is allowed and seldom meant.</summary>
internal static class PipelineWarnings
{
    private const string Page =
        "https://docs.gitlab.com/ee/ci/jobs/job_troubleshooting.html#job-may-allow-multiple-pipelines-to-run-for-a-single-action-warning";

    /// <summary>Rules that end in an unconditional <c>when</c> let a push to a merge request make two pipelines, unless the workflow decides.</summary>
    public static void Add(ImmutableArray<JobConfig> jobs, DiagnosticBag bag)
    {
        foreach (var job in jobs)
        {
            if (job.Rules is [.., var last] && IsWhenAlone(last))
                bag.Warning(
                    DiagnosticCode.DuplicatePipelines,
                    $"jobs:{job.Name} may allow multiple pipelines to run for a single action due to `rules:when` clause with no `workflow:rules` - read more: {Page}",
                    last.At
                );
        }
    }

    private static bool IsWhenAlone(RuleConfig rule) =>
        rule
            is {
                When: not null,
                If: null,
                Changes: null,
                Exists: null,
                StartIn: null,
                AllowFailure: null,
                Variables.IsEmpty: true,
                Needs: null,
                Interruptible: null
            };
}
