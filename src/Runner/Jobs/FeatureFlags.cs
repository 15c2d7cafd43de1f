using Slipway.Protocol.Variables;
using Slipway.Runner.Config;

namespace Slipway.Runner.Jobs;

/// <summary>The runner's feature flags (runner-protocol §20). The configuration beats a job's variable, which beats the default.</summary>
internal static class FeatureFlags
{
    public const string JobInputs = "FF_ENABLE_JOB_INPUTS_INTERPOLATION";

    /// <summary>Those that something here or in a job looks at.</summary>
    private static readonly (string Name, bool Default)[] Known =
    [
        ("FF_TIMESTAMPS", true),
        ("FF_MASK_ALL_DEFAULT_TOKENS", true),
        ("FF_USE_FASTZIP", true),
        ("FF_USE_DIRECT_DOWNLOAD", true),
        ("FF_USE_GITALY_CORRELATION_ID", true),
        ("FF_USE_EXPONENTIAL_BACKOFF_STAGE_RETRY", true),
        ("FF_NETWORK_PER_BUILD", false),
        ("FF_DISABLE_UMASK_FOR_DOCKER_EXECUTOR", false),
        ("FF_ENABLE_BASH_EXIT_CODE_CHECK", false),
        ("FF_SCRIPT_SECTIONS", false),
        ("FF_ENABLE_JOB_CLEANUP", false),
        ("FF_HASH_CACHE_KEYS", false),
        ("FF_USE_INIT_WITH_DOCKER_EXECUTOR", false),
        ("FF_USE_NATIVE_CONTAINER_STOP", false),
        (JobInputs, true),
    ];

    /// <summary>Every known flag with its resolved value, as variables.</summary>
    public static IEnumerable<Variable> Resolve(RunnerConfig runner, IReadOnlyList<Variable> job)
    {
        foreach (var (name, otherwise) in Known)
            yield return new Variable(name, Value(name, otherwise, runner, job) ? "true" : "false");
    }

    /// <summary>Whether a known flag is on for a job.</summary>
    public static bool IsOn(string flag, RunnerConfig runner, IReadOnlyList<Variable> job) =>
        Value(flag, Known.First(known => known.Name == flag).Default, runner, job);

    /// <summary>The flags that differ from their defaults, for the log's head: <c>FF_A:true, FF_B:false</c>; empty when none does.</summary>
    public static string Unusual(JobVariables variables) =>
        string.Join(", ", Known.Where(f => variables.IsOn(f.Name) != f.Default).Select(f => $"{f.Name}:{(f.Default ? "false" : "true")}"));

    public static bool IsFlag(string key) => key.StartsWith("FF_", StringComparison.Ordinal) && Known.Any(f => f.Name == key);

    private static bool Value(string name, bool otherwise, RunnerConfig runner, IReadOnlyList<Variable> job)
    {
        if (runner.FeatureFlags.TryGetValue(name, out var configured))
            return configured;
        for (var i = job.Count - 1; i >= 0; i--)
            if (job[i].Key == name)
                return JobVariables.Truth(job[i].Value) ?? otherwise;
        return otherwise;
    }
}
