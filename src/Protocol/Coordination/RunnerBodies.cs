namespace Slipway.Protocol.Coordination;

/// <summary><c>POST /runners</c>: a registration token becomes a runner's own (runner-protocol §2.1).</summary>
public sealed record RegisterRequest
{
    /// <summary>The registration token of the instance, a group or a project.</summary>
    public required string Token { get; init; }

    public ManagerInfo Info
    {
        get;
        init => field = value ?? new();
    } = new();
    public string? Description { get; init; }
    public string? MaintenanceNote { get; init; }

    /// <summary>Separated by commas.</summary>
    public string? TagList { get; init; }

    public bool RunUntagged { get; init; }
    public bool Locked { get; init; }
    public bool Paused { get; init; }

    /// <summary><c>not_protected</c> or <c>ref_protected</c>.</summary>
    public string? AccessLevel { get; init; }

    /// <summary>Seconds; none = the project's.</summary>
    public int? MaximumTimeout
    {
        get;
        init => field = value is 0 ? null : value;
    }
}

/// <summary><c>POST /runners/verify</c>: is this token a runner's?</summary>
public sealed record VerifyRequest
{
    public required string Token { get; init; }
    public ManagerInfo Info
    {
        get;
        init => field = value ?? new();
    } = new();

    /// <summary><c>s_0123456789ab</c>; some runners send none.</summary>
    public string? SystemId { get; init; }
}

/// <summary>The answer to register (201) and verify (200).</summary>
/// <param name="Id">Never 0: runners take that for a failure.</param>
/// <param name="TokenExpiresAt">RFC 3339; <see langword="null"/> = never.</param>
public sealed record RunnerCredentials(long Id, string? Token, DateTimeOffset? TokenExpiresAt);

/// <summary><c>DELETE /runners</c> and <c>POST /runners/reset_authentication_token</c>; with a system id <c>DELETE /runners/managers</c>.</summary>
public sealed record RunnerTokenRequest(string Token, string? SystemId = null);

/// <summary>The answer to a reset (201).</summary>
public sealed record RunnerToken(string Token, DateTimeOffset? TokenExpiresAt);
