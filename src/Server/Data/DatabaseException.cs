namespace Slipway.Server.Data;

/// <summary>Why a database could not do it, in words both databases share.</summary>
internal enum DbFault
{
    /// <summary>A row with this key is there already.</summary>
    Conflict,

    /// <summary>A row that this one points to is not there, or this one is still pointed to.</summary>
    Reference,

    /// <summary>A value is missing, or a CHECK says no.</summary>
    Constraint,

    /// <summary>A text holds what the database takes in none: a NUL. Nothing was written.</summary>
    Text,

    /// <summary>Another writer was in the way each time it was tried. Nothing was written.</summary>
    Busy,

    /// <summary>As many wait already as may. Nothing was tried.</summary>
    Overloaded,

    /// <summary>It took longer than <see cref="DataOptions.Deadline"/>. Nothing was written.</summary>
    Timeout,

    /// <summary>The disk, or the quota, is full. Nothing was written.</summary>
    Full,

    /// <summary>The database does not answer. When that befell a PostgreSQL commit, it may or may not have been written.</summary>
    Unavailable,

    /// <summary>The disk lied or the file is damaged: what was acknowledged may be gone. The process must end and start anew.</summary>
    Lost,

    /// <summary>The tables are not those this program knows.</summary>
    Schema,

    /// <summary>A statement that no database would take: our mistake.</summary>
    Mistake,
}

/// <summary>A read or write that did not happen. <see cref="DbFault.Busy"/> to <see cref="DbFault.Unavailable"/> are 503 to a client, who may try again.</summary>
internal sealed class DatabaseException(DbFault fault, string message, Exception? inner = null) : Exception(message, inner)
{
    public DbFault Fault => fault;
}
