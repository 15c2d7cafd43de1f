namespace Slipway.Server.Jobs;

/// <summary>Bounds of jobs and of what runners may send. The defaults are GitLab's.</summary>
public sealed record JobOptions
{
    /// <summary>Bytes of a job's log; beyond it the job fails with <c>trace_size_exceeded</c>. 100 MiB.</summary>
    public long TraceBytes { get; init; } = 100L << 20;

    /// <summary>Bytes of an archive or report. 100 MiB.</summary>
    public long ArtifactBytes { get; init; } = 100L << 20;

    /// <summary>How long artifacts are kept when their job does not say. 30 days.</summary>
    public TimeSpan ArtifactsExpireIn { get; init; } = TimeSpan.FromDays(30);

    /// <summary>How long a runner's request for a job is held when there is none. 50 s; zero: not at all.</summary>
    public TimeSpan LongPoll { get; init; } = TimeSpan.FromSeconds(50);

    /// <summary>How long a job that was handed out waits to be taken up. 2 minutes.</summary>
    public TimeSpan Offer { get; init; } = TimeSpan.FromMinutes(2);

    /// <summary>Bytes of a cache archive that runners share; a larger one stays on its runner. 1 GiB.</summary>
    public long CacheBytes { get; init; } = 1L << 30;

    /// <summary>Bytes of all of a project's shared cache archives: beyond it, those used least recently go. 10 GiB.</summary>
    public long CacheProjectBytes { get; init; } = 10L << 30;

    /// <summary>How long a shared cache archive is kept that nobody uses. 14 days.</summary>
    public TimeSpan CacheKeep { get; init; } = TimeSpan.FromDays(14);

    /// <summary>A running job of which nothing was heard for so long has failed. 1 hour.</summary>
    public TimeSpan Silence { get; init; } = TimeSpan.FromHours(1);

    /// <summary>The same for jobs of our own runner, which never keeps silent for more than half a minute. 3 minutes.</summary>
    public TimeSpan OwnSilence { get; init; } = TimeSpan.FromMinutes(3);

    /// <summary>How long a job may wait when no runner that is there could take it. 1 hour.</summary>
    public TimeSpan WaitWithoutRunner { get; init; } = TimeSpan.FromHours(1);

    /// <summary>How long a job may wait for a runner. 24 hours.</summary>
    public TimeSpan Wait { get; init; } = TimeSpan.FromHours(24);

    /// <summary>What a job may take beyond its timeout before the server itself ends it: its runner is asked first. 10 minutes.</summary>
    public TimeSpan TimeoutGrace { get; init; } = TimeSpan.FromMinutes(10);

    /// <summary>How often what nobody ends is looked for: jobs whose runners are gone, offers that lapsed, artifacts that expired. 30 s.</summary>
    public TimeSpan Sweep { get; init; } = TimeSpan.FromSeconds(30);
}
