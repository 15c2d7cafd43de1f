namespace Slipway.Protocol.Coordination;

/// <summary><c>POST /jobs/request</c> (runner-protocol §3.1). Answered by 201 and a job, 204, 409 or 403.</summary>
public sealed record JobRequest
{
    public required string Token { get; init; }
    public ManagerInfo Info
    {
        get;
        init => field = value ?? new();
    } = new();
    public string? SystemId { get; init; }

    /// <summary>What the coordinator last sent as <see cref="WireHeader.LastUpdate"/>; none in a runner's first request, which is never held.</summary>
    public string? LastUpdate
    {
        get;
        init => field = value is { Length: > 0 } ? value : null;
    }
}

/// <summary><c>PUT /jobs/:id</c> (runner-protocol §5.1).</summary>
public sealed record JobUpdate
{
    /// <summary>The job's.</summary>
    public required string Token { get; init; }

    public ManagerInfo Info
    {
        get;
        init => field = value ?? new();
    } = new();

    /// <summary>One of <see cref="JobState"/>.</summary>
    public required string State { get; init; }

    /// <summary>With <see cref="JobState.Failed"/> alone.</summary>
    public string? FailureReason { get; init; }

    /// <summary>The same as <see cref="TraceOutput.Checksum"/>: older coordinators look here.</summary>
    public string? Checksum { get; init; }

    public TraceOutput Output
    {
        get;
        init => field = value ?? new();
    } = new();

    /// <summary>0 is left out.</summary>
    public int? ExitCode
    {
        get;
        init => field = value is 0 ? null : value;
    }
}

/// <summary>The whole log so far, as far as the runner has it.</summary>
public sealed record TraceOutput
{
    /// <summary>As <see cref="TraceChecksum"/> writes it.</summary>
    public string? Checksum { get; init; }

    /// <summary>0 is left out.</summary>
    public long? Bytesize
    {
        get;
        init => field = value is 0 ? null : value;
    }
}
