using System.Collections.Immutable;
using System.Threading.Channels;
using Slipway.Compiler;
using Slipway.Engine;
using Slipway.Protocol.Jobs;
using Slipway.Runner.Jobs;

namespace Slipway.Cli.LocalRun;

/// <summary>
/// Runs pipelines: tells the <see cref="Machine"/> what happened and acts on the state that comes back. One loop does all of that, one signal
/// after the other; jobs, waits and compilations run beside it and only send signals. A job starts in the very turn in which its needs are met.
/// </summary>
internal sealed class Coordinator(CoordinatorParts parts)
{
    private readonly Channel<Signal> _signals = Channel.CreateUnbounded<Signal>(new UnboundedChannelOptions { SingleReader = true });
    private readonly List<PipelineRun> _pipelines = [];
    private readonly Queue<(PipelineRun Pipeline, int Number)> _ready = new();
    private readonly SortedSet<int> _freeSlots = [];
    private int _slots;
    private int _running;

    /// <summary>Jobs, waits and compilations that will still send a signal.</summary>
    private int _underWay;

    private bool _controlsOpen;
    private bool _canceled;
    private int _nextKey;

    public IReadOnlyList<PipelineRun> Pipelines => _pipelines;

    /// <summary>Somebody cancelled the run as a whole.</summary>
    public bool WasCanceled => _canceled;

    /// <summary>As if it had come over the controls. May be called from anywhere.</summary>
    public void Ask(RunControl control) => _signals.Writer.TryWrite(new Signal.Asked(control));

    public async Task RunAsync(CompiledPipeline pipeline)
    {
        Follow(parts.Controls);
        Begin(pipeline, [], null);
        await using var abort = parts.Abort.Register(() => Ask(new RunControl.Abort()));
        while (_underWay > 0 || _controlsOpen || _signals.Reader.TryPeek(out _))
        {
            var signal = await _signals.Reader.ReadAsync(CancellationToken.None);
            Handle(signal);
            parts.Note(this);
        }

        foreach (var run in _pipelines)
        {
            for (var number = 0; number < run.Attempts.Count; number++)
                TellEnd(run, number);
        }
    }

    private DateTimeOffset Now => parts.Time.GetUtcNow();

    private void Handle(Signal signal)
    {
        switch (signal)
        {
            case Signal.JobEnded ended:
                _underWay--;
                _running--;
                End(ended);
                break;
            case Signal.ChildCompiled compiled:
                _underWay--;
                Adopt(compiled);
                break;
            case Signal.DelayEnded due:
                _underWay--;
                Apply(due.Pipeline, new PipelineEvent.Ticked(Now));
                break;
            case Signal.Asked asked:
                Obey(asked.Control);
                break;
            case Signal.ControlsClosed:
                _controlsOpen = false;
                break;
        }

        Pump();
    }

    private void Begin(CompiledPipeline pipeline, ImmutableArray<string> within, ParentBridge? parent)
    {
        var run = new PipelineRun(parts.PipelineId(_pipelines.Count), Machine.Create(pipeline, Now), within, parent);
        _pipelines.Add(run);
        parent?.Pipeline.Children.Add(run);
        Look(run);
        Pump();
    }

    private void Apply(PipelineRun run, PipelineEvent happened)
    {
        var next = Machine.Apply(run.State, happened);
        if (ReferenceEquals(next, run.State))
            return;
        run.State = next;
        Look(run);
        if (run.Parent is { } parent)
            Apply(parent.Pipeline, new PipelineEvent.DownstreamChanged(parent.Number, next.Status, Now));
    }

    /// <summary>Acts on every job whose status is another than when it was last looked at.</summary>
    private void Look(PipelineRun run)
    {
        var changed = new List<int>();
        var jobs = run.State.Jobs;
        for (var number = 0; number < jobs.Length; number++)
        {
            if (number == run.Attempts.Count)
                run.Add(
                    new Attempt(new RunJob(_nextKey++, jobs[number].Job.Name, jobs[number].Job.Stage, jobs[number].Attempt, run.Within))
                );
            if (run[number].Seen == jobs[number].Status)
                continue;
            run[number].Seen = jobs[number].Status;
            changed.Add(number);
        }

        // Acting on one can change the next again; that one's own turn has then come already.
        foreach (var number in changed)
        {
            if (run.State.Jobs[number].Status == jobs[number].Status)
                Act(run, number);
        }
    }

