namespace Slipway.Server.Data.Postgres;

/// <summary>
/// Lets those of this process who write the same thing come one after the other: two that do so at once undo each other, and the more there are, the fewer get
/// through. It makes nothing right that would be wrong without it, for other instances know nothing of it.
/// </summary>
internal sealed class Turns
{
    // Two things that share one wait for each other at times, for nothing.
    private readonly SemaphoreSlim[] _turns = [.. Enumerable.Range(0, 256).Select(_ => new SemaphoreSlim(1))];

    /// <summary>Waits until it is the turn of who writes these things.</summary>
    /// <returns>For when it is over.</returns>
    public async Task<IDisposable> TakeAsync(IEnumerable<long> things, CancellationToken ct)
    {
        var taken = new Taken();
        try
        {
            // All in the same order, so that no two wait for each other.
            foreach (var turn in things.Select(thing => (int)(thing % _turns.Length)).Distinct().Order())
            {
                await _turns[turn].WaitAsync(ct);
                taken.Add(_turns[turn]);
            }

            return taken;
        }
        catch
        {
            taken.Dispose();
            throw;
        }
    }

    private sealed class Taken : List<SemaphoreSlim>, IDisposable
    {
        public void Dispose() => ForEach(turn => turn.Release());
    }
}
