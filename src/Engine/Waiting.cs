using System.Globalization;

namespace Slipway.Engine;

/// <summary>A job that is neither running nor over.</summary>
/// <param name="Why">What it waits for, to be read after the job's name: <c>waits for compile (running)</c>.</param>
public sealed record WaitingJob(JobState Job, string Why);

/// <summary>Says of every job that does not run what it waits for, so that nobody has to guess.</summary>
internal static class Waiting
{
    private const int NamesShown = 3;

    public static IReadOnlyList<WaitingJob> Of(PipelineState state)
    {
        var earlierStage = new Lazy<string>(() => FirstOpenStage(state), LazyThreadSafetyMode.None);
        var waiting = new List<WaitingJob>();
        foreach (var job in Readiness.Latest(state))
        {
            if (Why(state, job, earlierStage) is { } why)
                waiting.Add(new WaitingJob(job, why));
        }

        return waiting;
    }

    private static string? Why(PipelineState state, JobState job, Lazy<string> earlierStage) =>
        job.Status switch
        {
            Status.Created => state.Graph.Needs[job.JobIndex] is { } needs
                ? $"waits for {Names(needs.Select(need => state.Jobs[state.Latest[need]]))}"
                : earlierStage.Value,
            Status.WaitingForResource => WhyResource(state, job),
            Status.Preparing => "is being prepared",
            Status.Pending when job.Job.IsBridge => "waits for its downstream pipeline to be created",
            Status.Pending when job.Job.Tags.IsDefaultOrEmpty => "waits for a runner",
            Status.Pending => $"waits for a runner with the tags {string.Join(", ", job.Job.Tags)}",
            Status.Manual when job.StartedAt is not null => "waits for somebody to play a job of its downstream pipeline",
            Status.Manual => "waits for somebody to play it",
            Status.Scheduled => string.Create(CultureInfo.InvariantCulture, $"starts at {job.ScheduledAt:yyyy-MM-dd HH:mm:ss}Z"),
            _ => null,
        };

    private static string WhyResource(PipelineState state, JobState job)
    {
        var group = job.Job.ResourceGroup;
        var holder = state.Jobs.FirstOrDefault(other => other.Job.ResourceGroup == group && ResourceGroups.Holds(other));
        return holder is null ? $"waits for resource group {group}" : $"waits for resource group {group}, held by {Name(holder)}";
    }

    /// <summary>All jobs that wait for stages wait for this one: the ones after it cannot be over either.</summary>
    private static string FirstOpenStage(PipelineState state)
    {
        foreach (var stage in state.Graph.Stages)
        {
            var jobs = stage.Select(job => state.Jobs[state.Latest[job]]).ToArray();
            if (jobs.Any(IsOpen))
                return $"waits for stage {jobs[0].Job.Stage}: {Names(jobs)}";
        }

        return "waits for nothing";
    }

    private static bool IsOpen(JobState job) =>
        !Statuses.IsCompleted(job.Status) && job is not { Status: Status.Manual, AllowFailure: true };

    private static string Names(IEnumerable<JobState> jobs)
    {
        var open = jobs.Where(IsOpen).ToArray();
        var shown = string.Join(", ", open.Take(NamesShown).Select(Name));
        return open.Length <= NamesShown ? shown : $"{shown} and {open.Length - NamesShown} more";
    }

    private static string Name(JobState job) => $"{job.Job.Name} ({Statuses.Word(job.Status)})";
}
