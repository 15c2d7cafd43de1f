using Slipway.Protocol.Jobs;
using Slipway.Runner.Config;

namespace Slipway.Runner.Jobs;

/// <summary>What is done to a payload before the job begins, and what this runner must refuse.</summary>
internal static class JobReadying
{
    /// <returns>The payload, inputs put in; and why the job cannot be run, if it cannot: its log must still be written.</returns>
    public static (JobPayload Payload, JobFailedException? Problem) Of(JobPayload payload, RunnerConfig runner)
    {
        try
        {
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
}
