using System.Threading.Channels;
using Microsoft.Data.Sqlite;

namespace Slipway.Server.Data.Sqlite;

/// <summary>
/// The one writer of a SQLite file, a thread of its own. It takes what waits, runs it as one transaction with a savepoint for each write, and commits
/// once: a hundred writes share one fsync. While that waits for the disk the next group gathers, so nobody is ever held back to fill one.
/// <list type="number">
/// <item>A write that fails is rolled back to its savepoint; the others of its group do not notice.</item>
/// <item>When SQLite undoes the whole group (full disk, a statement ended by its token), the culprit fails and the others run again without it.</item>
/// <item>Nobody hears of an outcome, success or failure, before the commit: a failure may rest on what a neighbour wrote.</item>
/// </list>
/// </summary>
internal sealed class SqliteWriter : IAsyncDisposable
{
    // What a first writer of a group may have to wait for those behind it.
    private const int LargestGroup = 512;
    private static readonly TimeSpan LongestGroup = TimeSpan.FromMilliseconds(10);

    private readonly SqliteLine _line;
    private readonly int _maxWaiting;
    private readonly TimeProvider _time;
    private readonly Channel<PendingWrite> _waiting;
    private readonly SqliteCommand _begin;
    private readonly SqliteCommand _commit;
    private readonly SqliteCommand _savepoint;
    private readonly SqliteCommand _release;
    private readonly SqliteCommand _rollBackTo;
    private readonly TaskCompletionSource<DatabaseException> _lost = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private volatile bool _closed;

    public SqliteWriter(SqliteLine line, int maxWaiting, TimeProvider time)
    {
        _line = line;
        _maxWaiting = maxWaiting;
        _time = time;
        _waiting = Channel.CreateBounded<PendingWrite>(new BoundedChannelOptions(maxWaiting) { SingleReader = true });
        _begin = line.Connection.Take("BEGIN IMMEDIATE");
        _commit = line.Connection.Take("COMMIT");
        _savepoint = line.Connection.Take("SAVEPOINT one");
        _release = line.Connection.Take("RELEASE one");
        _rollBackTo = line.Connection.Take("ROLLBACK TO one");
        new Thread(Work) { Name = "sqlite writer", IsBackground = true }.Start();
    }

    public Task<DatabaseException> Lost => _lost.Task;
    public int Waiting => _waiting.Reader.Count;

    public Task<T> WriteAsync<T>(Func<Session, CancellationToken, Task<T>> body, CancellationToken ct)
    {
        var write = new PendingWrite<T>(body, ct);
        if (_waiting.Writer.TryWrite(write))
            return write.OutcomeAsync();
        if (_lost.Task.IsCompletedSuccessfully)
            return Task.FromException<T>(_lost.Task.GetAwaiter().GetResult());
        ObjectDisposedException.ThrowIf(_closed, typeof(Db));
        throw Gate.Overloaded(_maxWaiting);
    }

    /// <summary>Takes no more, because what is on the disk can no longer be trusted.</summary>
    public void Lose(DatabaseException why)
    {
        _lost.TrySetResult(why);
        _waiting.Writer.TryComplete();
    }

    /// <summary>Takes no more, ends when all that was taken is committed.</summary>
    public async ValueTask DisposeAsync()
    {
        _closed = true;
        _waiting.Writer.TryComplete();
        await _ended.Task;
        foreach (var command in (SqliteCommand[])[_begin, _commit, _savepoint, _release, _rollBackTo])
            await command.DisposeAsync();
        _line.Dispose();
    }

    private void Work()
    {
        while (_waiting.Reader.WaitToReadAsync().AsTask().GetAwaiter().GetResult())
        {
            var again = RunGroup(TakeGroup());
            while (again.Count > 0)
                again = RunGroup(again);
        }

        _ended.TrySetResult();
    }

    private IEnumerable<PendingWrite> TakeGroup()
    {
        var start = _time.GetTimestamp();
        for (var count = 0; count < LargestGroup && _waiting.Reader.TryRead(out var write); )
        {
            if (!write.TryBegin())
                continue;
            yield return write;
            count++;
            if (_time.GetElapsedTime(start) > LongestGroup)
                yield break;
        }
    }

    /// <returns>Those that have to run again, because one that failed has undone the group.</returns>
    private List<PendingWrite> RunGroup(IEnumerable<PendingWrite> writes)
    {
        var group = new List<PendingWrite>();
        try
        {
            foreach (var write in writes)
            {
                group.Add(write);
                if (group.Count == 1)
                    _begin.ExecuteNonQuery();
                if (RunOne(write))
                    continue;
                write.Publish();
                return [.. Taken().Where(other => other != write)];
            }

            if (group.Count > 0)
                _commit.ExecuteNonQuery();
        }
        catch (SqliteException e)
        {
            Fail(Taken(), e);
            return [];
        }

        foreach (var write in group)
            write.Publish();
        return [];

        // A group that runs again was taken whole; a new one is taken from the queue as it runs.
        List<PendingWrite> Taken() => writes as List<PendingWrite> ?? group;
    }

    /// <returns>Whether the group still stands.</returns>
    private bool RunOne(PendingWrite write)
    {
        _savepoint.ExecuteNonQuery();
        _line.Watch(write.Token);
        write.Run(new Session(_line.Connection));
        _line.Watch(CancellationToken.None);
        if (write.Error is DatabaseException { Fault: DbFault.Lost } lost)
            Lose(lost);
        if (_line.IsBetweenTransactions)
            return false;
        if (write.Error is not null)
            _rollBackTo.ExecuteNonQuery();
        _release.ExecuteNonQuery();
        return true;
    }

    private void Fail(List<PendingWrite> group, SqliteException error)
    {
        var failure = DbFaults.From(error, CancellationToken.None);
        if (failure is DatabaseException { Fault: DbFault.Lost } lost)
            Lose(lost);
        foreach (var write in group)
            write.Publish(failure);
        if (!_line.IsBetweenTransactions)
            _line.Execute("ROLLBACK");
    }
}
