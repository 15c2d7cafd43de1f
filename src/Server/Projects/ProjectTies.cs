namespace Slipway.Server.Projects;

/// <summary>What the rooms that stand on this one do when a project changes. Filled in by <c>ServerApp</c>, so that a reader sees who does what.</summary>
internal sealed record ProjectTies
{
    /// <summary>Makes a branch the one that a clone checks out. False: there is no such branch.</summary>
    public required Func<long, string, CancellationToken, Task<bool>> SetHead { get; init; }

    /// <summary>Removes what is kept of a project outside of the database. May be asked again for one that is gone.</summary>
    public required Func<long, CancellationToken, Task> Remove { get; init; }
}
