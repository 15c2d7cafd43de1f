using System.Collections.Immutable;
using Slipway.Cli.TestReports;
using Slipway.Engine;

namespace Slipway.Cli.LocalRun;

/// <summary>A pipeline of this run, root or child, with what the machine does not keep of its jobs.</summary>
internal sealed class PipelineRun(long id, PipelineState state, ImmutableArray<string> within, ParentBridge? parent)
{
    private readonly List<Attempt> _attempts = [];
    private readonly Dictionary<string, int> _latest = new(StringComparer.Ordinal);

    /// <summary>Unique in this checkout; <c>CI_PIPELINE_ID</c>.</summary>
    public long Id { get; } = id;

    public PipelineState State { get; set; } = state;

    /// <summary>The bridges above, outermost first.</summary>
    public ImmutableArray<string> Within { get; } = within;

    public ParentBridge? Parent { get; } = parent;

    /// <summary>The pipelines its bridges have started.</summary>
    public List<PipelineRun> Children { get; } = [];

    /// <summary>A pipeline of the same tree, by its id, other than this one.</summary>
    public PipelineRun? Relative(long id)
    {
        var root = this;
        while (root.Parent is { } above)
            root = above.Pipeline;
        return Find(root) is { } found && found != this ? found : null;

        PipelineRun? Find(PipelineRun run) => run.Id == id ? run : run.Children.Select(Find).FirstOrDefault(found => found is not null);
    }

    /// <summary>Index = <see cref="JobState.Number"/>.</summary>
    public IReadOnlyList<Attempt> Attempts => _attempts;

    public Attempt this[int number] => _attempts[number];

    public void Add(Attempt attempt)
    {
        _latest[attempt.Job.Name] = _attempts.Count;
        _attempts.Add(attempt);
    }

    /// <summary>A job's name with the bridges above it: unique in the run.</summary>
    public string FullName(string job) => Within.IsEmpty ? job : string.Join('/', Within) + "/" + job;

    /// <summary>The attempt that counts of a job, by name.</summary>
    public JobState? Find(string job) => _latest.TryGetValue(job, out var number) ? State.Jobs[number] : null;

    /// <inheritdoc cref="Find"/>
    public Attempt? LatestAttempt(string job) => _latest.TryGetValue(job, out var number) ? _attempts[number] : null;

    public JobReport Report(int number)
    {
        var (job, attempt) = (State.Jobs[number], _attempts[number]);
        return new JobReport
        {
            Name = job.Job.Name,
            Stage = job.Job.Stage,
            Status = job.Status,
            Within = Within,
            Attempt = job.Attempt,
            Retried = job.Retried,
            AllowFailure = job.AllowFailure,
            ExitCode = job.ExitCode ?? (job.Status == Status.Success && !job.Job.IsBridge ? 0 : null),
            FailureReason = job.FailureReason,
            StartedAt = job.StartedAt,
            FinishedAt = job.FinishedAt,
            LogPath = attempt.LogPath,
            Coverage = attempt.Coverage,
            Tests = attempt.Tests,
        };
    }
}

/// <summary>The trigger job that started a child pipeline.</summary>
internal sealed record ParentBridge(PipelineRun Pipeline, int Number);

/// <summary>What is known of one attempt besides its state. Only the coordinator's loop changes it.</summary>
internal sealed class Attempt(RunJob job)
{
    public RunJob Job { get; } = job;

    /// <summary>The status that was last acted upon; <see langword="null"/> before the first time.</summary>
    public Status? Seen { get; set; }

    /// <summary>Ends the job's script in order, or the wait of a delayed job.</summary>
    public CancellationTokenSource? Stop { get; set; }

    public string? LogPath { get; set; }

    /// <summary>Where its uploads lie; <see langword="null"/> when it made none.</summary>
    public string? ArtifactsFolder { get; set; }

    public double? Coverage { get; set; }
    public TestSummary? Tests { get; set; }

    /// <summary>Its end has been shown.</summary>
    public bool IsTold { get; set; }
}
