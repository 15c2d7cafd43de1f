namespace Slipway.Server.Data;

/// <summary>Where rows are kept, and the bounds of getting at them.</summary>
internal sealed record DataOptions(DatabaseAddress Address)
{
    /// <summary>From the call of a read or a write to its end, waiting included. 30 s.</summary>
    public TimeSpan Deadline { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>Reads at the same time, and connections for them. 8.</summary>
    public int Readers { get; init; } = 8;

    /// <summary>Writes at the same time, and connections for them, on PostgreSQL. 16. SQLite has one writer, whatever stands here.</summary>
    public int Writers { get; init; } = 16;

    /// <summary>Reads that may wait for their turn, and as many writes. One more is refused at once. 10,000.</summary>
    public int MaxWaiting { get; init; } = 10_000;

    /// <summary>Nothing is written, and no database is made: for those who only look.</summary>
    public bool ReadOnly { get; init; }
}
