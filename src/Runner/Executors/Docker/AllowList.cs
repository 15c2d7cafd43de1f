using Slipway.Protocol.Jobs;
using Slipway.Runner.Artifacts;

namespace Slipway.Runner.Executors.Docker;

/// <summary>Lists of image globs: which images a job may use, and which run privileged. An empty list holds everything.</summary>
internal static class AllowList
{
    /// <param name="always">The runner's own images, which need not be listed.</param>
    /// <exception cref="JobFailedException">It is not allowed.</exception>
    public static void Check(string what, string image, IReadOnlyList<string> globs, params ReadOnlySpan<string> always)
    {
        if (always.Contains(image) || Holds(image, globs))
            return;
        throw new JobFailedException(
            FailureReason.RunnerConfiguration,
            $"invalid {what}: \"{image}\" is not allowed; the runner allows {string.Join(", ", globs)}"
        );
    }

    public static bool Holds(string image, IReadOnlyList<string> globs) =>
        globs.Count == 0 || globs.Any(glob => new Glob(glob).Matches(image));
}
