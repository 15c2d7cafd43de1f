namespace Slipway.Runner.Sources;

/// <summary>
/// Workspaces that pass from job to job, so that a run copies its tree as often as jobs run at one time, not once for each job. Whoever waits
/// for one gets whatever comes first: one that another job gives back, or a new copy. Disposing removes them all.
/// </summary>
internal sealed class Workspaces : IAsyncDisposable
{
    private readonly Lock _gate = new();
    private readonly Stack<Workspace> _idle = new();
    private readonly Stack<Workspace> _unfinished = new();
    private readonly LinkedList<TaskCompletionSource<Workspace>> _waiting = new();
    private readonly List<Task> _builders = [];
    private WorkspaceLayout? _layout;
    private Discards? _discards;
    private CancellationTokenSource? _stop;
    private int _building;

    /// <summary>Makes the first workspace, below <paramref name="folder"/>, while nobody waits for it yet.</summary>
    /// <param name="sources">When they cannot be had, whoever needs them says so.</param>
    /// <returns>Done when the copy is.</returns>
    public Task Prepare(Task<SourceTree> sources, string folder)
    {
        var prepared = Task.Run(() => PrepareAsync(sources, folder));
        lock (_gate)
            _builders.Add(prepared);
        return prepared;
    }

    /// <summary>A restored workspace, lying at <paramref name="path"/>.</summary>
    public async Task<Workspace> TakeAsync(WorkspaceLayout layout, string path, CancellationToken ct)
    {
        var workspace = await AnyAsync(layout, Path.GetDirectoryName(path)!, ct);
        try
        {
            workspace.Restore(ct);
            workspace.MoveTo(path);
            return workspace;
        }
        catch (OperationCanceledException)
        {
            GiveBack(workspace);
            throw;
        }
        catch (IOException)
        {
            // An earlier job has made of it what we cannot undo.
            TryRemove(workspace.Path);
        }

        TreeRemoval.Remove(path);
        var own = new Workspace(layout, path);
        own.Restore(ct);
        own.MoveTo(path);
        return own;
    }

    /// <summary>The job is over and nothing of it runs any more.</summary>
    public void GiveBack(Workspace workspace)
    {
        if (workspace.Layout != _layout)
        {
            workspace.Remove();
            return;
        }

        lock (_gate)
        {
            if (_waiting.First is { } first)
            {
                _waiting.RemoveFirst();
                first.Value.SetResult(workspace);
            }
            else
            {
                _idle.Push(workspace);
            }

            if (_waiting.Count == 0)
                _stop?.Cancel();
        }
    }

    public async ValueTask DisposeAsync()
    {
        Task[] builders;
        lock (_gate)
        {
            _stop?.Cancel();
            builders = [.. _builders];
        }

        await Task.WhenAll(builders);
        foreach (var workspace in _idle.Concat(_unfinished))
            workspace.Remove();
        _idle.Clear();
        _unfinished.Clear();
        _discards?.Dispose();
        _stop?.Dispose();
    }

    private async Task PrepareAsync(Task<SourceTree> sources, string folder)
    {
        await ((Task)sources).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (!sources.IsCompletedSuccessfully)
            return;
        var layout = SourcePlan.For(await sources).Layout;
        Workspace first;
        CancellationToken stop;
        lock (_gate)
        {
            if (_layout is not null)
                return;
            _layout = layout;
            _building++;
            first = New(layout, folder);
            stop = (_stop = new CancellationTokenSource()).Token;
        }

        Build(first, stop);
        Build(layout, folder);
    }

    private async Task<Workspace> AnyAsync(WorkspaceLayout layout, string folder, CancellationToken ct)
    {
        LinkedListNode<TaskCompletionSource<Workspace>> place;
        lock (_gate)
        {
            _layout ??= layout;
            if (_layout != layout)
                return New(layout, folder);
            if (_idle.TryPop(out var idle))
                return idle;
            place = _waiting.AddLast(new TaskCompletionSource<Workspace>(TaskCreationOptions.RunContinuationsAsynchronously));
            // Never more builders than waiting jobs, or the tree is copied more often than jobs run at one time. A large copy keeps all
            // processors busy by itself.
            if (_building == 0 || (_building < _waiting.Count && layout.FileCount < Workspace.ParallelFrom))
            {
                _building++;
                _builders.Add(Task.Run(() => Build(layout, folder), CancellationToken.None));
            }
        }

        await using (ct.Register(() => Leave(place, ct)))
            return await place.Value.Task;
    }

    private void Leave(LinkedListNode<TaskCompletionSource<Workspace>> place, CancellationToken ct)
    {
        lock (_gate)
        {
            if (place.List is null)
                return;
            _waiting.Remove(place);
            place.Value.SetCanceled(ct);
            if (_waiting.Count == 0)
                _stop?.Cancel();
        }
    }

    /// <summary>Makes workspaces while anybody waits. One that nobody waits for any more is left as far as it is, for the next who does.</summary>
    private void Build(WorkspaceLayout layout, string folder)
    {
        while (true)
        {
            Workspace? workspace;
            CancellationToken stop;
            lock (_gate)
            {
                if (_waiting.Count < _building)
                {
                    _building--;
                    return;
                }

                if (_stop is null or { IsCancellationRequested: true })
                    _stop = new CancellationTokenSource();
                stop = _stop.Token;
                if (!_unfinished.TryPop(out workspace))
                    workspace = New(layout, folder);
            }

            Build(workspace, stop);
        }
    }

    private void Build(Workspace workspace, CancellationToken stop)
    {
        try
        {
            workspace.Restore(stop);
            GiveBack(workspace);
        }
        catch (OperationCanceledException)
        {
            lock (_gate)
                _unfinished.Push(workspace);
        }
        catch (Exception e)
        {
            TryRemove(workspace.Path);
            lock (_gate)
            {
                if (_waiting.First is not { } first)
                    return;
                _waiting.RemoveFirst();
                first.Value.SetException(e);
            }
        }
    }

    private Workspace New(WorkspaceLayout layout, string folder)
    {
        if (_discards is null)
        {
            Directory.CreateDirectory(folder);
            FolderSpread.Below(folder);
            _discards = new Discards(Path.Combine(folder, ".discarded"));
        }

        // ext4 chooses the place by the name: one that no run had before.
        return new Workspace(layout, Path.Combine(folder, $".workspace-{Guid.NewGuid():N}"), _discards);
    }

    private static void TryRemove(string path)
    {
        try
        {
            TreeRemoval.Remove(path);
        }
        catch (IOException)
        {
            // What cannot be removed now cannot be used either; it goes with the run, or stays as a job's own folder would.
        }
    }
}