    private void Act(PipelineRun run, int number)
    {
        var job = run.State.Jobs[number];
        if (job.Status != Status.Running && job.Status != Status.Scheduled)
            _ = run[number].Stop?.CancelAsync();
        switch (job.Status)
        {
            case Status.Pending when job.Job.IsBridge:
                Apply(run, new PipelineEvent.Started(number, Now));
                Bridge(run, number);
                break;
            case Status.Pending:
                _ready.Enqueue((run, number));
                break;
            case Status.WaitingForResource:
                Grant();
                break;
            case Status.Scheduled when parts.Options.SkipDelays:
            case Status.Manual
                when job.StartedAt is null && !job.Played && run.Parent is null && parts.Options.Manual.Contains(job.Job.Name):
                Apply(run, new PipelineEvent.Played(number, [], Now));
                break;
            case Status.Scheduled:
                Delay(run, number, job.ScheduledAt ?? Now);
                break;
            case Status.Success or Status.Failed or Status.Canceled:
                Finish(run, number);
                break;
        }
    }

    private void Finish(PipelineRun run, int number)
    {
        if (run.State.Jobs[number].StartedAt is not null || run.State.Jobs[number].Status == Status.Failed)
            TellEnd(run, number);
        if (run.State.Jobs[number] is { Status: Status.Canceled, Job.IsBridge: true })
            CancelChildren(new ParentBridge(run, number));
        if (run.State.Jobs[number].Job.ResourceGroup is not null)
            Grant();
    }

    private void Grant()
    {
        var pipelines = _pipelines.Select(p => (p.Id, p.State)).ToArray();
        foreach (var grant in ResourceGroups.Grantable(pipelines, _ => ProcessMode.Unordered))
            Apply(_pipelines.Single(p => p.Id == grant.Pipeline), new PipelineEvent.ResourceGranted(grant.Job, Now));
    }

