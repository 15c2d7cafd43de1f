using Slipway.Protocol.Jobs;

namespace Slipway.Runner.Coordinator;

/// <summary>A reason as a coordinator may know it (runner-protocol §7.3).</summary>
internal static class FailureReasons
{
    private static readonly string[] Always = [FailureReason.Script, FailureReason.RunnerSystem, FailureReason.ExecutionTimeout];

    /// <param name="known">What the coordinator says it knows: <c>features.failure_reasons</c>.</param>
    public static string For(string? reason, IReadOnlyCollection<string> known)
    {
        if (reason is not { Length: > 0 })
            return FailureReason.Script;
        if (Always.Contains(reason) || known.Contains(reason))
            return reason;
        return reason switch
        {
            FailureReason.ImagePull or FailureReason.RunnerExternalDependency => FailureReason.RunnerSystem,
            FailureReason.RunnerConfiguration => FailureReason.Script,
            _ => FailureReason.Unknown,
        };
    }
}
