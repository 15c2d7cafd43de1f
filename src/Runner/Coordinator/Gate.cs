namespace Slipway.Runner.Coordinator;

/// <summary>Lets so many in at a time, first come first served. The number may change while some are in.</summary>
/// <param name="capacity">0 or less = as many as come.</param>
internal sealed class Gate(int capacity)
{
    private readonly Lock _lock = new();
    private readonly LinkedList<TaskCompletionSource> _waiting = new();
    private int _capacity = capacity;
    private int _inside;

    /// <summary>Somebody would come in if somebody left.</summary>
    public bool IsCrowded
    {
        get
        {
            lock (_lock)
                return _waiting.Count > 0;
        }
    }

    public int Capacity
    {
        set
        {
            lock (_lock)
            {
                _capacity = value;
                LetIn_NeedsLock();
            }
        }
    }

    public async Task EnterAsync(CancellationToken ct)
    {
        LinkedListNode<TaskCompletionSource> place;
        lock (_lock)
        {
            ct.ThrowIfCancellationRequested();
            if (HasRoom_NeedsLock() && _waiting.Count == 0)
            {
                _inside++;
                return;
            }

            place = _waiting.AddLast(new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously));
        }

        await using (ct.Register(() => GiveUp(place, ct)))
            await place.Value.Task;
    }

    public void Leave()
    {
        lock (_lock)
        {
            _inside--;
            LetIn_NeedsLock();
        }
    }

    private void GiveUp(LinkedListNode<TaskCompletionSource> place, CancellationToken ct)
    {
        lock (_lock)
        {
            if (place.List is null)
                return;
            _waiting.Remove(place);
            place.Value.SetCanceled(ct);
        }
    }

    private bool HasRoom_NeedsLock() => _capacity <= 0 || _inside < _capacity;

    private void LetIn_NeedsLock()
    {
        while (HasRoom_NeedsLock() && _waiting.First is { } first)
        {
            _waiting.RemoveFirst();
            _inside++;
            first.Value.SetResult();
        }
    }
}
