using System.Collections.Immutable;
using Slipway.Compiler;
using Slipway.Engine;

namespace Slipway.Cli.LocalRun;

/// <summary>One attempt at one job of a run, as views tell it apart: by <see cref="Key"/>, never by name.</summary>
/// <param name="Key">Unique within the run, counted from 0.</param>
/// <param name="Within">The bridges above, outermost first.</param>
internal sealed record RunJob(int Key, string Name, string Stage, int Attempt, ImmutableArray<string> Within);

/// <summary>What a run tells while it goes on. The calls come one at a time; <see cref="Log"/> must be quick, it holds up the job.</summary>
internal interface IRunView
{
    /// <summary>First of all.</summary>
    void Plan(Compilation compilation, Selection selection);

    /// <summary>A sentence for the user: which executor, what waits for whom.</summary>
    void Notice(string sentence);

    void JobStarted(RunJob job, DateTimeOffset at);

    /// <summary>Bytes of a job's log, as they come: lines may be cut anywhere.</summary>
    void Log(RunJob job, ReadOnlySpan<byte> bytes);

    /// <summary>Leaves the terminal to something else until that is done.</summary>
    void Suspend(Action meanwhile) => meanwhile();

    /// <summary>Also for jobs that never started: skipped, manual, canceled.</summary>
    void JobFinished(RunJob job, JobReport report);

    /// <summary>Last of all.</summary>
    void PipelineFinished(LocalRunResult result, RunPlaces places);
}

/// <summary>Where a run left its things, for the closing lines.</summary>
/// <param name="Artifacts"><see langword="null"/> when no job made any.</param>
internal sealed record RunPlaces(string RunDir, string? Artifacts, TimeSpan Elapsed);
