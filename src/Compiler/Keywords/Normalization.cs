using System.Collections.Immutable;

namespace Slipway.Compiler.Keywords;

/// <summary>
/// What GitLab calls normalizing: parallel jobs become their instances, and needs and dependencies that name such a job name its instances.
/// A later job of the same name takes the earlier one's place.
/// </summary>
internal sealed class Normalization
{
    /// <summary>A small file can ask for millions of jobs; no pipeline has so many.</summary>
    public const int MostJobs = 50_000;

    /// <summary>In all jobs together, after expansion.</summary>
    private const int MostNames = 1_000_000;

    private readonly Dictionary<string, JobInstance[]> _parallel;
    private readonly MatrixExpressions _expressions;
    private readonly DiagnosticBag _bag;
    private int _namesLeft = MostNames;

    private Normalization(Dictionary<string, JobInstance[]> parallel, DiagnosticBag bag)
    {
        _parallel = parallel;
        _expressions = new MatrixExpressions(bag);
        _bag = bag;
    }

    public static ImmutableArray<JobInstance> Expand(ImmutableArray<JobConfig> jobs, DiagnosticBag bag)
    {
        if (jobs.All(static job => job.Parallel is null))
            return
            [
                .. jobs.Select(static job => new JobInstance(job.Name, job, Index: null, Total: 1)
                {
                    Needs = job.Needs,
                    Dependencies = job.Dependencies,
                }),
            ];
        if (TooMany(jobs) is { } job)
        {
            var text =
                $"The number of jobs has exceeded the limit of {MostJobs}. Try splitting the configuration with parent-child-pipelines";
            bag.Error(DiagnosticCode.OutOfLimits, text, job.At);
            return [];
        }
        var parallel = jobs.Where(job => job.Parallel is not null)
            .ToDictionary(job => job.Name, ParallelExpansion.Instances, StringComparer.Ordinal);
        return new Normalization(parallel, bag).Expand(jobs);
    }

    /// <returns>The job that is one too many.</returns>
    private static JobConfig? TooMany(ImmutableArray<JobConfig> jobs)
    {
        var count = 0L;
        foreach (var job in jobs)
        {
            count += ParallelExpansion.Count(job.Parallel);
            if (count > MostJobs)
                return job;
        }
        return null;
    }

    private ImmutableArray<JobInstance> Expand(ImmutableArray<JobConfig> jobs)
    {
        var instances = new List<JobInstance>(jobs.Length);
        var places = new Dictionary<string, int>(StringComparer.Ordinal);
        foreach (var job in jobs)
        {
            var ofOwnMatrix = job.Needs is { } needs && needs.Any(MatrixExpressions.AreIn);
            var sharedNeeds = ofOwnMatrix ? null : Needs(job.Needs ?? []);
            var dependencies = Dependencies(job);
            foreach (var instance in _parallel.GetValueOrDefault(job.Name) ?? [new JobInstance(job.Name, job, Index: null, Total: 1)])
            {
                var own = ofOwnMatrix ? Needs([.. job.Needs!.Value.Select(need => _expressions.Resolve(need, instance))]) : sharedNeeds;
                var normalized = instance with { Needs = job.Needs is null ? null : own, Dependencies = dependencies };
                if (places.TryAdd(instance.Name, instances.Count))
                    instances.Add(normalized);
                else
                    instances[places[instance.Name]] = normalized;
            }
        }
        return [.. instances];
    }

    private ImmutableArray<NeedConfig>? Needs(ImmutableArray<NeedConfig> needs)
    {
        var expanded = ImmutableArray.CreateBuilder<NeedConfig>(needs.Length);
        foreach (var need in needs)
        {
            if (need is not NeedConfig.Job job)
                expanded.Add(need);
            else if (!_parallel.TryGetValue(job.Name, out var instances))
                expanded.Add(job with { Matrix = null });
            else
                Add(job, instances, expanded);
        }
        return expanded.DrainToImmutable();
    }

    /// <summary>The selector's own words make the names: its order and spelling must be the target's.</summary>
    private void Add(NeedConfig.Job need, JobInstance[] instances, ImmutableArray<NeedConfig>.Builder expanded)
    {
        var names = need.Matrix is { } rows ? ParallelExpansion.Names(need.Name, rows) : instances.Select(instance => instance.Name);
        foreach (var name in names)
        {
            if (!Spend(need.At))
                return;
            expanded.Add(need with { Name = name, Matrix = null });
        }
    }

    private ImmutableArray<TextAt>? Dependencies(JobConfig job)
    {
        if (job.Dependencies is not { } names)
            return null;
        var expanded = ImmutableArray.CreateBuilder<TextAt>(names.Length);
        foreach (var name in names)
        {
            if (!_parallel.TryGetValue(name.Text, out var instances))
                expanded.Add(name);
            else if (Spend(name.At, instances.Length))
                expanded.AddRange(instances.Select(instance => name with { Text = instance.Name }));
        }
        return expanded.DrainToImmutable();
    }

    private bool Spend(Position at, int count = 1)
    {
        if (_namesLeft >= 0 && (_namesLeft -= count) < 0)
            _bag.Error(
                DiagnosticCode.OutOfLimits,
                $"needs and dependencies name more than {MostNames} jobs, with parallel jobs written out",
                at
            );
        return _namesLeft >= 0;
    }
}
