using System.Collections.Immutable;
using Slipway.Compiler;

namespace Slipway.Engine.Tests.Support;

/// <summary>Pipelines for tests, written short.</summary>
internal static class Pipelines
{
    public static readonly DateTimeOffset Noon = new(2026, 5, 4, 12, 0, 0, TimeSpan.Zero);

    /// <summary>Stages in the order in which the jobs name them.</summary>
    public static CompiledPipeline Of(params CompiledJob[] jobs)
    {
        var stages = jobs.Select(job => job.Stage).Distinct().ToImmutableArray();
        return new CompiledPipeline
        {
            Source = "push",
            Ref = "main",
            Stages = stages,
            Jobs = [.. jobs.Select(job => job with { StageIndex = stages.IndexOf(job.Stage) }).OrderBy(job => job.StageIndex)],
            Context = new PipelineContext(),
        };
    }

    public static CompiledJob Job(
        string name,
        string stage = "build",
        JobWhen when = JobWhen.OnSuccess,
        string[]? needs = null,
        bool allowFailure = false
    ) =>
        new()
        {
            Name = name,
            GroupName = name,
            Stage = stage,
            StageIndex = 0,
            When = when,
            StartIn = when == JobWhen.Delayed ? TimeSpan.FromMinutes(5) : null,
            AllowFailure = allowFailure,
            Needs = needs?.Select(need => new JobNeed(need)).ToImmutableArray(),
            At = new Position(".gitlab-ci.yml", 1, 1),
            Decision = new JobDecision(name, Included: true, [], null, "no rules"),
        };

    public static CompiledJob Bridge(string name, string stage = "build", string? strategy = null, string[]? needs = null) =>
        Job(name, stage, needs: needs) with
        {
            Trigger = new CompiledTrigger { Project = "group/child", Strategy = strategy },
        };
}
