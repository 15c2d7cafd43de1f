using System.Collections.Immutable;
using Slipway.Compiler;

namespace Slipway.Engine;

/// <summary>Who waits for whom, worked out once per pipeline. Jobs are named by their index in <see cref="CompiledPipeline.Jobs"/>.</summary>
internal sealed class PipelineGraph
{
    private readonly Dictionary<string, int> _byName;

    private PipelineGraph(CompiledPipeline pipeline, Dictionary<string, int> byName, int[]?[] needs, int[][] dependents, int[][] stages)
    {
        Pipeline = pipeline;
        _byName = byName;
        Needs = needs;
        Dependents = dependents;
        Stages = stages;
    }

    public CompiledPipeline Pipeline { get; }

    /// <summary>The jobs each job needs; <see langword="null"/> for a job that waits for the earlier stages.</summary>
    public int[]?[] Needs { get; }

    /// <summary><see cref="Needs"/> the other way round.</summary>
    public int[][] Dependents { get; }

    /// <summary>The jobs of each stage, every job after those of its stage that it needs, else in file order.</summary>
    public int[][] Stages { get; }

    public static PipelineGraph Of(CompiledPipeline pipeline)
    {
        var byName = new Dictionary<string, int>(pipeline.Jobs.Length, StringComparer.Ordinal);
        for (var i = 0; i < pipeline.Jobs.Length; i++)
            byName[pipeline.Jobs[i].Name] = i;

        var needs = FindNeeds(pipeline.Jobs, byName);
        var dependents = Reverse(needs);
        return new PipelineGraph(pipeline, byName, needs, dependents, OrderStages(pipeline, needs, dependents));
    }

    public int? IndexOf(string name) => _byName.TryGetValue(name, out var index) ? index : null;

    /// <summary>The jobs that need <paramref name="job"/>, directly or through others.</summary>
    public HashSet<int> DescendantsOf(int job)
    {
        var found = new HashSet<int>();
        var open = new Stack<int>();
        open.Push(job);
        while (open.TryPop(out var next))
        {
            foreach (var dependent in Dependents[next])
            {
                if (found.Add(dependent))
                    open.Push(dependent);
            }
        }

        return found;
    }

    private static int[]?[] FindNeeds(ImmutableArray<CompiledJob> jobs, Dictionary<string, int> byName)
    {
        var needs = new int[]?[jobs.Length];
        for (var i = 0; i < jobs.Length; i++)
        {
            // A need that is not in the pipeline is not waited for, as in GitLab; the compiler has already refused those that are not optional.
            if (jobs[i].Needs is { } named)
                needs[i] = [.. named.Select(need => byName.GetValueOrDefault(need.Job, -1)).Where(index => index >= 0).Distinct()];
        }

        return needs;
    }

    private static int[][] Reverse(int[]?[] needs)
    {
        var counts = new int[needs.Length];
        foreach (var list in needs)
        {
            foreach (var need in list ?? [])
                counts[need]++;
        }

        var dependents = Array.ConvertAll(counts, count => new int[count]);
        for (var job = 0; job < needs.Length; job++)
        {
            foreach (var need in needs[job] ?? [])
                dependents[need][^counts[need]--] = job;
        }

        return dependents;
    }

    private static int[][] OrderStages(CompiledPipeline pipeline, int[]?[] needs, int[][] dependents)
    {
        var stages = new List<int>[
            Math.Max(pipeline.Stages.Length, pipeline.Jobs.Select(job => job.StageIndex + 1).DefaultIfEmpty().Max())
        ];
        for (var stage = 0; stage < stages.Length; stage++)
            stages[stage] = [];

        for (var job = 0; job < pipeline.Jobs.Length; job++)
            stages[pipeline.Jobs[job].StageIndex].Add(job);

        return Array.ConvertAll(stages, stage => OrderStage(pipeline.Jobs, stage, needs, dependents));
    }

    /// <summary>Kahn's way. The compiler refuses circles; jobs in one would stand last, and wait for ever.</summary>
    private static int[] OrderStage(ImmutableArray<CompiledJob> jobs, List<int> stage, int[]?[] needs, int[][] dependents)
    {
        var waitsFor = new Dictionary<int, int>();
        foreach (var job in stage)
        {
            var inStage = (needs[job] ?? []).Count(need => jobs[need].StageIndex == jobs[job].StageIndex);
            if (inStage > 0)
                waitsFor[job] = inStage;
        }

        if (waitsFor.Count == 0)
            return [.. stage];

        var order = new List<int>(stage.Where(job => !waitsFor.ContainsKey(job)));
        for (var next = 0; next < order.Count; next++)
        {
            foreach (var dependent in dependents[order[next]])
            {
                if (jobs[dependent].StageIndex == jobs[order[next]].StageIndex && --waitsFor[dependent] == 0)
                    order.Add(dependent);
            }
        }

        return [.. order, .. stage.Where(job => waitsFor.GetValueOrDefault(job) > 0)];
    }
}
