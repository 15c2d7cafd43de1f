using System.Text.Json.Nodes;
using Slipway.Server.Data;
using Slipway.Server.Http;

namespace Slipway.Server.Projects;

/// <summary>What the rooms that stand on this one do when a project changes. Filled in by <c>ServerApp</c>, so that a reader sees who does what.</summary>
internal sealed record ProjectTies
{
    /// <summary>Makes a branch the one that a clone checks out. False: there is no such branch.</summary>
    public required Func<long, string, CancellationToken, Task<bool>> SetHead { get; init; }

    /// <summary>Removes what is kept of a project outside of the database. May be asked again for one that is gone.</summary>
    public required Func<long, CancellationToken, Task> Remove { get; init; }

    /// <summary>How API v4 shows what becomes of a project's old images.</summary>
    public required Func<long, CancellationToken, Task<JsonObject>> ShowCleanup { get; init; }

    /// <summary>What the parameters of a call change of that.</summary>
    public required Func<long, Parameters, CancellationToken, Task<CleanupChange>> ReadCleanup { get; init; }

    /// <param name="Wrong">Nothing: it can be written.</param>
    /// <param name="WriteAsync">Writes it.</param>
    internal sealed record CleanupChange(FieldError? Wrong, Func<Session, CancellationToken, Task> WriteAsync);
}
