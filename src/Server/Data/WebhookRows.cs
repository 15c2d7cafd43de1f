namespace Slipway.Server.Data;

/// <summary>An address that a project's events are told to. Instants are unix milliseconds; what the columns mean stands in the migration.</summary>
internal sealed record WebhookRow
{
    public long Id { get; init; }
    public long ProjectId { get; init; }
    public required string Uuid { get; init; }
    public required byte[] Url { get; init; }
    public required string Name { get; init; }
    public required string Description { get; init; }
    public byte[]? Token { get; init; }
    public byte[]? SigningToken { get; init; }

    /// <summary>A JSON list.</summary>
    public required string Events { get; init; }

    public required string BranchFilter { get; init; }
    public required string BranchFilterStrategy { get; init; }
    public long Failures { get; init; }
    public long? DisabledUntil { get; init; }
    public long CreatedAt { get; init; }
}

/// <summary>One event told to one webhook.</summary>
internal sealed record WebhookEventRow
{
    public long Id { get; init; }
    public long WebhookId { get; init; }
    public long ProjectId { get; init; }
    public required string TriggerName { get; init; }
    public required string EventUuid { get; init; }
    public string? Chain { get; init; }
    public string? Link { get; init; }
    public required string Request { get; init; }
    public long Attempts { get; init; }
    public long? ResponseStatus { get; init; }
    public string? ResponseHeaders { get; init; }
    public string? ResponseBody { get; init; }
    public long? Duration { get; init; }
    public string? Error { get; init; }
    public long CreatedAt { get; init; }
}
