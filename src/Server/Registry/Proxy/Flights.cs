using System.Collections.Concurrent;

namespace Slipway.Server.Registry.Proxy;

/// <summary>Work that several ask for at the same time and that is done once. It goes on when those who asked have gone.</summary>
internal sealed class Flights<T> : IAsyncDisposable
{
    private readonly ConcurrentDictionary<string, Lazy<Task<T>>> _under = [];
    private readonly CancellationTokenSource _stop = new();

    /// <param name="key">Of what is the same work.</param>
    /// <param name="work">Begun by the first who asks.</param>
    /// <param name="ct">Ends the wait, and not the work.</param>
    public Task<T> JoinAsync(string key, Func<CancellationToken, Task<T>> work, CancellationToken ct) =>
        _under.GetOrAdd(key, _ => new Lazy<Task<T>>(() => Task.Run(() => RunAsync(key, work)))).Value.WaitAsync(ct);

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        foreach (var flight in _under.Values)
            await ((Task)flight.Value).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _stop.Dispose();
    }

    private async Task<T> RunAsync(string key, Func<CancellationToken, Task<T>> work)
    {
        try
        {
            return await work(_stop.Token);
        }
        finally
        {
            _under.TryRemove(key, out _);
        }
    }
}
