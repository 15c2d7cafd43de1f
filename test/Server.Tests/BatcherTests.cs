using Xunit;

namespace Slipway.Server.Tests;

public sealed class BatcherTests : IDisposable
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    private readonly List<int[]> _batches = [];
    private readonly SemaphoreSlim _begun = new(0);
    private readonly SemaphoreSlim _go = new(0);

    public void Dispose()
    {
        _begun.Dispose();
        _go.Dispose();
    }

    [Fact]
    public async Task Those_who_ask_while_one_is_served_are_served_together_next()
    {
        var batcher = new Batcher<int, int>(10, HeldAsync);
        var first = batcher.AskAsync(1, Ct);
        await _begun.WaitAsync(Ct);
        var others = Enumerable.Range(2, 3).Select(n => batcher.AskAsync(n, Ct)).ToList();
        _go.Release(2);
        Assert.Equal(10, await first);
        var answers = await Task.WhenAll(others);
        Assert.Equal([20, 30, 40], answers);
        Assert.Equal(
            [
                [1],
                [2, 3, 4],
            ],
            _batches
        );
    }

    [Fact]
    public async Task No_batch_is_larger_than_it_may_be_and_who_has_gone_away_is_in_none()
    {
        var batcher = new Batcher<int, int>(2, HeldAsync);
        using var gone = new CancellationTokenSource();
        var first = batcher.AskAsync(1, Ct);
        await _begun.WaitAsync(Ct);
        var leaving = batcher.AskAsync(2, gone.Token);
        var others = Enumerable.Range(3, 3).Select(n => batcher.AskAsync(n, Ct)).ToList();
        await gone.CancelAsync();
        _go.Release(3);
        await Task.WhenAll(others.Append(first));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => leaving);
        Assert.Equal(
            [
                [1],
                [3, 4],
                [5],
            ],
            _batches
        );
    }

    [Fact]
    public async Task What_it_throws_is_told_to_those_without_an_answer_and_the_next_are_served()
    {
        var fails = true;
        var batcher = new Batcher<int, int>(
            10,
            batch =>
            {
                batch[0].Answer.TrySetResult(1);
                return fails ? throw new InvalidOperationException("no") : Task.CompletedTask;
            }
        );
        Assert.Equal(1, await batcher.AskAsync(1, Ct));
        fails = false;
        Assert.Equal(1, await batcher.AskAsync(2, Ct));

        var broken = new Batcher<int, int>(10, _ => throw new InvalidOperationException("no"));
        for (var n = 0; n < 2; n++)
            await Assert.ThrowsAsync<InvalidOperationException>(() => broken.AskAsync(n, Ct));
    }

    [Fact]
    public async Task Of_many_who_come_from_everywhere_nobody_is_forgotten()
    {
        var batcher = new Batcher<int, int>(
            8,
            batch =>
            {
                foreach (var waiter in batch)
                    waiter.Answer.TrySetResult(waiter.Ask + 1);
                return Task.CompletedTask;
            }
        );
        await Parallel.ForEachAsync(
            Enumerable.Range(0, 8),
            Ct,
            async (_, ct) =>
            {
                for (var n = 0; n < 20_000; n++)
                    Assert.Equal(n + 1, await batcher.AskAsync(n, ct));
            }
        );
    }

    private async Task HeldAsync(IReadOnlyList<Batcher<int, int>.Waiter> batch)
    {
        _batches.Add([.. batch.Select(waiter => waiter.Ask)]);
        _begun.Release();
        await _go.WaitAsync(Ct);
        foreach (var waiter in batch)
            waiter.Answer.TrySetResult(waiter.Ask * 10);
    }
}
