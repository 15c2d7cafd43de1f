namespace Slipway.Server.Data;

/// <summary>A pipeline. Flags are 0 or 1, instants unix milliseconds; what the columns mean stands in the migration.</summary>
internal sealed record PipelineRow
{
    public long Id { get; init; }
    public long ProjectId { get; init; }
    public long Iid { get; init; }
    public long UserId { get; init; }
    public required string Source { get; init; }
    public required string Ref { get; init; }
    public long Tag { get; init; }
    public required string Sha { get; init; }
    public required string BeforeSha { get; init; }
    public long Protected { get; init; }
    public string? Name { get; init; }
    public required string Status { get; init; }
    public string? YamlErrors { get; init; }
    public string? FailureReason { get; init; }
    public string? Origin { get; init; }
    public long Ready { get; init; }

    /// <summary>Another number after every change of its state.</summary>
    public long Version { get; init; }
    public long External { get; init; }
    public long? BridgeId { get; init; }
    public long? SupersededBy { get; init; }
    public long? ScheduleId { get; init; }
    public string? HookLink { get; init; }
    public byte[]? Variables { get; init; }
    public long CreatedAt { get; init; }
    public long UpdatedAt { get; init; }
    public long? CommittedAt { get; init; }
    public long? StartedAt { get; init; }
    public long? FinishedAt { get; init; }

    public bool IsTag => Tag == 1;

    /// <summary><c>refs/heads/main</c>, <c>refs/tags/v1</c>.</summary>
    public string FullRef => (IsTag ? "refs/tags/" : "refs/heads/") + Ref;
}

/// <summary>One attempt at a job, or at a trigger job.</summary>
internal sealed record JobRow
{
    /// <summary>
    /// What a job is before it has run: the rest, its log, its secrets and what it names, is left as if it were not there. A third less to read where rows are read
    /// one by one, and many.
    /// </summary>
    public const string HandoutColumns = """
        id, pipeline_id, project_id, number, job_index, attempt, name, stage, status, retried, allow_failure, played, play_variables, cancels_gracefully,
        failure_reason, exit_code, user_id, protected, tags, offered_until, scheduled_at, queued_at, started_at, finished_at, updated_at
        """;

    public long Id { get; init; }
    public long PipelineId { get; init; }
    public long ProjectId { get; init; }
    public long Number { get; init; }
    public long JobIndex { get; init; }
    public long Attempt { get; init; }
    public long Bridge { get; init; }
    public required string Name { get; init; }
    public required string Stage { get; init; }
    public long StageIndex { get; init; }
    public required string Status { get; init; }
    public long Retried { get; init; }
    public long AllowFailure { get; init; }
    public long Played { get; init; }
    public byte[]? PlayVariables { get; init; }
    public long CancelsGracefully { get; init; }
    public string? FailureReason { get; init; }
    public long? ExitCode { get; init; }
    public long UserId { get; init; }
    public long Protected { get; init; }
    public required string Tags { get; init; }
    public string? Environment { get; init; }
    public string? ResourceGroup { get; init; }
    public long? RunnerId { get; init; }
    public long? RunnerManagerId { get; init; }
    public long? OfferedUntil { get; init; }
    public string? TokenHash { get; init; }
    public byte[]? Token { get; init; }
    public long? Timeout { get; init; }
    public string? Coverage { get; init; }
    public long TraceSize { get; init; }
    public string? TraceBlob { get; init; }
    public byte[]? TraceLines { get; init; }
    public string? TraceChecksum { get; init; }
    public long? ErasedAt { get; init; }
    public long DebugTrace { get; init; }
    public long CreatedAt { get; init; }
    public long? ScheduledAt { get; init; }
    public long? QueuedAt { get; init; }
    public long? StartedAt { get; init; }
    public long? FinishedAt { get; init; }
    public long UpdatedAt { get; init; }

    public bool IsBridge => Bridge == 1;
}
