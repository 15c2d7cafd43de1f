namespace Slipway.Server.Registry.Proxy;

/// <summary>
/// One blob on its way from another registry, and all who read it meanwhile. They read from a file, each as slowly as it likes, and the fetch waits for none of
/// them. The last byte is held back until the whole is known to be right and is kept, so nobody takes wrong bytes for a blob.
/// </summary>
/// <param name="owner">For whom it is begun.</param>
internal sealed class BlobFlight(long owner) : IDisposable
{
    private readonly Lock _gate = new();
    private readonly HashSet<long> _owners = [owner];
    private readonly TaskCompletionSource<UpstreamRefusal?> _opened = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource<UpstreamRefusal?> _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private Spool? _spool;
    private TaskCompletionSource _moved = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private long _written;
    private bool _isClosed;

    /// <summary>The fetch, and each who reads.</summary>
    private int _holders = 1;

    /// <summary>The head of the answer is there; or it is refused.</summary>
    public Task<UpstreamRefusal?> Opened => _opened.Task;

    /// <summary>Nothing is fetched, for it was kept just before. Known once it is <see cref="Opened"/>.</summary>
    public bool IsNeedless { get; private set; }

    /// <summary>It is kept; or it is not, and why.</summary>
    public Task<UpstreamRefusal?> Ended => _ended.Task;

    /// <summary>For whom it comes.</summary>
    public IReadOnlyCollection<long> Owners
    {
        get
        {
            lock (_gate)
                return [.. _owners];
        }
    }

    /// <summary>Bytes of the whole, when the registry says so. Known once it is <see cref="Opened"/>.</summary>
    public long? Length { get; private set; }

    /// <summary>Somebody is going to read, and has to <see cref="Dispose"/> once.</summary>
    /// <param name="owner">For whom it is kept too.</param>
    /// <returns>False: it is just being written down for those who came before.</returns>
    public bool TryJoin(long owner)
    {
        lock (_gate)
        {
            if (_isClosed)
                return false;
            _owners.Add(owner);
            _holders++;
            return true;
        }
    }

    /// <summary>Ends it when nobody has waited for it to begin.</summary>
    /// <returns>False: somebody does.</returns>
    public bool TryAbandon()
    {
        lock (_gate)
            return _isClosed = _holders == 1;
    }

    /// <summary>Of what is there, or comes: some, at least one byte; none at the end.</summary>
    /// <exception cref="UpstreamBrokenException">It is not going to come: <see cref="Ended"/> says why.</exception>
    public async ValueTask<int> ReadAsync(long at, Memory<byte> buffer, CancellationToken ct)
    {
        while (true)
        {
            Task moved;
            long there;
            bool isEnded;
            lock (_gate)
            {
                (moved, isEnded) = (_moved.Task, Ended.IsCompleted);
                there = (isEnded ? _written : _written - 1) - at;
            }

            if (isEnded && await Ended is { } refusal)
                throw new UpstreamBrokenException(refusal.Error.Message);
            if (there > 0)
                return await _spool!.ReadAsync(at, buffer[..(int)Math.Min(there, buffer.Length)], ct);
            if (isEnded)
                return 0;
            await moved.WaitAsync(ct);
        }
    }

    /// <summary>The head of the answer is there.</summary>
    /// <param name="spool">Where its bytes go through.</param>
    public void Open(Spool spool, long? length)
    {
        (_spool, Length) = (spool, length);
        _opened.TrySetResult(null);
    }

    /// <summary>Whoever has joined finds it in the store.</summary>
    public void Skip() => IsNeedless = true;

    public async ValueTask WriteAsync(ReadOnlyMemory<byte> bytes, CancellationToken ct)
    {
        await _spool!.WriteAsync(_written, bytes, ct);
        lock (_gate)
            _written += bytes.Length;
        Move();
    }

    /// <summary>From here nobody joins.</summary>
    /// <returns>For whom it is to be kept.</returns>
    public IReadOnlyCollection<long> Close()
    {
        lock (_gate)
            _isClosed = true;
        return _owners;
    }

    /// <param name="refusal">Nothing: it is kept.</param>
    public void End(UpstreamRefusal? refusal)
    {
        Close();
        _opened.TrySetResult(refusal);
        _ended.TrySetResult(refusal);
        Move();
    }

    /// <summary>One holder less.</summary>
    public void Dispose()
    {
        lock (_gate)
            if (--_holders > 0)
                return;
        _spool?.Dispose();
    }

    private void Move()
    {
        TaskCompletionSource moved;
        lock (_gate)
            (moved, _moved) = (_moved, new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously));
        moved.SetResult();
    }
}
