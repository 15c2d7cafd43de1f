namespace Slipway.Server.Data;

/// <summary>Something that somebody did in a project. Instants are unix milliseconds.</summary>
internal sealed record EventRow
{
    public long Id { get; init; }
    public long ProjectId { get; init; }
    public long AuthorId { get; init; }

    /// <summary><c>created</c> or <c>pushed</c>.</summary>
    public required string Action { get; init; }

    /// <summary>JSON of what moved; nothing: it was no push.</summary>
    public string? Push { get; init; }

    public long CreatedAt { get; init; }
}
