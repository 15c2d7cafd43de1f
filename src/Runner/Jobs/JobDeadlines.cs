using Slipway.Protocol.Jobs;
using Slipway.Runner.Config;

namespace Slipway.Runner.Jobs;

/// <summary>
/// All that can end a job before its time (runner-protocol §7.1, 7.2), and which of it did. The job's own clock starts when this is made.
/// </summary>
internal sealed class JobDeadlines : IDisposable
{
    private readonly JobCancellation _cancellation;
    private readonly TimeProvider _time;
    private readonly TimeSpan _jobTimeout;
    private readonly CancellationTokenSource _timeout;
    private readonly CancellationTokenSource _interrupted;
    private readonly CancellationTokenRegistration _interrupt;
    private readonly CancellationTokenSource _ending;
    private readonly CancellationTokenSource _job;
    private readonly CancellationTokenSource _early;

    public JobDeadlines(JobCancellation cancellation, TimeSpan jobTimeout, TimeProvider time)
    {
        (_cancellation, _jobTimeout, _time) = (cancellation, jobTimeout, time);
        _timeout = new CancellationTokenSource(jobTimeout, time);
        _interrupted = new CancellationTokenSource(Timeout.InfiniteTimeSpan, time);
        _interrupt = cancellation.Interrupt.Register(() => EndAfter(cancellation.InterruptGrace));
        _ending = CancellationTokenSource.CreateLinkedTokenSource(cancellation.Abort, _interrupted.Token);
        _job = CancellationTokenSource.CreateLinkedTokenSource(_timeout.Token, _ending.Token);
        _early = CancellationTokenSource.CreateLinkedTokenSource(_job.Token, cancellation.Cancel, cancellation.Interrupt);
    }

    /// <summary>Fires at abort and at the job's timeout, which end everything.</summary>
    public CancellationToken Job => _job.Token;

    /// <summary>Fires when nobody waits for the job any more, so that no process of it is given time to end.</summary>
    public CancellationToken Ending => _ending.Token;

    /// <summary>Fires at cancel and interrupt too: for what comes before after_script.</summary>
    public CancellationToken Early => _early.Token;

    /// <summary>Nothing more may run.</summary>
    public bool IsOver => _job.IsCancellationRequested;

    /// <summary>What the job ends with when nothing more may run; <see langword="null"/> while it may.</summary>
    public JobResult? Over => IsOver ? Explain(null) : null;

    /// <summary>What the job ends with when after_script is the last of it; <see langword="null"/> when what it made may go out.</summary>
    public JobResult? Stopped => IsOver || IsInterrupted ? Explain(null) : null;

    public bool IsCanceled => _cancellation.Cancel.IsCancellationRequested;

    private bool IsInterrupted => _cancellation.Interrupt.IsCancellationRequested;

    /// <summary>Runs one part of the job, within <paramref name="ct"/> and, when given, a limit of its own.</summary>
    /// <returns>What the part makes the job fail with; <see langword="null"/> when it went well.</returns>
    public async Task<JobResult?> TryAsync(Func<CancellationToken, Task> part, TimeSpan? limit, CancellationToken ct)
    {
        using var own = limit is { } within ? new CancellationTokenSource(within, _time) : null;
        using var linked = CancellationTokenSource.CreateLinkedTokenSource(ct, own?.Token ?? CancellationToken.None);
        try
        {
            linked.Token.ThrowIfCancellationRequested();
            await part(linked.Token);
            return null;
        }
        catch (Exception e)
        {
            return Explain(e, own is { IsCancellationRequested: true } ? limit : null);
        }
    }

    /// <summary>What an exception means for the job.</summary>
    /// <param name="timedOut">The limit of the part, when that has passed.</param>
    public JobResult Explain(Exception exception, TimeSpan? timedOut) =>
        exception switch
        {
            OperationCanceledException when IsOver || IsCanceled || IsInterrupted || timedOut is not null => Explain(timedOut),
            JobFailedException failed => new JobResult(JobOutcome.Failed, failed.ExitCode, failed.Reason, failed.Message),
            _ => new JobResult(JobOutcome.Failed, null, FailureReason.RunnerSystem, exception.Message),
        };

    /// <summary>Which deadline it was: in the order abort, interrupt, job timeout, the part's own timeout, cancel.</summary>
    private JobResult Explain(TimeSpan? timedOut)
    {
        if (_cancellation.Abort.IsCancellationRequested)
            return Canceled;
        if (IsInterrupted)
            return new JobResult(JobOutcome.Failed, null, FailureReason.RunnerInterrupted, "aborted: terminated");
        if (_timeout.IsCancellationRequested)
            return TookTooLong(_jobTimeout);
        return timedOut is { } limit ? TookTooLong(limit) : Canceled;
    }

    public void Dispose()
    {
        _interrupt.Dispose();
        _early.Dispose();
        _job.Dispose();
        _ending.Dispose();
        _interrupted.Dispose();
        _timeout.Dispose();
    }

    private void EndAfter(TimeSpan grace)
    {
        if (grace > TimeSpan.Zero)
            _interrupted.CancelAfter(grace);
        else
            _interrupted.Cancel();
    }

    private static JobResult Canceled => new(JobOutcome.Canceled, null, FailureReason.JobCanceled, "canceled");

    private static JobResult TookTooLong(TimeSpan limit) =>
        new(JobOutcome.Failed, null, FailureReason.ExecutionTimeout, $"execution took longer than {GoDuration.Format(limit)} seconds");
}
