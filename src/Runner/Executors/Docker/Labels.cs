using System.Globalization;

namespace Slipway.Runner.Executors.Docker;

/// <summary>
/// What is written on everything that a job makes in the engine: gitlab-runner's labels, and whose it is (<see cref="OwnerLock"/>).
/// Only what bears the latter is ever removed by <see cref="Janitor"/>; volumes that outlive their job do not bear it.
/// </summary>
internal sealed class Labels(JobEnvironment job, OwnerLock owner)
{
    private const string Prefix = "com.gitlab.gitlab-runner.";

    /// <param name="type"><c>build</c>, <c>service</c>, <c>cache</c> …</param>
    public Dictionary<string, string> Of(string type, params ReadOnlySpan<(string Key, string Value)> more)
    {
        var payload = job.Payload;
        var labels = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var (key, value) in job.Runner.Docker.ContainerLabels)
            labels[key] = job.Variables.Expand(value);
        (string Key, string Value)[] own =
        [
            ("managed", "true"),
            ("type", type),
            ("job.id", Text(payload.Id)),
            ("job.url", job.Variables["CI_JOB_URL"] ?? ""),
            ("job.sha", payload.GitInfo.Sha),
            ("job.before_sha", payload.GitInfo.BeforeSha),
            ("job.ref", payload.GitInfo.Ref),
            ("job.timeout", Text(payload.RunnerInfo.Timeout) + "s"),
            ("project.id", Text(payload.JobInfo.ProjectId)),
            ("project.runner_id", Text(job.Host.ConcurrentProjectId)),
            ("pipeline.id", Text(payload.JobInfo.PipelineId)),
            ("runner.id", job.Runner.ShortToken),
            ("runner.local_id", Text(job.Host.ConcurrentId)),
            ("runner.system_id", job.Host.SystemId),
            .. more,
        ];
        foreach (var (key, value) in own)
            labels[Prefix + key] = value;
        return labels;
    }

    /// <summary>The same for what must not outlive this process.</summary>
    public Dictionary<string, string> OfOwn(string type, params ReadOnlySpan<(string Key, string Value)> more)
    {
        var labels = Of(type, more);
        labels[DockerExecutors.OwnerLabel] = owner.Name;
        return labels;
    }

    /// <param name="kept">It stays for later jobs of the same runner, project and slot.</param>
    public Dictionary<string, string> OfVolume(string destination, bool kept, bool isProtected)
    {
        (string, string)[] more =
        [
            ("destination", destination),
            ("protected", isProtected ? "true" : "false"),
            ("reusable", kept ? "true" : "false"),
        ];
        return kept ? Of("cache", more) : OfOwn("cache", more);
    }

    private static string Text(long number) => number.ToString(CultureInfo.InvariantCulture);
}