    private void Delay(PipelineRun run, int number, DateTimeOffset due)
    {
        var stop = run[number].Stop = new CancellationTokenSource();
        var wait = due - Now;
        parts.Tell(view =>
            view.Notice($"{run.FullName(run[number].Job.Name)} is delayed and starts in {Durations.Of(wait)} (--skip-delays does not wait)")
        );
        _underWay++;
        _ = Task.Run(
            async () =>
            {
                await UntilAsync(due, stop.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
                _signals.Writer.TryWrite(new Signal.DelayEnded(run));
            },
            CancellationToken.None
        );
    }

    /// <summary>Timers follow another clock than the time of day, and drop what is below a millisecond: one that fires early is set again.</summary>
    private async Task UntilAsync(DateTimeOffset due, CancellationToken ct)
    {
        while (due - Now is { Ticks: > 0 } left)
            await Task.Delay(TimeSpan.FromMilliseconds(Math.Ceiling(left.TotalMilliseconds)), parts.Time, ct);
    }

    /// <summary>Starts jobs while there is room.</summary>
    private void Pump()
    {
        while (_running < parts.Options.Parallel && _ready.TryDequeue(out var next))
        {
            if (next.Pipeline.State.Jobs[next.Number].Status != Status.Pending)
                continue;
            Apply(next.Pipeline, new PipelineEvent.Started(next.Number, Now));
            Launch(next.Pipeline, next.Number);
        }
    }

    private void Launch(PipelineRun run, int number)
    {
        var attempt = run[number];
        var stop = attempt.Stop = new CancellationTokenSource();
        var slot = _freeSlots.Count > 0 ? _freeSlots.Min : _slots++;
        _freeSlots.Remove(slot);
        _underWay++;
        _running++;
        parts.Tell(view => view.JobStarted(attempt.Job, Now));
        var state = run.State.Jobs[number];
        var launch = new JobLaunch(run, state, attempt.Job, parts.Gather(run, state), slot, new JobCancellation(stop.Token, parts.Abort));
        _ = Task.Run(
            async () =>
            {
                var ending = await parts.RunJob(launch);
                _signals.Writer.TryWrite(new Signal.JobEnded(run, number, ending));
            },
            CancellationToken.None
        );
    }

    private void End(Signal.JobEnded ended)
    {
        var (run, number, ending) = ended;
        var attempt = run[number];
        attempt.Stop?.Dispose();
        attempt.Stop = null;
        (attempt.LogPath, attempt.ArtifactsFolder, attempt.Coverage, attempt.Tests) = (
            ending.LogPath,
            ending.ArtifactsFolder,
            ending.Coverage,
            ending.Tests
        );
        _freeSlots.Add(ending.Slot);
        Apply(
            run,
            ending.Result.Outcome switch
            {
                JobOutcome.Success => new PipelineEvent.Succeeded(number, Now),
                JobOutcome.Canceled => new PipelineEvent.Stopped(number, Now),
                _ => new PipelineEvent.Failed(number, ending.Result.FailureReason ?? FailureReason.Unknown, ending.Result.ExitCode, Now),
            }
        );
    }

    private void Bridge(PipelineRun run, int number)
    {
        _underWay++;
        parts.Tell(view => view.JobStarted(run[number].Job, Now));
        var bridge = run.State.Jobs[number];
        var compile = parts.PlanChild(run, bridge, parts.Gather(run, bridge), _pipelines.Count);
        _ = Task.Run(() => _signals.Writer.TryWrite(new Signal.ChildCompiled(run, number, compile())), CancellationToken.None);
    }

    private void Adopt(Signal.ChildCompiled compiled)
    {
        var (run, number, child) = compiled;
        if (run.State.Jobs[number].Status != Status.Running)
            return;
        if (child.Pipeline is null)
        {
            parts.Tell(view => view.Notice($"{run.FullName(run[number].Job.Name)}: {child.Message}"));
            Apply(run, new PipelineEvent.Failed(number, child.Reason, null, Now));
            return;
        }

        Begin(child.Pipeline, run.Within.Add(run[number].Job.Name), new ParentBridge(run, number));
        Apply(run, new PipelineEvent.DownstreamCreated(number, Now));
        var started = _pipelines[^1];
        Apply(run, new PipelineEvent.DownstreamChanged(number, started.State.Status, Now));
    }

    private void CancelChildren(ParentBridge bridge)
    {
        foreach (var child in _pipelines.Where(p => p.Parent == bridge).ToArray())
            Apply(child, new PipelineEvent.PipelineCanceled(Now));
    }

    private void Obey(RunControl control)
    {
        switch (control)
        {
            case RunControl.Cancel or RunControl.Abort:
                if (control is RunControl.Cancel && !_canceled && _underWay > 0)
                    parts.Tell(view =>
                        view.Notice("canceling: scripts are asked to end, then after_script runs; a second time kills them")
                    );
                _canceled = true;
                foreach (var run in _pipelines.ToArray())
                    Apply(run, new PipelineEvent.PipelineCanceled(Now));
                if (control is RunControl.Abort)
                    parts.AbortAll();
                break;
            case RunControl.Play play when Number(play.Job) is { } number:
                Apply(_pipelines[0], new PipelineEvent.Played(number, play.Variables, Now));
                break;
            case RunControl.CancelJob cancel when Number(cancel.Job) is { } number:
                Apply(_pipelines[0], new PipelineEvent.JobCanceled(number, Now));
                break;
            case RunControl.Retry retry when Number(retry.Job) is { } number:
                Apply(_pipelines[0], new PipelineEvent.JobRetried(number, Now));
                break;
        }
    }

    private int? Number(string job) => _pipelines[0].Find(job)?.Number;

    private void TellEnd(PipelineRun run, int number)
    {
        if (run[number].IsTold)
            return;
        run[number].IsTold = true;
        parts.Tell(view => view.JobFinished(run[number].Job, run.Report(number)));
    }

    private void Follow(ChannelReader<RunControl>? controls)
    {
        if (controls is null)
            return;
        _controlsOpen = parts.ControlsKeepAlive;
        _ = Task.Run(
            async () =>
            {
                await foreach (var control in controls.ReadAllAsync())
                    _signals.Writer.TryWrite(new Signal.Asked(control));
                _signals.Writer.TryWrite(new Signal.ControlsClosed());
            },
            CancellationToken.None
        );
    }
}
