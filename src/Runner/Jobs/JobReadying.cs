using Slipway.Protocol.Jobs;
using Slipway.Runner.Config;

namespace Slipway.Runner.Jobs;

/// <summary>What is done to a payload before the job begins, and what this runner must refuse.</summary>
internal static class JobReadying
{
    /// <summary>What gitlab-runner reports for a payload that cannot be obeyed (runner-protocol §3.6).</summary>
    private const int UnsupportedExitCode = 3;

    /// <returns>The payload, inputs put in; and why the job cannot be run, if it cannot: its log must still be written.</returns>
    public static (JobPayload Payload, JobFailedException? Problem) Of(JobPayload payload, RunnerConfig runner)
    {
        try
        {
            RefuseUnknown(payload);
            if (payload.Secrets is { Count: > 0 } secrets)
                throw new JobFailedException(
                    FailureReason.RunnerUnsupported,
                    $"the secrets {string.Join(", ", secrets.Keys)} cannot be fetched by this runner: it speaks to no vault"
                );
            if (payload.Run is { } run)
                RunSteps.Check(run);
            return (FeatureFlags.IsOn(FeatureFlags.JobInputs, runner, payload.Variables) ? InputExpansion.Apply(payload) : payload, null);
        }
        catch (JobFailedException e)
        {
            return (payload, e);
        }
    }

    private static void RefuseUnknown(JobPayload payload)
    {
        var images = payload.Image is { } image ? payload.Services.Prepend(image) : payload.Services;
        var unknown = images.SelectMany(i => i.ExecutorOpts?.Unknown ?? []).Distinct(StringComparer.Ordinal).ToList();
        if (unknown.Count > 0)
            throw Unsupported($"the job's images ask for {string.Join(", ", unknown)}, which this runner does not know");
        if (payload.Run is not null && payload.Steps.Any(step => step.Name == "script" && step.Script.Length > 0))
            throw Unsupported("the job has both run and script");
    }

    private static JobFailedException Unsupported(string message) => new(FailureReason.RunnerSystem, message, UnsupportedExitCode);
}
