using Slipway.Protocol.Jobs;

namespace Slipway.Runner.Executors.Docker.Images;

internal enum PullPolicy
{
    Always,
    IfNotPresent,
    Never,
}

/// <summary>Which policies count for an image (runner-protocol §14.2, Pull policy).</summary>
internal static class PullPolicies
{
    /// <param name="asked">The job's wishes, which must be allowed; none = the runner's own.</param>
    /// <param name="configured">The runner's; none = <c>always</c>.</param>
    /// <param name="allowed">What a job may ask for; none = what is configured.</param>
    /// <returns>To be tried in this order; at least one.</returns>
    /// <exception cref="JobFailedException">None of the wishes is allowed, or a word is no policy.</exception>
    public static IReadOnlyList<PullPolicy> Effective(
        string image,
        IReadOnlyList<string> asked,
        IReadOnlyList<string> configured,
        IReadOnlyList<string> allowed
    )
    {
        var own = configured.Count == 0 ? [PullPolicy.Always] : configured.Select(Parse).ToList();
        var open = allowed.Count == 0 ? own : allowed.Select(Parse).ToList();
        var wanted = asked.Count == 0 ? own : asked.Select(Parse).ToList();
        var effective = wanted.Where(open.Contains).Distinct().ToList();
        return effective.Count > 0
            ? effective
            : throw new JobFailedException(
                FailureReason.RunnerConfiguration,
                $"invalid pull policy for image \"{image}\": pull_policy ({Words(wanted)}) defined in "
                    + $"{(asked.Count == 0 ? "Runner config" : "GitLab pipeline config")} is not one of the allowed_pull_policies ({Words(open)})"
            );
    }

    public static string Word(this PullPolicy policy) =>
        policy switch
        {
            PullPolicy.Always => "always",
            PullPolicy.IfNotPresent => "if-not-present",
            _ => "never",
        };

    /// <summary><c>[always if-not-present]</c>, as logs have it.</summary>
    public static string Words(IEnumerable<PullPolicy> policies) => "[" + string.Join(' ', policies.Select(Word)) + "]";

    private static PullPolicy Parse(string word) =>
        word switch
        {
            "always" or "" => PullPolicy.Always,
            "if-not-present" => PullPolicy.IfNotPresent,
            "never" => PullPolicy.Never,
            _ => throw new JobFailedException(
                FailureReason.RunnerConfiguration,
                $"unsupported pull_policy \"{word}\": always, if-not-present or never"
            ),
        };
}
