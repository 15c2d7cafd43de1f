namespace Slipway.Runner.Executors.Docker;

/// <summary>Feature flags that somebody has set: the runner's configuration, else the job (runner-protocol §20).</summary>
internal static class JobFlags
{
    /// <returns><see langword="null"/>: nobody said anything.</returns>
    public static bool? Flag(this JobEnvironment job, string name)
    {
        if (job.Runner.FeatureFlags.TryGetValue(name, out var configured))
            return configured;
        foreach (var variable in job.Payload.Variables.Reverse())
            if (variable.Key == name)
                return JobVariables.Truth(variable.Value);
        return null;
    }
}
