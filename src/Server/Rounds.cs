using Slipway.Server.Data;

namespace Slipway.Server;

/// <summary>What the server does again and again as long as it runs. What goes wrong in one round is told, and tried again in the next.</summary>
/// <param name="every">From the beginning of a round to the next.</param>
/// <param name="failed">Told of a database or a store that would not, and of files that could not be had. Anything else ends the rounds: it is our own mistake.</param>
internal sealed class Rounds(TimeSpan every, TimeProvider time, Action<Exception> failed)
{
    /// <summary>Goes round until the token ends. The first round begins at once, but not on the thread that starts the server.</summary>
    /// <param name="acts">One after the other; one that fails keeps none of the others from its turn.</param>
    public async Task GoAsync(CancellationToken ct, params IReadOnlyList<Func<CancellationToken, Task>> acts)
    {
        await Task.Yield();
        using var timer = new PeriodicTimer(every, time);
        try
        {
            do foreach (var act in acts)
                await TryAsync(act, ct);
            while (await timer.WaitForNextTickAsync(ct));
        }
        catch (OperationCanceledException) when (ct.IsCancellationRequested) { }
    }

    /// <summary>Does one thing, guarded as in a round.</summary>
    public async Task TryAsync(Func<CancellationToken, Task> act, CancellationToken ct)
    {
        try
        {
            await act(ct);
        }
        catch (Exception e) when (e is DatabaseException { Fault: not DbFault.Lost } or IOException or UnauthorizedAccessException)
        {
            failed(e);
        }
    }
}
