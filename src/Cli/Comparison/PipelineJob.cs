using Slipway.Compiler;

namespace Slipway.Cli.Comparison;

/// <summary>A job as it is in one pipeline; of a parallel one its first instance, which stands for all.</summary>
/// <param name="Needs">By the names under which jobs are written, each once.</param>
internal sealed record PipelineJob(CompiledJob Job, IReadOnlyList<string>? Needs)
{
    public static Dictionary<string, PipelineJob> ByName(CompiledPipeline? pipeline)
    {
        var jobs = new Dictionary<string, PipelineJob>(StringComparer.Ordinal);
        if (pipeline is null)
            return jobs;
        var groups = pipeline.Jobs.ToDictionary(job => job.Name, job => job.GroupName, StringComparer.Ordinal);
        foreach (var job in pipeline.Jobs)
            jobs.TryAdd(job.GroupName, new PipelineJob(job, job.Needs is { } needs ? Named(needs, groups) : null));
        return jobs;
    }

    private static string[] Named(IEnumerable<JobNeed> needs, Dictionary<string, string> groups) =>
        [.. needs.Select(need => groups.GetValueOrDefault(need.Job, need.Job)).Distinct(StringComparer.Ordinal)];
}
