namespace Slipway.Server.Data;

/// <summary>One file that a job left: its archive or a report. Flags are 0 or 1, instants unix milliseconds.</summary>
internal sealed record ArtifactRow
{
    public long Id { get; init; }
    public long JobId { get; init; }
    public long ProjectId { get; init; }
    public required string FileType { get; init; }
    public required string FileFormat { get; init; }
    public required string Filename { get; init; }
    public long Size { get; init; }

    /// <summary><c>sha256:…</c></summary>
    public required string Blob { get; init; }

    /// <summary><c>all</c>, <c>developer</c>, <c>maintainer</c> or <c>none</c>.</summary>
    public required string Access { get; init; }

    public long CreatedAt { get; init; }
    public long? ExpiresAt { get; init; }
    public long Locked { get; init; }

    /// <summary>What is not to be had any more although its row is still there.</summary>
    public const string IsThere = "(expires_at IS NULL OR expires_at > @now OR locked = 1)";
}
