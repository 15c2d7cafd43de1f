using System.Collections.Immutable;
using System.Globalization;
using Slipway.Compiler;
using Slipway.Engine;
using Slipway.Protocol.Jobs;
using Slipway.Protocol.Variables;

namespace Slipway.Cli.LocalRun;

/// <summary>What a job gets from earlier ones: their archives, and the variables of their dotenv reports, both in the order of <c>ArtifactsFrom</c>.</summary>
/// <param name="Archives">By the id of the job that made them.</param>
internal sealed record JobInputs(
    ImmutableArray<JobDependency> Dependencies,
    ImmutableArray<Variable> Dotenv,
    IReadOnlyDictionary<long, string> Archives
)
{
    /// <summary>Artifacts of other pipelines that are not here.</summary>
    public ImmutableArray<ExternalNeed> Missing { get; init; } = [];

    /// <param name="borrowed">Jobs that are not part of this run and whose artifacts come from the last one they were in.</param>
    public static JobInputs Gather(
        PipelineRun run,
        JobState job,
        ImmutableArray<string> borrowed,
        StateFolder states,
        Func<RunJob, long> idOf
    )
    {
        var inputs = new Gathering();
        foreach (var name in job.Job.ArtifactsFrom)
        {
            if (run.LatestAttempt(name) is { ArtifactsFolder: { } folder } attempt)
                inputs.Add(idOf(attempt.Job), name, new ArtifactsFolder(folder));
        }

        // Ids of jobs of earlier runs do not matter to anybody: below zero they meet nobody's.
        var id = 0L;
        foreach (var name in borrowed)
        {
            if (states.LatestArtifactsOf(run.FullName(name)) is { } folder)
                inputs.Add(--id, name, new ArtifactsFolder(folder));
        }

        var missing = ImmutableArray.CreateBuilder<ExternalNeed>();
        foreach (var need in job.Job.ExternalNeeds.Where(need => need.Artifacts))
        {
            if (Elsewhere(run, need) is { } attempt)
                inputs.Add(idOf(attempt.Job), need.Job, new ArtifactsFolder(attempt.ArtifactsFolder!));
            else
                missing.Add(need);
        }

        return new JobInputs(inputs.Dependencies.ToImmutable(), inputs.Dotenv.ToImmutable(), inputs.Archives)
        {
            Missing = missing.DrainToImmutable(),
        };
    }

    /// <summary>A job that has passed, of the parent's pipeline or another child's: <c>needs: [{pipeline: ID, job: NAME}]</c>.</summary>
    private static Attempt? Elsewhere(PipelineRun run, ExternalNeed need) =>
        need is { Project: null, Pipeline: { } id }
        && long.TryParse(id, CultureInfo.InvariantCulture, out var number)
        && run.Relative(number) is { } other
        && other.Find(need.Job)?.Status == Status.Success
        && other.LatestAttempt(need.Job) is { ArtifactsFolder: not null } attempt
            ? attempt
            : null;

    private sealed class Gathering
    {
        public ImmutableArray<JobDependency>.Builder Dependencies { get; } = ImmutableArray.CreateBuilder<JobDependency>();
        public ImmutableArray<Variable>.Builder Dotenv { get; } = ImmutableArray.CreateBuilder<Variable>();
        public Dictionary<long, string> Archives { get; } = [];

        public void Add(long id, string name, ArtifactsFolder folder)
        {
            Dotenv.AddRange(folder.Dotenv());
            if (folder.Archive is not { } archive)
                return;
            Dependencies.Add(new JobDependency(id, name, "", new ArtifactsFile("artifacts.zip", archive.Length)));
            Archives[id] = archive.FullName;
        }
    }
}
