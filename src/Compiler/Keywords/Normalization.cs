using System.Collections.Immutable;

namespace Slipway.Compiler.Keywords;

/// <summary>
/// What GitLab calls normalizing: parallel jobs become their instances, and needs and dependencies that name such a job name its instances.
/// A later job of the same name takes the earlier one's place.
/// </summary>
internal static class Normalization
{
    public static ImmutableArray<JobInstance> Expand(ImmutableArray<JobConfig> jobs, DiagnosticBag bag)
    {
        if (jobs.All(static job => job.Parallel is null))
            return [.. jobs.Select(static job => new JobInstance(job.Name, job, Index: null, Total: 1) { Needs = job.Needs, Dependencies = job.Dependencies })];
        var parallel = jobs.Where(job => job.Parallel is not null).ToDictionary(job => job.Name, ParallelExpansion.Instances, StringComparer.Ordinal);
        var instances = new List<JobInstance>(jobs.Length);
        var places = new Dictionary<string, int>(StringComparer.Ordinal);
        var expressions = new MatrixExpressions(bag);
        foreach (var job in jobs)
        {
            foreach (var instance in parallel.GetValueOrDefault(job.Name) ?? [new JobInstance(job.Name, job, Index: null, Total: 1)])
            {
                var normalized = instance with { Needs = Needs(instance, parallel, expressions), Dependencies = Dependencies(job, parallel) };
                if (places.TryAdd(instance.Name, instances.Count))
                    instances.Add(normalized);
                else
                    instances[places[instance.Name]] = normalized;
            }
        }
        return [.. instances];
    }

    private static ImmutableArray<NeedConfig>? Needs(JobInstance instance, Dictionary<string, JobInstance[]> parallel, MatrixExpressions expressions) =>
        instance.Job.Needs is { } needs ? [.. needs.SelectMany(need => Expand(expressions.Resolve(need, instance), parallel))] : null;

    private static IEnumerable<NeedConfig> Expand(NeedConfig need, Dictionary<string, JobInstance[]> parallel)
    {
        if (need is not NeedConfig.Job job)
            return [need];
        if (!parallel.TryGetValue(job.Name, out var instances))
            return [job with { Matrix = null }];
        // The selector's own words make the names: its order and spelling must be the target's.
        var names = job.Matrix is { } rows ? ParallelExpansion.Names(job.Name, rows) : instances.Select(instance => instance.Name);
        return names.Select(name => job with { Name = name, Matrix = null });
    }

    private static ImmutableArray<TextAt>? Dependencies(JobConfig job, Dictionary<string, JobInstance[]> parallel) =>
        job.Dependencies is { } names
            ? [.. names.SelectMany(name => parallel.TryGetValue(name.Text, out var all) ? all.Select(one => name with { Text = one.Name }) : [name])]
            : null;
}
