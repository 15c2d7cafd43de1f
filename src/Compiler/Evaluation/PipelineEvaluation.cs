using System.Collections.Immutable;
using Slipway.Compiler.Keywords;
using Slipway.Compiler.Variables;

namespace Slipway.Compiler.Evaluation;

/// <summary>From a checked configuration to a pipeline, in GitLab's order: workflow, jobs, what jobs need, and whether anything is left.</summary>
internal sealed class PipelineEvaluation(
    PipelineContext context,
    PipelineVariables variables,
    ProjectTree tree,
    RuleEvaluation rules,
    PolicyEvaluation policies
)
{
    public const string FilteredByWorkflow = "Pipeline filtered out by workflow rules.";

    public const string FilteredByRules =
        "Pipeline will not run for the selected trigger. The rules configuration prevented any jobs from being added to the pipeline.";

    private const int LongestName = 255;

    /// <summary>The compilation without what loading found: its diagnostics are those of evaluation.</summary>
    public Compilation Evaluate(Configuration configuration, DiagnosticBag bag, CancellationToken ct)
    {
        var global = VariableLayer.OfUnique(YamlVariables.Of(configuration.Variables));
        var workflow = configuration.Workflow.Rules is { } list ? rules.Evaluate(list, variables.OfPipeline(global)) : null;
        if (workflow?.Error is { } error)
            bag.Add(error);
        var result = new Compilation(null, []) { WorkflowRules = workflow?.Outcomes ?? [] };
        if (workflow is not null && workflow.Matched is not { Never: false })
            return result with
            {
                Refusal = workflow.Error is null ? FilteredByWorkflow : null,
                Decisions = [.. configuration.Jobs.Select(job => LeftOut(job, workflow.Reason))],
            };

        var root = VariableLayer.Of(global.With(YamlVariables.Of(workflow?.Matched?.Variables ?? [])).Items);
        var seeds = Seed(configuration, new YamlVariables(root), bag, ct);
        result = result with { Decisions = Decisions(configuration, seeds) };
        var included = seeds.Where(seed => seed.Decision.Included).ToArray();
        var name = NameOf(configuration.Workflow, root, bag);
        var pipeline = Build(configuration, included, root, name, bag, ct);
        if (bag.HasErrors)
            return result;
        if (pipeline.Jobs.All(job => job.Stage is ".pre" or ".post"))
            return result with { Refusal = FilteredByRules };
        return result with
        {
            Pipeline = pipeline with { AutoCancel = AutoCancelOf(configuration.Workflow.AutoCancel, workflow?.Matched?.AutoCancel) },
        };
    }

    private List<JobSeed> Seed(Configuration configuration, YamlVariables yaml, DiagnosticBag bag, CancellationToken ct)
    {
        var seeding = new Seeding(variables, yaml, rules, policies);
        var seeds = new List<JobSeed>(configuration.Instances.Length);
        foreach (var instance in configuration.Instances)
        {
            ct.ThrowIfCancellationRequested();
            seeds.Add(seeding.Seed(instance, bag));
        }

        return seeds;
    }

    private CompiledPipeline Build(
        Configuration configuration,
        JobSeed[] seeds,
        VariableLayer root,
        string? name,
        DiagnosticBag bag,
        CancellationToken ct
    )
    {
        var stages = new Dictionary<string, int>(StringComparer.Ordinal);
        foreach (var stage in configuration.Stages)
            stages.TryAdd(stage, stages.Count);
        var ordered = seeds.OrderBy(StageOf).ToArray();
        var included = ordered.ToDictionary(seed => seed.Instance.Name, StringComparer.Ordinal);
        var sources = new ArtifactSources(ordered, StageOf, configuration.Stages.Length);
        var building = new JobBuilding(context, variables, root, new CacheKeys(context, tree), name);
        foreach (var seed in seeds)
        {
            Needs.Check(seed, included, bag);
            building.CheckCircles(seed, bag);
        }

        var jobs = ImmutableArray.CreateBuilder<CompiledJob>(ordered.Length);
        foreach (var seed in bag.HasErrors ? [] : ordered)
        {
            ct.ThrowIfCancellationRequested();
            jobs.Add(building.Build(seed, StageOf(seed), included, sources));
        }

        return new CompiledPipeline
        {
            Source = context.Source,
            Ref = context.Ref,
            Name = name,
            Stages = configuration.Stages,
            Jobs = jobs.DrainToImmutable(),
            YamlVariables = root.Items,
            Context = context,
        };

        int StageOf(JobSeed seed) => stages[seed.Job.Stage.Text];
    }

    private string? NameOf(WorkflowConfig workflow, VariableLayer root, DiagnosticBag bag)
    {
        if (workflow.Name is not { } text)
            return null;
        var name = variables.OfPipeline(root).Expand(text.Text).Trim();
        if (name.Length > LongestName)
            bag.Error(DiagnosticCode.PipelineNameTooLong, $"Pipeline name is too long (maximum is {LongestName} characters)", text.At);
        return name.Length == 0 ? null : name;
    }

    private static AutoCancel AutoCancelOf(AutoCancelConfig? workflow, AutoCancelConfig? rule) =>
        new(rule?.OnNewCommit ?? workflow?.OnNewCommit ?? "conservative", rule?.OnJobFailure ?? workflow?.OnJobFailure ?? "none");

    private static JobDecision LeftOut(JobConfig job, string why) =>
        new(job.Name, false, [], null, $"there is no pipeline: workflow, {why}") { At = job.At };

    /// <summary>One for each job as written. Instances of a parallel job mostly agree; where they do not, one that is in speaks for all.</summary>
    private static ImmutableArray<JobDecision> Decisions(Configuration configuration, List<JobSeed> seeds)
    {
        var byJob = new Dictionary<string, JobDecision>(StringComparer.Ordinal);
        foreach (var seed in seeds)
            if (!byJob.TryGetValue(seed.Job.Name, out var known) || (!known.Included && seed.Decision.Included))
                byJob[seed.Job.Name] = seed.Decision with { Job = seed.Job.Name };
        return [.. configuration.Jobs.Where(job => byJob.ContainsKey(job.Name)).Select(job => byJob[job.Name])];
    }
}
