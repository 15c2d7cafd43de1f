namespace Slipway.Server.Pipelines;

/// <summary>Rings when a job may have become pending in this process, so that who waits for one need not ask again and again. A hint: rows are the truth.</summary>
internal sealed class JobBell
{
    private readonly Lock _lock = new();
    private TaskCompletionSource _next = New();
    private long _rings;

    /// <summary>How often it has rung. A wait that begins with what was read before the rows were looked at misses nothing.</summary>
    public long Rings
    {
        get
        {
            lock (_lock)
                return _rings;
        }
    }

    public void Ring()
    {
        TaskCompletionSource rung;
        lock (_lock)
        {
            _rings++;
            (rung, _next) = (_next, New());
        }

        rung.TrySetResult();
    }

    /// <returns>Ends as soon as it has rung since <paramref name="seen"/>; that may be at once.</returns>
    public Task WaitAsync(long seen, CancellationToken ct)
    {
        lock (_lock)
            return _rings != seen ? Task.CompletedTask : _next.Task.WaitAsync(ct);
    }

    private static TaskCompletionSource New() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
