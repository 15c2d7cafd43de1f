namespace Slipway.Server.Data;

/// <summary>Lets so many in at a time and so many more wait; whoever comes then is refused at once, so that memory and patience stay bounded.</summary>
internal sealed class Gate(int places, int maxWaiting) : IDisposable
{
    private readonly SemaphoreSlim _places = new(places);
    private int _inside;

    /// <summary>Those who are not in yet.</summary>
    public int Waiting => Math.Max(0, Volatile.Read(ref _inside) - places);

    /// <param name="first">Waited for before the place, and given back after it: those who wait for this count as waiting, and hold no place meanwhile.</param>
    /// <returns>The place, given back when disposed.</returns>
    /// <exception cref="DatabaseException"><see cref="DbFault.Overloaded"/>.</exception>
    public async Task<Place> EnterAsync(CancellationToken ct, Func<Task<IDisposable>>? first = null)
    {
        if (Interlocked.Increment(ref _inside) > places + maxWaiting)
        {
            Interlocked.Decrement(ref _inside);
            throw Overloaded(maxWaiting);
        }

        IDisposable? had = null;
        try
        {
            had = first is null ? null : await first();
            await _places.WaitAsync(ct);
            return new Place(this, had);
        }
        catch
        {
            had?.Dispose();
            Interlocked.Decrement(ref _inside);
            throw;
        }
    }

    public static DatabaseException Overloaded(int waiting) => new(DbFault.Overloaded, $"{waiting} wait for the database already.");

    public void Dispose() => _places.Dispose();

    private void Leave(IDisposable? had)
    {
        Interlocked.Decrement(ref _inside);
        _places.Release();
        had?.Dispose();
    }

    public readonly struct Place(Gate gate, IDisposable? had) : IDisposable
    {
        public void Dispose() => gate.Leave(had);
    }
}
