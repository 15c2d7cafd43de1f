using System.Collections.Concurrent;

namespace Slipway.Server;

/// <summary>
/// Serves what many ask for in batches, one batch after another: all who ask while one is being served are in the next. So the one who comes alone need not wait, and
/// where many come, each waits for at most two.
/// </summary>
/// <param name="largest">How many go into one batch.</param>
/// <param name="serve">Gets those who have not given up, at least one, and answers each. What it throws is the answer of those it had not answered yet.</param>
internal sealed class Batcher<TAsk, TAnswer>(int largest, Func<IReadOnlyList<Batcher<TAsk, TAnswer>.Waiter>, Task> serve)
{
    private readonly ConcurrentQueue<Waiter> _waiting = [];
    private int _serving;

    public Task<TAnswer> AskAsync(TAsk ask, CancellationToken ct)
    {
        var waiter = new Waiter(ask, ct);
        _waiting.Enqueue(waiter);
        if (Interlocked.Exchange(ref _serving, 1) == 0)
            _ = Task.Run(ServeAsync, CancellationToken.None);
        return waiter.Answer.Task.WaitAsync(ct);
    }

    private async Task ServeAsync()
    {
        do
        {
            while (Gather() is { Count: > 0 } batch)
                await ServeAsync(batch);
            // Whole fences on both sides: either this sees who has come, or who has come sees that nobody serves.
            Interlocked.Exchange(ref _serving, 0);
        } while (!_waiting.IsEmpty && Interlocked.Exchange(ref _serving, 1) == 0);
    }

    private async Task ServeAsync(List<Waiter> batch)
    {
        try
        {
            await serve(batch);
        }
        catch (Exception e)
        {
            batch.ForEach(waiter => waiter.Answer.TrySetException(e));
        }
    }

    private List<Waiter> Gather()
    {
        var batch = new List<Waiter>();
        while (batch.Count < largest && _waiting.TryDequeue(out var waiter))
        {
            if (!waiter.Ended.IsCancellationRequested)
                batch.Add(waiter);
        }

        return batch;
    }

    /// <param name="Ended">When whoever asked has gone away.</param>
    public sealed record Waiter(TAsk Ask, CancellationToken Ended)
    {
        public TaskCompletionSource<TAnswer> Answer { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }
}
