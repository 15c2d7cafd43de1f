namespace Slipway.Runner;

/// <summary>The job must fail, and for a reason the user can act on. Everything else that escapes is our own fault: <c>runner_system_failure</c>.</summary>
public sealed class JobFailedException(string reason, string message, int? exitCode = null) : Exception(message)
{
    /// <summary>One of <see cref="Slipway.Protocol.Jobs.FailureReason"/>.</summary>
    public string Reason { get; } = reason;

    public int? ExitCode { get; } = exitCode;
}
