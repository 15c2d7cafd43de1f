using Slipway.Compiler;

namespace Slipway.Cli.LocalRun;

/// <summary>One run from its first line to its last: wires the coordinator to jobs, folders and view.</summary>
internal sealed class RunSession : IAsyncDisposable
{
    private readonly LocalProject _project;
    private readonly LocalRunOptions _options;
    private readonly LocalRunParts _parts;
    private readonly StateFolder _states;
    private readonly RunFolder _run;
    private readonly CancellationTokenSource _abort;
    private readonly Executors _executors;
    private readonly RunRegistry _registry;
    private readonly LocalJobs _jobs;
    private readonly RunNotes _notes;
    private readonly Lock _viewGate = new();
    private Coordinator? _coordinator;
    private IOException? _unheard;

    public RunSession(
        LocalProject project,
        LocalRunOptions options,
        LocalRunParts parts,
        (StateFolder All, RunFolder Run) folders,
        CancellationToken abort
    )
    {
        (_project, _options, _parts) = (project, options, parts);
        (_states, _run) = folders;
        _abort = CancellationTokenSource.CreateLinkedTokenSource(abort);
        _executors = new Executors(
            options.Executor,
            parts.Settings,
            (_run.Path, _states.Owners),
            parts.Time,
            sentence => Tell(view => view.Notice(sentence))
        );
        _registry = new RunRegistry(options, folders, _executors, parts.Time, sentence => Tell(view => view.Notice(sentence)));
        _jobs = new LocalJobs(project, options, parts, folders, _executors, _registry, Tell);
        _notes = new RunNotes(_run, parts.Time);
    }

    /// <exception cref="CommandException">The engine that was asked for does not answer; nothing has begun.</exception>
    /// <exception cref="IOException">The output could not be written; the run is over and its state on disk.</exception>
    public async Task<Coordinator> RunAsync(Compilation compilation, Selection selection)
    {
        var coordinator = _coordinator = CoordinatorOf(selection);
        if (_parts.Executors is null && await _executors.MissingAsync(_abort.Token) is { } missing)
        {
            _notes.Write(coordinator, usedDocker: false, isLast: true);
            throw missing;
        }

        _project.TellNotes(sentence => Tell(view => view.Notice(sentence)));
        if (_parts.Executors is null)
            _executors.Expect(selection.Pipeline.Jobs, _project.Sources(_abort.Token), _options.Keep, _abort.Token);
        await TidyUpAsync();
        Tell(view => view.Plan(compilation, selection));
        foreach (var (job, absent) in Missing(selection))
            Tell(view =>
                view.Notice(
                    $"{absent} is not part of this run and has left no artifacts here, so {job} starts without them (--needs runs it too)"
                )
            );
        _notes.Write(coordinator, usedDocker: false, isLast: false);
        if (_unheard is null)
            await coordinator.RunAsync(selection.Pipeline);
        // What has left its job's session (setsid, daemons) the executor cannot see.
        if (_abort.IsCancellationRequested)
            _run.KillJobs();
        _notes.Write(coordinator, _executors.UsedDocker, isLast: true);
        if (_unheard is { } unheard)
            throw new IOException(unheard.Message, unheard.HResult);
        return coordinator;
    }

    private Coordinator CoordinatorOf(Selection selection) =>
        new(
            new CoordinatorParts
            {
                Options = _options,
                Time = _parts.Time,
                Tell = Tell,
                PipelineId = _jobs.PipelineId,
                Gather = (run, job) =>
                    JobInputs.Gather(
                        run,
                        job,
                        run.Parent is null ? selection.Borrowed.GetValueOrDefault(job.Job.Name, []) : [],
                        _states,
                        _jobs.IdOf
                    ),
                RunJob = _jobs.RunAsync,
                PlanChild = new ChildPipelines(_project, _parts.Time).Plan,
                Note = coordinator => _notes.Write(coordinator, _executors.UsedDocker, isLast: false),
                Controls = _parts.Controls,
                ControlsKeepAlive = _parts.ControlsKeepAlive,
                Abort = _abort.Token,
                AbortAll = () => _abort.Cancel(),
            }
        );

    public RunPlaces Places(TimeSpan elapsed)
    {
        var artifacts = _options.ArtifactsDir ?? (Directory.Exists(Path.Combine(_run.Path, "artifacts")) ? _states.Artifacts : null);
        return new RunPlaces(_run.Path, artifacts, elapsed);
    }

    public async ValueTask DisposeAsync()
    {
        await _registry.DisposeAsync();
        await _executors.DisposeAsync();
        _abort.Dispose();
    }

    /// <summary>What killed runs have left goes now, also what they have left in a container engine: a run may be killed before it could note that it used one.</summary>
    private async Task TidyUpAsync()
    {
        var killed = _states.TidyUp(_options.RunsKept);
        if (killed == 0)
            return;
        Tell(view =>
            view.Notice(
                killed == 1
                    ? "an earlier run was killed; what it left is cleared away"
                    : $"{killed} earlier runs were killed; what they left is cleared away"
            )
        );
        if (_parts.Executors is null)
            await _executors.SweepAsync(_abort.Token);
    }

    /// <summary>Each job with the first of its absent jobs that has no artifacts kept.</summary>
    private IEnumerable<(string Job, string Missing)> Missing(Selection selection)
    {
        foreach (var (job, names) in selection.Borrowed)
        {
            var compiled = selection.All.Jobs.Where(j => names.Contains(j.Name) && !j.Artifacts.IsEmpty);
            if (compiled.FirstOrDefault(j => _states.LatestArtifactsOf(j.Name) is null) is { } missing)
                yield return (job, missing.Name);
        }
    }

    /// <summary>A run that nobody can hear, its output's disk being full, is canceled in order: after_script still runs, and the state is written.</summary>
    private void Tell(Action<IRunView> say)
    {
        lock (_viewGate)
        {
            if (_unheard is not null)
                return;
            try
            {
                say(_parts.View);
            }
            catch (IOException e)
            {
                _unheard = e;
                _coordinator?.Ask(new RunControl.Cancel());
            }
        }
    }
}
