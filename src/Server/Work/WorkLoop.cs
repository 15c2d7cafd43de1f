using System.Diagnostics;
using System.Text.Json;
using System.Threading.Channels;
using Slipway.Server.Data;

namespace Slipway.Server.Work;

/// <summary>
/// Does what the table says is due, some pieces at a time, on one instance or many. A piece may be done more than once (its holder died just before it said so),
/// so handlers are idempotent. One that fails is tried again after 1 s, 2 s, 4 s and on to 10 minutes, twenty times in all; then its row stays, with the error.
/// </summary>
/// <param name="holder">Who works here: the same word again after a restart.</param>
internal sealed class WorkLoop(Db db, TimeProvider time, string holder = "")
{
    private const int AtOnce = 8;
    private const int MostAttempts = 20;

    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan LongestBackoff = TimeSpan.FromMinutes(10);

    private readonly WorkTable _table = new(db, time, holder);
    private readonly Dictionary<string, Func<string, CancellationToken, Task>> _handlers = [];
    private readonly Channel<bool> _wake = Channel.CreateBounded<bool>(
        new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite }
    );

    /// <summary>Says who does a kind of work. Before <see cref="RunAsync"/>, once for each kind.</summary>
    public void On<T>(WorkKind<T> kind, Func<T, CancellationToken, Task> handler) =>
        _handlers.Add(kind.Name, (payload, ct) => handler(JsonSerializer.Deserialize(payload, kind.Json)!, ct));

    /// <summary>Asks for work, in the transaction of what makes it necessary; once that is on the disk, this loop looks at once.</summary>
    public Task AddAsync<T>(Session session, WorkKind<T> kind, T what, CancellationToken ct, DateTimeOffset? due = null)
    {
        session.AfterCommit(() => _wake.Writer.TryWrite(true));
        return WorkTable.AddAsync(session, kind, what, due ?? time.GetUtcNow(), ct);
    }

    /// <summary>Takes back what was in hand here when the process died. Before <see cref="RunAsync"/>.</summary>
    public Task ReleaseAsync(CancellationToken ct) => _table.ReleaseAsync(ct);

    /// <summary>Works until the token ends, then gives back what is not finished.</summary>
    public async Task RunAsync(CancellationToken ct)
    {
        using var places = new SemaphoreSlim(AtOnce);
        try
        {
            while (true)
            {
                if (await TakeAsync(places, ct) is { } row)
                    _ = WorkAsync(row, places, ct);
                else
                    await PauseAsync(ct);
            }
        }
        catch (OperationCanceledException) when (ct.IsCancellationRequested) { }

        for (var place = 0; place < AtOnce; place++)
            await places.WaitAsync(CancellationToken.None);
    }

    /// <returns>A row, with a place to work at it; or nothing, and no place is taken.</returns>
    private async Task<WorkRow?> TakeAsync(SemaphoreSlim places, CancellationToken ct)
    {
        await places.WaitAsync(ct);
        WorkRow? row = null;
        try
        {
            return row = await TryClaimAsync(ct);
        }
        finally
        {
            if (row is null)
                places.Release();
        }
    }

    /// <summary>A database that fails for a while, in whatever way, is no reason to stop working for good.</summary>
    private async Task<WorkRow?> TryClaimAsync(CancellationToken ct)
    {
        try
        {
            await _table.TakeBackAsync(ct);
            return await _table.ClaimAsync(ct);
        }
        catch (DatabaseException e) when (e.Fault != DbFault.Lost)
        {
            return null;
        }
    }

    /// <summary>Until somebody here asks for work, or some time has gone by: rows fall due, and those of other instances make no sound here.</summary>
    private async Task PauseAsync(CancellationToken ct)
    {
        using var over = CancellationTokenSource.CreateLinkedTokenSource(ct);
        await Task.WhenAny(_wake.Reader.WaitToReadAsync(over.Token).AsTask(), Task.Delay(LongestPause, time, over.Token));
        _wake.Reader.TryRead(out _);
        await over.CancelAsync();
        ct.ThrowIfCancellationRequested();
    }

    private async Task WorkAsync(WorkRow row, SemaphoreSlim places, CancellationToken ct)
    {
        using var lost = CancellationTokenSource.CreateLinkedTokenSource(ct);
        var keeping = KeepAsync(row, lost);
        try
        {
            await HandleAsync(row, lost.Token, ct);
        }
        catch (DatabaseException e)
        {
            // What became of it could not be said, and it is done again: as soon as the database answers, or when the lease has run out.
            if (Passes(e))
                _table.Abandon(row);
        }
        finally
        {
            await lost.CancelAsync();
            await keeping;
            places.Release();
            // It may have been asked for again meanwhile.
            _wake.Writer.TryWrite(true);
        }
    }

    private async Task HandleAsync(WorkRow row, CancellationToken held, CancellationToken ct)
    {
        try
        {
            var handler = _handlers.GetValueOrDefault(row.Kind) ?? throw new InvalidOperationException($"Nobody does '{row.Kind}'.");
            using (Spans.Source.StartActivity($"work {row.Kind}", ActivityKind.Consumer))
                await handler(row.Payload, held);
            await _table.DoneAsync(row, CancellationToken.None);
        }
        catch (OperationCanceledException) when (ct.IsCancellationRequested)
        {
            await _table.ReturnAsync(row, CancellationToken.None);
        }
        catch (Exception e)
        {
            await _table.FailedAsync(row, e.ToString(), time.GetUtcNow() + Backoff(row.Attempts), CancellationToken.None);
        }
    }

    /// <summary>Renews the lease while the piece is worked at; when it is lost all the same, whoever works at it is told to stop.</summary>
    private async Task KeepAsync(WorkRow row, CancellationTokenSource lost)
    {
        using var timer = new PeriodicTimer(WorkTable.Lease / 3, time);
        try
        {
            while (await timer.WaitForNextTickAsync(lost.Token))
                if (!await IsKeptAsync(row, lost.Token))
                    await lost.CancelAsync();
        }
        catch (Exception e) when (e is OperationCanceledException or DatabaseException) { }
    }

    /// <summary>A database that does not answer has given the lease to nobody either; it is asked again in time.</summary>
    private async Task<bool> IsKeptAsync(WorkRow row, CancellationToken ct)
    {
        try
        {
            return await _table.RenewAsync(row, ct);
        }
        catch (DatabaseException e) when (Passes(e))
        {
            return true;
        }
    }

    /// <summary>Whether the same may go well in a moment.</summary>
    private static bool Passes(DatabaseException e) => e.Fault is >= DbFault.Busy and <= DbFault.Unavailable;

    /// <param name="attempts">So far, from 1.</param>
    /// <returns>How long to wait, or nothing when it is given up.</returns>
    internal static TimeSpan? Backoff(long attempts) =>
        attempts >= MostAttempts ? null : TimeSpan.FromSeconds(Math.Min(1L << ((int)attempts - 1), (long)LongestBackoff.TotalSeconds));
}
