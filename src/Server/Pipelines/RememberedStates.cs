using System.Security.Cryptography;
using Slipway.Engine;

namespace Slipway.Server.Pipelines;

/// <summary>
/// States of pipelines as they were last read or written, so that one job's event does not read all the others' rows. A state counts only while the row of its
/// pipeline has its version, and a version is never given twice, not even after a transaction that was undone. Who writes a column of a job that the engine
/// decides, and not through <see cref="PipelineStore"/>, gives the job's pipeline a new version.
/// </summary>
internal sealed class RememberedStates
{
    /// <summary>Jobs of all states together; some hundred bytes each.</summary>
    private const int MostJobs = 40_000;

    /// <summary>Of one pipeline: of two transactions only one may have been kept, and the other is run again on what was before both.</summary>
    private const int MostVersions = 8;

    private readonly Lock _lock = new();

    /// <summary>By pipeline, the last one first. They differ in few jobs, and share the others.</summary>
    private readonly Dictionary<long, LinkedList<(long Version, PipelineState State)>> _states = [];
    private int _jobs;

    /// <summary>Of so many numbers no two are alike.</summary>
    public static long NewVersion() => BitConverter.ToInt64(RandomNumberGenerator.GetBytes(8)) & long.MaxValue;

    /// <returns>Nothing when it is not remembered, or has changed since.</returns>
    public PipelineState? Find(long pipelineId, long version)
    {
        lock (_lock)
            return _states.GetValueOrDefault(pipelineId)?.FirstOrDefault(known => known.Version == version).State;
    }

    /// <param name="isRead">It is made of rows, and shares no job with those before.</param>
    public void Keep(long pipelineId, long version, PipelineState state, bool isRead = false)
    {
        lock (_lock)
        {
            if (_states.Remove(pipelineId, out var versions))
                _jobs -= versions.First!.Value.State.Jobs.Length;
            if (_jobs + state.Jobs.Length > MostJobs)
            {
                _states.Clear();
                _jobs = 0;
            }

            if (isRead || versions is null)
                versions = [];
            versions.AddFirst((version, state));
            if (versions.Count > MostVersions)
                versions.RemoveLast();
            _states[pipelineId] = versions;
            _jobs += state.Jobs.Length;
        }
    }
}
