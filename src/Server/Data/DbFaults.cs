using System.Data.Common;
using Microsoft.Data.Sqlite;
using Npgsql;

namespace Slipway.Server.Data;

/// <summary>What the two databases' errors mean. SQLite: sqlite.org/rescode.html. PostgreSQL: appendix A of its manual.</summary>
internal static class DbFaults
{
    private const int SqliteInterrupt = 9;
    private const string IdleInTransactionTimeout = "25P03";

    /// <summary>The same failure in shared words: a <see cref="DatabaseException"/>, or an <see cref="OperationCanceledException"/> when the token did it.</summary>
    public static Exception From(DbException error, CancellationToken ct) =>
        error switch
        {
            SqliteException { SqliteErrorCode: SqliteInterrupt } => new OperationCanceledException(error.Message, error, ct),
            SqliteException sqlite => new DatabaseException(Of(sqlite), error.Message, error),
            PostgresException { SqlState: PostgresErrorCodes.QueryCanceled } when ct.IsCancellationRequested =>
                new OperationCanceledException(error.Message, error, ct),
            PostgresException postgres => new DatabaseException(OfState(postgres.SqlState), postgres.MessageText, error),
            NpgsqlException => new DatabaseException(DbFault.Unavailable, error.Message, error),
            _ => new DatabaseException(DbFault.Mistake, error.Message, error),
        };

    /// <param name="error">Its extended code tells kinds of constraints and of disk errors apart.</param>
    private static DbFault Of(SqliteException error) =>
        (error.SqliteErrorCode, error.SqliteExtendedErrorCode) switch
        {
            (19, 2067 or 1555 or 2579) => DbFault.Conflict,
            (19, 787) => DbFault.Reference,
            (19, _) => DbFault.Constraint,
            (5 or 6, _) => DbFault.Busy,
            (13, _) => DbFault.Full,
            // After a failed fsync nobody knows what is on the disk, and the next one may report success all the same.
            (10, 1034 or 1290) or (11 or 26, _) => DbFault.Lost,
            (7 or 8 or 10 or 14, _) => DbFault.Unavailable,
            _ => DbFault.Mistake,
        };

    /// <param name="state">SQLSTATE: five characters, of which two name the class.</param>
    internal static DbFault OfState(string state) =>
        state switch
        {
            PostgresErrorCodes.UniqueViolation or PostgresErrorCodes.ExclusionViolation => DbFault.Conflict,
            PostgresErrorCodes.ForeignKeyViolation => DbFault.Reference,
            PostgresErrorCodes.CharacterNotInRepertoire => DbFault.Text,
            PostgresErrorCodes.SerializationFailure or PostgresErrorCodes.DeadlockDetected or PostgresErrorCodes.LockNotAvailable =>
                DbFault.Busy,
            PostgresErrorCodes.QueryCanceled => DbFault.Timeout,
            PostgresErrorCodes.DiskFull => DbFault.Full,
            // A standby that is not yet what it will be: it takes no writes, nor a transaction that is as if alone.
            PostgresErrorCodes.ReadOnlySqlTransaction or PostgresErrorCodes.FeatureNotSupported => DbFault.Unavailable,
            IdleInTransactionTimeout => DbFault.Unavailable,
            PostgresErrorCodes.DataCorrupted or PostgresErrorCodes.IndexCorrupted => DbFault.Lost,
            _ => state[..2] switch
            {
                "23" => DbFault.Constraint,
                "08" or "53" or "57" or "58" => DbFault.Unavailable,
                _ => DbFault.Mistake,
            },
        };
}
