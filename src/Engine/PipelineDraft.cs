using System.Diagnostics.CodeAnalysis;
using System.Runtime.InteropServices;

namespace Slipway.Engine;

/// <summary>The next state while one event is worked in. Copies nothing before the first change.</summary>
internal sealed class PipelineDraft(PipelineState origin, DateTimeOffset at)
{
    private JobState[]? _jobs;
    private int _count = origin.Jobs.Length;
    private int[]? _latest;
    private int[]? _symbols;
    private Status _status = origin.Status;

    public PipelineState Origin => origin;
    public DateTimeOffset At => at;
    public PipelineGraph Graph => origin.Graph;
    public int Count => _count;
    public ReadOnlySpan<int> Latest => _latest ?? origin.Latest;
    public ReadOnlySpan<int> Symbols => _symbols ?? origin.Symbols;

    public bool Changed => _jobs is not null;

    /// <summary>A job came to an end, to a halt or back to its start: others may have to move.</summary>
    public bool MayMoveOthers { get; private set; }

    public JobState this[int number] => _jobs is null ? origin.Jobs[number] : _jobs[number];

    public JobState LatestOf(int jobIndex) => this[Latest[jobIndex]];

    public void Set(JobState job)
    {
        Copy();
        if (job.Status != _jobs[job.Number].Status)
            MayMoveOthers |= Statuses.IsCompleted(job.Status) || job.Status is Status.Manual or Status.Created;
        _jobs[job.Number] = job;
        if (!job.Retried)
            _symbols[job.JobIndex] = CompositeStatus.Symbol(job);
    }

    /// <summary>Adds a new attempt, which counts from now on instead of the one before.</summary>
    public void Append(JobState job)
    {
        Copy();
        if (_count == _jobs.Length)
            Array.Resize(ref _jobs, Math.Max(4, _count * 2));
        _jobs[_count++] = job;
        _latest ??= [.. origin.Latest];
        _latest[job.JobIndex] = job.Number;
        _symbols[job.JobIndex] = CompositeStatus.Symbol(job);
        MayMoveOthers = true;
    }

    public void SetStatus(Status status) => _status = status;

    /// <returns>The new state, or the very one we came from when everything is as it was.</returns>
    public PipelineState ToState()
    {
        if (_jobs is null || _symbols is null || IsAsBefore(_jobs))
            return _status == origin.Status ? origin : origin with { Status = _status };
        if (_jobs.Length != _count)
            Array.Resize(ref _jobs, _count);

        return origin with
        {
            Status = _status,
            Jobs = ImmutableCollectionsMarshal.AsImmutableArray(_jobs),
            Latest = _latest ?? origin.Latest,
            Symbols = _symbols,
        };
    }

    [MemberNotNull(nameof(_jobs), nameof(_symbols))]
    private void Copy()
    {
        _jobs ??= [.. origin.Jobs];
        _symbols ??= [.. origin.Symbols];
    }

    /// <summary>A job can go back to its start and from there to where it was.</summary>
    private bool IsAsBefore(JobState[] jobs)
    {
        if (_count != origin.Jobs.Length)
            return false;
        for (var number = 0; number < _count; number++)
        {
            if (!ReferenceEquals(jobs[number], origin.Jobs[number]) && jobs[number] != origin.Jobs[number])
                return false;
        }

        return true;
    }
}
