using System.Globalization;
using Slipway.Protocol.Coordination;
using Slipway.Protocol.Jobs;
using Slipway.Runner.Config;
using Slipway.Runner.Executors;
using Slipway.Runner.Jobs;

namespace Slipway.Runner.Coordinator;

/// <summary>
/// One <c>[[runners]]</c> entry at work: asks for jobs and runs them beside each other (runner-protocol §3.5). <see cref="AskAsync"/> ends when it is told to,
/// and jobs go on; disposing waits for them.
/// </summary>
internal sealed class RunnerEntry : IAsyncDisposable
{
    /// <summary>Between two looks for an engine that was not there.</summary>
    private static readonly TimeSpan EnginePause = TimeSpan.FromSeconds(30);

    /// <summary>An answer that took less was not held, whatever it says.</summary>
    private static readonly TimeSpan ShortestHold = TimeSpan.FromSeconds(1);

    private readonly RunnerLoopSettings _settings;
    private readonly LoopState _state;
    private readonly RunnerConfig _runner;
    private readonly CoordinatorAddress _address;
    private readonly CoordinatorClient _client;
    private readonly EntryExecutor _executor;
    private readonly Pace _pace;
    private readonly Gate _limit;
    private readonly Lock _gate = new();
    private readonly HashSet<Task> _jobs = [];
    private string? _lastUpdate;
    private string? _lastProblem;

    /// <exception cref="IOException">The entry's address cannot be used.</exception>
    public RunnerEntry(RunnerConfig runner, RunnerLoopSettings settings, LoopState state, TimeSpan maxAge)
    {
        (_runner, _settings, _state) = (runner, settings, state);
        _address = new CoordinatorAddress(runner.Url, runner.TlsCaFile, runner.TlsCertFile, runner.TlsKeyFile).WithUsualFiles(
            settings.ConfigFolder
        );
        _client = new CoordinatorClient(_address, maxAge, settings.Time);
        _executor = new EntryExecutor(runner, settings.WorkDir, settings.Time, (level, message) => Tell(level, message));
        _pace = new Pace(runner.RequestConcurrency, runner.UnhealthyRequestsLimit, runner.UnhealthyInterval, settings.Time);
        _limit = state.LimitOf(runner);
    }

    public CoordinatorClient Client => _client;

    /// <summary>Asks for jobs until <paramref name="stop"/>. A question that is under way then is waited for, and so no job is lost, until <paramref name="over"/>.</summary>
    public Task AskAsync(TimeSpan interval, CancellationToken stop, CancellationToken over) =>
        Task.WhenAll(
            Enumerable.Range(0, Math.Max(1, _runner.RequestConcurrency)).Select(number => AskOnAsync(number, interval, stop, over))
        );

    public async ValueTask DisposeAsync()
    {
        Task[] jobs;
        lock (_gate)
            jobs = [.. _jobs];
        await Task.WhenAll(jobs);
        await _executor.DisposeAsync();
        _client.Dispose();
    }

    private async Task AskOnAsync(int number, TimeSpan interval, CancellationToken stop, CancellationToken over)
    {
        try
        {
            while (true)
            {
                var pause = number < _pace.Questions ? await AskSafelyAsync(interval, stop, over) : interval;
                if (pause > TimeSpan.Zero)
                    await Task.Delay(pause, _settings.Time, stop);
                stop.ThrowIfCancellationRequested();
            }
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested || over.IsCancellationRequested)
        {
            // Told to end. The one follows from the other, but a question is broken off before that.
        }
    }

    /// <summary>A mistake of ours must not silence a runner for good.</summary>
    private async Task<TimeSpan> AskSafelyAsync(TimeSpan interval, CancellationToken stop, CancellationToken over)
    {
        try
        {
            return await AskOnceAsync(interval, stop, over);
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            TellProblem(RunnerEventLevel.Error, $"a mistake of the runner: {e.Message}");
            return interval;
        }
    }

    /// <returns>How long to wait before the next question.</returns>
    private async Task<TimeSpan> AskOnceAsync(TimeSpan interval, CancellationToken stop, CancellationToken over)
    {
        if (_pace.Rest is var rest && rest > TimeSpan.Zero)
            return rest;
        var (kind, problem) = await _executor.ReadyAsync(stop);
        if (kind is null)
        {
            TellProblem(RunnerEventLevel.Error, problem);
            return EnginePause;
        }

        await _limit.EnterAsync(stop);
        var started = false;
        try
        {
            await _state.Jobs.EnterAsync(stop);
            try
            {
                var begun = _settings.Time.GetTimestamp();
                // Others wait for the place that a question takes up, so this one must not be held.
                var request = Request(_state.Jobs.IsCrowded ? null : _lastUpdate);
                var answer = await _client.RequestJobAsync(request, lastUpdate => _lastUpdate = lastUpdate, over);
                started = answer is JobAnswer.Job job && _state.TryCount() && Start(job, kind);
                return Heed(answer, interval, _settings.Time.GetElapsedTime(begun));
            }
            finally
            {
                if (!started)
                    _state.Jobs.Leave();
            }
        }
        finally
        {
            if (!started)
                _limit.Leave();
        }
    }

    private JobRequest Request(string? lastUpdate) =>
        new()
        {
            Token = _runner.Token,
            SystemId = _settings.SystemId,
            Info = Identity.Info(_runner),
            LastUpdate = lastUpdate,
        };

