namespace Slipway.Runner.Executors;

/// <summary>An executor before it has a job: what must be known of it to lay out folders and variables, and how one is made.</summary>
public sealed record ExecutorKind
{
    /// <summary><see cref="IExecutor.Name"/> of those it makes.</summary>
    public required string Name { get; init; }

    /// <summary>The builds directory when none is configured, as the scripts see it. Absolute.</summary>
    public required string BuildsDir { get; init; }

    /// <summary>Jobs share the builds directory, and the machine: <c>CI_SHARED_ENVIRONMENT</c>. Otherwise <c>CI_DISPOSABLE_ENVIRONMENT</c>.</summary>
    public bool Shared { get; init; }

    /// <summary>A job's scripts have this machine's git and this machine's network, so its sources are fetched in its own folder.</summary>
    public bool HasGit { get; init; }

    /// <summary>Makes the executor of one job. Does nothing that needs undoing: that is <see cref="IExecutor.PrepareAsync"/>'s part.</summary>
    public required Func<JobEnvironment, IExecutor> Create { get; init; }
}
