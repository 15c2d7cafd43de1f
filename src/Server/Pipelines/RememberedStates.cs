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

    private readonly Lock _lock = new();
    private readonly Dictionary<long, (long Version, PipelineState State)> _states = [];
    private int _jobs;

    /// <summary>Of so many numbers no two are alike.</summary>
    public static long NewVersion() => BitConverter.ToInt64(RandomNumberGenerator.GetBytes(8)) & long.MaxValue;

    /// <returns>Nothing when it is not remembered, or has changed since.</returns>
    public PipelineState? Find(long pipelineId, long version)
    {
        lock (_lock)
            return _states.TryGetValue(pipelineId, out var known) && known.Version == version ? known.State : null;
    }

    public void Keep(long pipelineId, long version, PipelineState state)
    {
        lock (_lock)
        {
            if (_states.Remove(pipelineId, out var old))
                _jobs -= old.State.Jobs.Length;
            if (_jobs + state.Jobs.Length > MostJobs)
            {
                _states.Clear();
                _jobs = 0;
            }

            _states[pipelineId] = (version, state);
            _jobs += state.Jobs.Length;
        }
    }
}
