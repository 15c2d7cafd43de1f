using System.Collections.Concurrent;
using Microsoft.Data.Sqlite;

namespace Slipway.Server.Data.Sqlite;

/// <summary>
/// A file of our own. WAL, so that readers and the writer do not wait for each other; <c>synchronous=FULL</c>, so that a commit is on the disk when it
/// returns, power cut or not.
/// </summary>
internal sealed class SqliteEngine : IDatabaseEngine
{
    // A command of the administrator's beside a server that writes without a pause: SQLite has no queue, so whoever looks ten times in a second whether the lock is
    // free needs many looks.
    private static readonly TimeSpan LongestBusy = TimeSpan.FromSeconds(30);

    private readonly string _path;
    private readonly SqliteWriter _writer;
    private readonly Gate _readers;
    private readonly ConcurrentBag<SqliteLine> _idle = [];
    private volatile bool _closed;

    private SqliteEngine(string path, DataOptions options, TimeProvider time)
    {
        _path = path;
        var line = options.ReadOnly
            ? SqliteLine.Open(path, LongestBusy, "query_only = ON")
            : SqliteLine.Open(
                path,
                LongestBusy,
                "journal_mode = WAL",
                "synchronous = FULL",
                "foreign_keys = ON",
                "temp_store = MEMORY",
                "cache_size = -16384",
                "journal_size_limit = 67108864"
            );
        _writer = new SqliteWriter(line, options.MaxWaiting, time);
        _readers = new Gate(options.Readers, options.MaxWaiting);
    }

    public string Dialect => "sqlite";
    public Task<DatabaseException> Lost => _writer.Lost;
    public int WritesWaiting => _writer.Waiting;

    /// <exception cref="DatabaseException">The file cannot be opened, is no database, or lies on a network drive, where SQLite's locks do not hold.</exception>
    public static SqliteEngine Open(string path, DataOptions options, TimeProvider time)
    {
        path = Path.GetFullPath(path);
        if (options.ReadOnly && !File.Exists(path))
            throw new DatabaseException(DbFault.Unavailable, $"There is no {path}.");
        try
        {
            Create(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new DatabaseException(DbFault.Unavailable, e.Message, e);
        }

        if (NetworkDrive.Holds(path) is { } format)
            throw new DatabaseException(
                DbFault.Unavailable,
                $"{path} lies on a network drive ({format}), where SQLite loses data. Use a local disk or PostgreSQL."
            );
        return new SqliteEngine(path, options, time);
    }

    /// <summary>All come one after the other, whatever they change.</summary>
    public Task<T> WriteAsync<T>(Func<Session, CancellationToken, Task<T>> body, IEnumerable<long> things, CancellationToken ct) =>
        _writer.WriteAsync(body, ct);

    public Task<T> MigrateAsync<T>(Func<Session, CancellationToken, Task<T>> body, CancellationToken ct) => _writer.WriteAsync(body, ct);

    public async Task<T> ReadAsync<T>(Func<Session, CancellationToken, Task<T>> body, bool snapshot, CancellationToken ct)
    {
        using var place = await _readers.EnterAsync(ct);
        if (!_idle.TryTake(out var line))
            line = SqliteLine.Open(_path, LongestBusy, "query_only = ON", "temp_store = MEMORY", "cache_size = -4096");
        try
        {
            line.Watch(ct);
            if (snapshot)
                line.Execute("BEGIN");
            var session = new Session(line.Connection);
            var result = await body(session, ct);
            session.ThrowIfDoomed();
            return result;
        }
        catch (DatabaseException e) when (e.Fault == DbFault.Lost)
        {
            _writer.Lose(e);
            throw;
        }
        finally
        {
            GiveBack(line);
        }
    }

    public async ValueTask DisposeAsync()
    {
        // Readers first: the last connection to close moves the journal into the file and removes it.
        _closed = true;
        CloseIdle();
        await _writer.DisposeAsync();
        _readers.Dispose();
    }

    private void CloseIdle()
    {
        while (_idle.TryTake(out var line))
            line.Dispose();
    }

    private void GiveBack(SqliteLine line)
    {
        line.Watch(CancellationToken.None);
        try
        {
            if (!line.IsBetweenTransactions)
                line.Execute("ROLLBACK");
            _idle.Add(line);
        }
        catch (SqliteException)
        {
            line.Dispose();
        }

        if (_closed)
            CloseIdle();
    }

    /// <summary>Makes the file so that only its owner can read it, journal and all: SQLite gives those the file's own mode.</summary>
    private static void Create(string path)
    {
        if (File.Exists(path))
            return;
        var options = new FileStreamOptions { Mode = FileMode.OpenOrCreate, Access = FileAccess.ReadWrite };
        if (!OperatingSystem.IsWindows())
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        File.Open(path, options).Dispose();
        DurableFolder.Sync(Path.GetDirectoryName(path)!);
    }
}
