namespace Slipway.Engine;

/// <summary>In which order a resource group lets jobs in (gitlab-ci-yaml §12.6). Older and newer go by the pipeline's id.</summary>
public enum ProcessMode
{
    /// <summary>Any job that is ready.</summary>
    Unordered,

    /// <summary>The oldest pipeline's job, waiting for it when it is not ready yet.</summary>
    OldestFirst,

    /// <summary>The newest pipeline's job, waiting for it when it is not ready yet.</summary>
    NewestFirst,

    /// <summary>Of the jobs that are ready the newest pipeline's.</summary>
    NewestReadyFirst,
}

/// <summary>This job may go on: tell its pipeline <see cref="PipelineEvent.ResourceGranted"/>.</summary>
public sealed record ResourceGrant(string Group, long Pipeline, int Job);

/// <summary>Lets one job at a time into each resource group, over all pipelines of a project.</summary>
public static class ResourceGroups
{
    /// <summary>The jobs that may be let in now: at most one per group, none for a group that is taken. The caller must apply them all before it asks again.</summary>
    /// <param name="pipelines">All of the project that are not finished, in any order.</param>
    /// <param name="mode">The process mode of the group with this key.</param>
    public static IReadOnlyList<ResourceGrant> Grantable(
        IReadOnlyList<(long Id, PipelineState State)> pipelines,
        Func<string, ProcessMode> mode
    )
    {
        ArgumentNullException.ThrowIfNull(pipelines);
        ArgumentNullException.ThrowIfNull(mode);

        var taken = new HashSet<string>(StringComparer.Ordinal);
        var upcoming = new Dictionary<string, List<Candidate>>(StringComparer.Ordinal);
        foreach (var (id, state) in pipelines)
        {
            foreach (var job in state.Jobs)
            {
                if (job.Job.ResourceGroup is not { } group)
                    continue;
                if (Holds(job))
                    taken.Add(group);
                else if (!job.Retried && job.Status is Status.WaitingForResource or Status.Created or Status.Scheduled)
                    Add(upcoming, group, new Candidate(id, job.Number, job.Status == Status.WaitingForResource));
            }
        }

        var grants = new List<ResourceGrant>();
        foreach (var (group, candidates) in upcoming)
        {
            if (!taken.Contains(group) && Next(candidates, mode(group)) is { } next)
                grants.Add(new ResourceGrant(group, next.Pipeline, next.Job));
        }

        return grants;
    }

    /// <summary>Whether the attempt keeps others out: let in and not over, though a newer attempt may have taken its place.</summary>
    internal static bool Holds(JobState job) =>
        job.Status is Status.Preparing or Status.Pending or Status.Running or Status.Canceling
        || job is { Status: Status.Manual, StartedAt: not null };

    private static void Add(Dictionary<string, List<Candidate>> upcoming, string group, Candidate candidate)
    {
        if (!upcoming.TryGetValue(group, out var list))
            upcoming[group] = list = [];
        list.Add(candidate);
    }

    private static Candidate? Next(List<Candidate> candidates, ProcessMode mode)
    {
        Candidate? first = null;
        foreach (var candidate in candidates)
        {
            if (!candidate.IsReady && mode is ProcessMode.Unordered or ProcessMode.NewestReadyFirst)
                continue;
            if (first is null || Precedes(candidate, first, mode))
                first = candidate;
        }

        // A job that is not ready keeps its place: nobody is let in before it.
        return first is { IsReady: true } ? first : null;
    }

    private static bool Precedes(Candidate a, Candidate b, ProcessMode mode)
    {
        if (a.Pipeline != b.Pipeline)
            return mode is ProcessMode.NewestFirst or ProcessMode.NewestReadyFirst ? a.Pipeline > b.Pipeline : a.Pipeline < b.Pipeline;
        if (a.IsReady != b.IsReady)
            return a.IsReady;
        return a.Job < b.Job;
    }

    private sealed record Candidate(long Pipeline, int Job, bool IsReady);
}
