using Slipway.Protocol.Jobs;

namespace Slipway.Runner.Sources.Git;

/// <summary>
/// Flags that a job gives to git. Where git runs as the job they may be any; where it runs for the job, outside of its container, only those may
/// pass that name no program, no path and no other repository.
/// </summary>
internal static class GitFlags
{
    private static readonly string[] Fetch =
    [
        "--prune",
        "-p",
        "--prune-tags",
        "-P",
        "--quiet",
        "-q",
        "--verbose",
        "-v",
        "--progress",
        "--no-progress",
        "--tags",
        "-t",
        "--no-tags",
        "--force",
        "-f",
        "--keep",
        "--refetch",
        "--update-shallow",
        "--no-auto-gc",
        "--no-auto-maintenance",
        "--atomic",
        "--ipv4",
        "-4",
        "--ipv6",
        "-6",
        "--depth",
        "--deepen",
        "--shallow-since",
        "--shallow-exclude",
        "--unshallow",
        "--filter",
        "--jobs",
        "-j",
        "--no-recurse-submodules",
        "--no-show-forced-updates",
        "--no-write-fetch-head",
    ];

    private static readonly string[] Submodules =
    [
        "--quiet",
        "-q",
        "--progress",
        "--no-progress",
        "--force",
        "-f",
        "--remote",
        "--no-fetch",
        "-N",
        "--checkout",
        "--jobs",
        "-j",
        "--depth",
        "--filter",
        "--single-branch",
        "--no-single-branch",
        "--recommend-shallow",
        "--no-recommend-shallow",
    ];

    /// <summary>The words of a variable.</summary>
    public static IReadOnlyList<string> Words(string? text) =>
        (text ?? "").Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);

    /// <exception cref="JobFailedException">One of them is none that may pass.</exception>
    public static void CheckFetch(IReadOnlyList<string> flags) => Check("GIT_FETCH_EXTRA_FLAGS", flags, Fetch);

    /// <inheritdoc cref="CheckFetch"/>
    public static void CheckSubmodules(IReadOnlyList<string> flags) => Check("GIT_SUBMODULE_UPDATE_FLAGS", flags, Submodules);

    private static void Check(string variable, IReadOnlyList<string> flags, string[] allowed)
    {
        foreach (var flag in flags)
        {
            var name = flag.Split('=', 2)[0];
            // A number of its own belongs to the flag before it.
            if (!allowed.Contains(name) && !long.TryParse(flag, out _))
                throw new JobFailedException(
                    FailureReason.RunnerConfiguration,
                    $"{variable}: {flag} cannot be used here, because git runs on the runner's own machine for jobs in containers"
                );
        }
    }
}
