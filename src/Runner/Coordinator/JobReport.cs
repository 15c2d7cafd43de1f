using Slipway.Protocol.Coordination;
using Slipway.Protocol.Jobs;
using Slipway.Runner.Jobs;

namespace Slipway.Runner.Coordinator;

/// <summary>
/// All that a coordinator hears of one job, and what it answers (runner-protocol §5–§7). Order of calls: <see cref="BeginAsync"/> once, which takes up the
/// offer; then <see cref="KeepUpAsync"/> beside the job, which sends the log and listens; when the job is over and the log whole, <see cref="EndAsync"/> once.
/// </summary>
internal sealed class JobReport(CoordinatorClient client, JobPayload payload, ManagerInfo info, TraceSpool log, TimeProvider time)
    : IDisposable
{
    private const int LargestPiece = 1024 * 1024;

    /// <summary>A coordinator that contradicts itself about where a log goes on is asked so often.</summary>
    private const int RewindLimit = 5;

    private static readonly TimeSpan UsualInterval = TimeSpan.FromSeconds(3);

    /// <summary>After so long without a piece of the log the coordinator gets a sign of life.</summary>
    private static readonly TimeSpan Silence = TimeSpan.FromSeconds(30);

    private static readonly TimeSpan FirstPause = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan LongestPause = TimeSpan.FromMinutes(60);

    /// <summary>Between tries to reach a coordinator that is away: when it is back it hears of the job before it takes its runner for lost.</summary>
    private static readonly TimeSpan LongestPauseWhileAway = TimeSpan.FromSeconds(30);

    /// <summary>Tries that make an hour with those pauses; so long GitLab waits for a job that nothing is heard of.</summary>
    private const int AwayLimit = 125;

    /// <summary>gitlab-runner's.</summary>
    private const int UsualEndLimit = 10;

    private readonly CancellationTokenSource _cancel = new();
    private readonly CancellationTokenSource _abort = new();
    private TimeSpan _interval = UsualInterval;
    private long _sent;
    private long _furthest;
    private int _rewinds;
    private long _lastSign = time.GetTimestamp();

    /// <summary>The coordinator wants the job to end gracefully. Fires once.</summary>
    public CancellationToken Cancel => _cancel.Token;

    /// <summary>The job is not ours any more.</summary>
    public CancellationToken Abort => _abort.Token;

    /// <summary><c>CI_DEBUG_TRACE</c> or <c>CI_DEBUG_SERVICES</c>: the log is not for everybody.</summary>
    public bool IsDebug { get; init; }

    /// <summary>Most tries of <see cref="EndAsync"/>; nothing: ten that are answered, and an hour of them while nobody answers.</summary>
    public int? EndLimit { get; init; }

    /// <summary>Takes up the offer.</summary>
    /// <returns>Whether the job is to be run: not when it has been taken away or cancelled meanwhile. Any other answer is as good as yes.</returns>
    public async Task<bool> BeginAsync(CancellationToken ct)
    {
        var answer = await PutAsync(JobState.Running, null, ct);
        if (answer.Outcome == ReportOutcome.Abort)
            return false;
        if (!answer.Canceling)
            return true;
        await PutAsync(JobState.Failed, new JobResult(JobOutcome.Canceled, null, FailureReason.JobCanceled, ""), ct);
        return false;
    }

    /// <summary>Sends what the log gains, piece by piece, until <paramref name="over"/> or an abort.</summary>
    public async Task KeepUpAsync(CancellationToken over)
    {
        try
        {
            while (!Abort.IsCancellationRequested)
            {
                await Task.Delay(_interval, time, over);
                await KeepUpOnceAsync(over);
            }
        }
        catch (OperationCanceledException) when (over.IsCancellationRequested)
        {
            // The rest goes with the end.
        }
    }

    private async Task KeepUpOnceAsync(CancellationToken over)
    {
        try
        {
            var answer = await SendPieceAsync(over);
            var quiet = answer is null or { Outcome: ReportOutcome.Done } && time.GetElapsedTime(_lastSign) > Silence;
            if (quiet && !Abort.IsCancellationRequested && (await PutAsync(JobState.Running, null, over)).Outcome == ReportOutcome.Done)
                _lastSign = time.GetTimestamp();
        }
        catch (Exception) when (!over.IsCancellationRequested)
        {
            // A mistake of ours must not leave a job that runs without a sign of life: the next round tries again, and the end says all.
        }
    }

    /// <summary>Sends the rest of the log and how the job ended, until the coordinator has taken both.</summary>
    /// <returns><see langword="null"/>: it has, or does not want them any more; else why it has not.</returns>
    public async Task<string?> EndAsync(JobResult result, CancellationToken ct)
    {
        if (Abort.IsCancellationRequested)
        {
            // One last chance each: who took the job away may still want to know.
            await SendPieceAsync(ct);
            await PutAsync(result, ct);
            return null;
        }

        _interval = UsualInterval;
        var (pause, refused, away) = (FirstPause, 0, 0);
        while (true)
        {
            var answer = await TryEndAsync(result, ct);
            if (answer.Outcome is ReportOutcome.Done or ReportOutcome.Abort)
                return null;
            // An upgrade may take longer than ten tries, and to give up would lose how the job ended.
            var waits = answer.Outcome == ReportOutcome.Away && EndLimit is null;
            if (waits ? ++away >= AwayLimit : ++refused >= (EndLimit ?? UsualEndLimit))
                return answer.Message;
            await Task.Delay(pause, time, ct);
            pause = TimeSpan.FromTicks(Math.Min(pause.Ticks * 2, (waits ? LongestPauseWhileAway : LongestPause).Ticks));
        }
    }

    public void Dispose()
    {
        _cancel.Dispose();
        _abort.Dispose();
    }

    private async Task<Report> TryEndAsync(JobResult result, CancellationToken ct)
    {
        while (true)
        {
            while (_sent < log.Length)
                if (await SendPieceAsync(ct) is { Outcome: not (ReportOutcome.Done or ReportOutcome.WrongPlace) } refused)
                    return refused;
            var answer = await PutAsync(result, ct);
            if (answer.Outcome is not (ReportOutcome.NotYet or ReportOutcome.Mismatch))
                return answer;
            if (answer.Outcome == ReportOutcome.Mismatch && !MayRewind())
                return answer with { Outcome = ReportOutcome.Failed };
            if (answer.Outcome == ReportOutcome.Mismatch)
                _sent = 0;
            await Task.Delay(_interval, time, ct);
        }
    }

    /// <returns><see langword="null"/>: there is nothing to send.</returns>
    private async Task<Report?> SendPieceAsync(CancellationToken ct)
    {
        var piece = log.Read(_sent, LargestPiece);
        if (piece.IsEmpty)
            return null;
        var answer = await client.PatchTraceAsync(payload.Id, payload.Token, _sent, piece, IsDebug, ct);
        if (answer.Outcome == ReportOutcome.Done)
            Advance(piece.Length);
        else if (answer.Outcome == ReportOutcome.WrongPlace)
            answer = Rewind(answer);
        Heed(answer);
        return answer;
    }

    private void Advance(int length)
    {
        (_sent, _lastSign) = (_sent + length, time.GetTimestamp());
        // What was sent before is no step forward.
        if (_sent <= _furthest)
            return;
        (_furthest, _rewinds) = (_sent, 0);
    }

    private Report Rewind(Report answer)
    {
        if (!MayRewind())
            return answer with { Outcome = ReportOutcome.Failed, Message = "the coordinator and the log do not agree on where it goes on" };
        _sent = Math.Min(answer.Held, log.Length);
        return answer;
    }

    private bool MayRewind() => ++_rewinds <= RewindLimit;

    private Task<Report> PutAsync(JobResult result, CancellationToken ct) =>
        PutAsync(result.Outcome == JobOutcome.Success ? JobState.Success : JobState.Failed, result, ct);

    private async Task<Report> PutAsync(string state, JobResult? result, CancellationToken ct)
    {
        var output = log.Output;
        var failed = state == JobState.Failed;
        var update = new JobUpdate
        {
            Token = payload.Token,
            Info = info,
            State = state,
            FailureReason = failed ? FailureReasons.For(result?.FailureReason, payload.Features.FailureReasons) : null,
            ExitCode = failed ? result?.ExitCode : null,
            Checksum = output.Checksum,
            Output = output,
        };
        var answer = await client.UpdateJobAsync(payload.Id, update, ct);
        Heed(answer);
        return answer;
    }

    private void Heed(Report answer)
    {
        _interval = answer.Interval ?? _interval;
        if (answer.Outcome == ReportOutcome.Abort)
            _abort.Cancel();
        else if (answer.Canceling)
            _cancel.Cancel();
    }
}