    private TimeSpan Heed(JobAnswer answer, TimeSpan interval, TimeSpan took)
    {
        var resting = _pace.Note(answer);
        switch (answer)
        {
            case JobAnswer.Job:
                TellSolved();
                return _runner.StrictCheckInterval ? interval : TimeSpan.Zero;
            case JobAnswer.Nothing nothing:
                TellSolved();
                return nothing.Held && took > ShortestHold ? TimeSpan.Zero : interval;
            case JobAnswer.Forbidden forbidden:
                TellProblem(RunnerEventLevel.Error, $"the coordinator does not know this runner: {forbidden.Message}");
                if (resting)
                    Tell(RunnerEventLevel.Error, $"no jobs are asked for during {GoDuration.Format(_runner.UnhealthyInterval)}");
                return interval;
            case JobAnswer.Failed failed:
                TellProblem(RunnerEventLevel.Warning, $"no answer to the question for jobs: {failed.Message}");
                return interval;
            default:
                return interval;
        }
    }

    private bool Start(JobAnswer.Job job, ExecutorKind kind)
    {
        var running = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        lock (_gate)
            _jobs.Add(running.Task);
        _ = Task.Run(
            async () =>
            {
                try
                {
                    await RunAsync(job, kind);
                }
                finally
                {
                    _state.Jobs.Leave();
                    _limit.Leave();
                    lock (_gate)
                        _jobs.Remove(running.Task);
                    running.SetResult();
                }
            },
            CancellationToken.None
        );
        return true;
    }

    private async Task RunAsync(JobAnswer.Job job, ExecutorKind kind)
    {
        var (payload, time) = (job.Payload, _settings.Time);
        var slots = _state.SlotsOf(_runner).Take(payload.JobInfo.ProjectId);
        var begun = time.GetTimestamp();
        (string, string)[] about =
        [
            ("job", payload.Id.ToString(CultureInfo.InvariantCulture)),
            ("name", payload.JobInfo.Name),
            ("project", payload.JobInfo.ProjectFullPath),
        ];
        try
        {
            Tell(RunnerEventLevel.Info, "job received", about);
            var end = await new RemoteJob(_client, _runner, kind, _settings, _address.CaFile).RunAsync(job, slots);
            (string, string)[] after =
            [
                .. about,
                ("duration_s", time.GetElapsedTime(begun).TotalSeconds.ToString("0.0", CultureInfo.InvariantCulture)),
            ];
            if (end is not var (result, untold))
                Tell(RunnerEventLevel.Info, "job taken back before it began", after);
            else
                TellEnd(result, untold, after);
        }
        catch (Exception e)
        {
            await LetGoAsync(payload, e, about);
        }
        finally
        {
            _state.SlotsOf(_runner).Return(payload.JobInfo.ProjectId, slots);
        }
    }

    /// <summary>Nobody works at this job any more, and its coordinator must not have to find that out by waiting.</summary>
    private async Task LetGoAsync(JobPayload payload, Exception why, (string, string)[] about)
    {
        var isOurs = why is OperationCanceledException && _settings.Abort.IsCancellationRequested;
        if (isOurs)
            Tell(RunnerEventLevel.Warning, "job given up, because the runner is to end at once", about);
        else
            Tell(RunnerEventLevel.Error, $"job lost by a mistake of the runner: {why.GetType().Name}: {why.Message}", about);
        try
        {
            var known = payload.Features.FailureReasons;
            var update = new JobUpdate
            {
                Token = payload.Token,
                Info = Identity.Info(_runner),
                State = JobState.Failed,
                FailureReason = FailureReasons.For(isOurs ? FailureReason.RunnerInterrupted : FailureReason.RunnerSystem, known),
            };
            var answer = await _client.UpdateJobAsync(payload.Id, update, CancellationToken.None);
            if (answer.Outcome is not (ReportOutcome.Done or ReportOutcome.Abort))
                Tell(RunnerEventLevel.Error, $"the coordinator could not be told that the job is lost: {answer.Message}", about);
        }
        catch (Exception e)
        {
            Tell(RunnerEventLevel.Error, $"the coordinator could not be told that the job is lost: {e.Message}", about);
        }
    }

    private void TellEnd(JobResult result, string? untold, (string, string)[] about)
    {
        if (result.Outcome == JobOutcome.Success)
            Tell(RunnerEventLevel.Info, "job succeeded", about);
        else if (result.Outcome == JobOutcome.Canceled)
            Tell(RunnerEventLevel.Info, "job canceled", about);
        else
            Tell(RunnerEventLevel.Warning, $"job failed: {result.Message}", [.. about, ("reason", result.FailureReason ?? "")]);
        if (untold is not null)
            Tell(RunnerEventLevel.Error, $"the coordinator could not be told how the job ended: {untold}", about);
    }

    private void TellSolved()
    {
        if (Interlocked.Exchange(ref _lastProblem, null) is not null)
            Tell(RunnerEventLevel.Info, "asking for jobs again");
    }

    /// <summary>A problem that lasts is told once.</summary>
    private void TellProblem(RunnerEventLevel level, string message)
    {
        if (message == _lastProblem)
            return;
        _lastProblem = message;
        Tell(level, message);
    }

    private void Tell(RunnerEventLevel level, string message, params ReadOnlySpan<(string Key, string Value)> fields) =>
        _state.Tell(new RunnerEvent(level, message, [.. fields, ("runner", _runner.Name.Length > 0 ? _runner.Name : _runner.ShortToken)]));
}
