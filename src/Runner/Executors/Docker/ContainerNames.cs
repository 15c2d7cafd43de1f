using System.Globalization;
using System.Security.Cryptography;

namespace Slipway.Runner.Executors.Docker;

/// <summary>Names of one job's containers and volumes (runner-protocol §12.4).</summary>
/// <param name="Project">The same for all jobs of a project in one slot; fit for a host name.</param>
/// <param name="Job">No other job's.</param>
internal sealed record ContainerNames(string Project, string Job)
{
    private const int MaxHostName = 63;

    public static ContainerNames Of(JobEnvironment job)
    {
        var runner = job.Runner.ShortToken is { Length: > 0 } token ? token : "local";
        var project = HostName(
            string.Create(
                CultureInfo.InvariantCulture,
                $"runner-{runner}-project-{job.Payload.JobInfo.ProjectId}-concurrent-{job.Host.ConcurrentProjectId}"
            )
        );
        return new ContainerNames(project, $"{project}-{Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(4))}");
    }

    public string Build => Job + "-build";

    public string Service(string slug, int index) => string.Create(CultureInfo.InvariantCulture, $"{Job}-{slug}-{index}");

    /// <summary>Lower case; letters, digits and inner dashes only (RFC 1123).</summary>
    private static string HostName(string text)
    {
        var fit = string.Concat(text.ToLowerInvariant().Where(c => char.IsAsciiLetterOrDigit(c) || c == '-'));
        return fit[..Math.Min(MaxHostName, fit.Length)].Trim('-');
    }
}
