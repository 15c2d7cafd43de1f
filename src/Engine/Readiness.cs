namespace Slipway.Engine;

/// <summary>Whether a pipeline goes on by itself.</summary>
public enum PipelinePhase
{
    /// <summary>Some job is waiting for a runner, a resource or its time, or is running.</summary>
    Active,

    /// <summary>Nothing moves until somebody plays a manual job that others wait for.</summary>
    Blocked,

    /// <summary>Every job is over, except perhaps manual ones that nobody has to play.</summary>
    Finished,
}

/// <summary>What whoever runs a pipeline asks after each step. Each question costs one look at every job.</summary>
public static class Readiness
{
    /// <summary>The jobs a runner (for a bridge: the creator of pipelines) may take now, in the order they were created.</summary>
    public static IEnumerable<JobState> Pending(PipelineState state)
    {
        ArgumentNullException.ThrowIfNull(state);
        return state.Jobs.Where(job => job.Status == Status.Pending && !job.Retried);
    }

    /// <summary>When the next <see cref="PipelineEvent.Ticked"/> has something to do; <see langword="null"/> when no job is scheduled.</summary>
    public static DateTimeOffset? NextScheduled(PipelineState state)
    {
        ArgumentNullException.ThrowIfNull(state);
        DateTimeOffset? next = null;
        foreach (var number in state.Latest)
        {
            var job = state.Jobs[number];
            if (job.Status == Status.Scheduled && !(next <= job.ScheduledAt))
                next = job.ScheduledAt;
        }

        return next;
    }

    public static PipelinePhase Phase(PipelineState state)
    {
        ArgumentNullException.ThrowIfNull(state);
        var phase = PipelinePhase.Finished;
        foreach (var number in state.Latest)
        {
            var job = state.Jobs[number];
            if (Statuses.IsActive(job.Status) || job.Status == Status.Scheduled)
                return PipelinePhase.Active;
            if (job.Status == Status.Created || job is { Status: Status.Manual, AllowFailure: false })
                phase = PipelinePhase.Blocked;
        }

        return phase;
    }

    /// <summary>The jobs that are neither running nor over, in the order of the pipeline. Of one that waits for a runner no more is known here than the tags it asks for.</summary>
    public static IReadOnlyList<WaitingJob> WaitingJobs(PipelineState state)
    {
        ArgumentNullException.ThrowIfNull(state);
        return Waiting.Of(state);
    }

    /// <summary>The attempt that counts of each job, in the order of <see cref="PipelineState.Pipeline"/>.</summary>
    public static IEnumerable<JobState> Latest(PipelineState state)
    {
        ArgumentNullException.ThrowIfNull(state);
        return state.Latest.Select(number => state.Jobs[number]);
    }

    /// <summary>
    /// The attempts whose artifacts (and dotenv variables) <paramref name="job"/> receives, in order: the latest of each job named in
    /// <c>ArtifactsFrom</c>, as long as it has run. Which of them have left something is the caller's to know.
    /// </summary>
    public static IEnumerable<JobState> ArtifactSources(PipelineState state, JobState job)
    {
        ArgumentNullException.ThrowIfNull(state);
        ArgumentNullException.ThrowIfNull(job);
        return job
            .Job.ArtifactsFrom.Select(state.Graph.IndexOf)
            .OfType<int>()
            .Select(index => state.Jobs[state.Latest[index]])
            .Where(source => source.StartedAt is not null && Statuses.IsCompleted(source.Status));
    }

    /// <summary>The status of each stage, in the order of the pipeline's stages; <see langword="null"/> for one without jobs.</summary>
    public static IReadOnlyList<Status?> Stages(PipelineState state)
    {
        ArgumentNullException.ThrowIfNull(state);
        return Array.ConvertAll(
            state.Graph.Stages,
            stage => stage.Length == 0 ? (Status?)null : CompositeStatus.Of(stage.Select(job => state.Jobs[state.Latest[job]]))
        );
    }

    /// <summary>One status for some jobs of a pipeline, such as those of a group; attempts that were retried do not count.</summary>
    public static Status Composite(IEnumerable<JobState> jobs)
    {
        ArgumentNullException.ThrowIfNull(jobs);
        return CompositeStatus.Of(jobs);
    }

    /// <summary>Whether a failure or a cancel was let pass: the orange mark beside <c>passed</c>.</summary>
    public static bool HasWarnings(PipelineState state)
    {
        ArgumentNullException.ThrowIfNull(state);
        return CompositeStatus.HasWarnings(state.Jobs);
    }
}
