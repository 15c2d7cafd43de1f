using System.Collections.Immutable;
using Slipway.Compiler.Yaml;

namespace Slipway.Compiler.Keywords;

/// <summary>
/// Jobs against each other, after normalizing: stages, needs, dependencies, on_stop, circles. GitLab stops at the first mistake; here all
/// are told, in its order, and those of a parallel job once.
/// </summary>
internal sealed class JobGraphCheck
{
    private const int MostNeeds = 50;
    private const int LongestNeedName = 255;

    private readonly Dictionary<string, JobInstance> _jobs;
    private readonly Dictionary<string, int> _stages;
    private readonly ImmutableArray<string> _stageNames;
    private readonly bool _stagesAreKnown;
    private readonly DiagnosticBag _bag;

    private JobGraphCheck(ImmutableArray<string> stages, bool stagesAreKnown, ImmutableArray<JobInstance> instances, DiagnosticBag bag)
    {
        _jobs = new Dictionary<string, JobInstance>(instances.Length, StringComparer.Ordinal);
        foreach (var instance in instances)
            _jobs[instance.Name] = instance;
        _stages = new Dictionary<string, int>(stages.Length, StringComparer.Ordinal);
        for (var i = 0; i < stages.Length; i++)
            _stages.TryAdd(stages[i], i);
        _stageNames = stages;
        _stagesAreKnown = stagesAreKnown;
        _bag = bag;
    }

    /// <param name="stagesAreKnown">False when <c>stages</c> could not be read: then stages are not compared.</param>
    public static void Check(ImmutableArray<string> stages, bool stagesAreKnown, ImmutableArray<JobInstance> instances, DiagnosticBag bag)
    {
        var check = new JobGraphCheck(stages, stagesAreKnown, instances, bag);
        JobInstance? last = null;
        foreach (var instance in instances)
        {
            var isFirst = !ReferenceEquals(instance.Job, last?.Job);
            if (isFirst || instance.Needs != last!.Needs)
                check.CheckJob(instance, isFirst);
            last = instance;
        }
        CircularNeeds.Check(instances, bag);
    }

    private void CheckJob(JobInstance instance, bool isFirst)
    {
        var job = instance.Job;
        var stageIsThere = StageOf(instance) >= 0;
        if (isFirst && _stagesAreKnown && !stageIsThere)
            Tell(
                DiagnosticCode.UnknownStage,
                $"{instance.Name} job: chosen stage {job.Stage} does not exist; available stages are {string.Join(", ", _stageNames)}",
                job.Stage.At,
                Advise(job.Stage.Text, _stageNames)
            );
        if (isFirst)
        {
            CheckDependenciesInNeeds(job);
            foreach (var dependency in instance.Dependencies ?? [])
                CheckName(instance, dependency.Text, dependency.At, isNeed: false, optional: false);
        }
        CheckNeeds(instance, instance.Needs);
        if (!isFirst)
            return;
        foreach (var rule in job.Rules ?? [])
        {
            if (rule.Needs is not null)
                CheckNeeds(instance, rule.Needs);
        }
        foreach (var include in job.Trigger?.Include ?? [])
        {
            if (include.Job is { } maker)
                CheckName(instance, maker.Text, maker.At, isNeed: false, optional: false);
        }
        if (job.Environment is { OnStop: { } stop } environment)
            CheckOnStop(instance, environment, stop);
    }

    /// <summary>A need or dependency must be defined, and not in a later stage. A stage that is no stage is told of its own job.</summary>
    private void CheckName(JobInstance instance, string name, Position at, bool isNeed, bool optional)
    {
        var word = isNeed ? "need" : "dependency";
        if (!_jobs.TryGetValue(name, out var target))
        {
            if (!optional)
            {
                var code = isNeed ? DiagnosticCode.UndefinedNeed : DiagnosticCode.UndefinedDependency;
                Tell(
                    code,
                    $"{instance.Name} job: undefined {word}: {name}",
                    at,
                    Advise(name, _jobs.Keys.Where(other => other != instance.Name))
                );
            }
            return;
        }
        if (isNeed && name.Length > LongestNeedName && name.EnumerateRunes().Count() > LongestNeedName)
            Tell(
                DiagnosticCode.NeedNameTooLong,
                $"{instance.Name} job: need `{name}` name is too long (maximum is {LongestNeedName} characters)",
                at
            );
        if (StageOf(instance) is >= 0 and var own && StageOf(target) is >= 0 and var other && other > own)
            Tell(DiagnosticCode.NotInPriorStages, $"{instance.Name} job: {word} {name} is not defined in current or prior stages", at);
    }

    private int StageOf(JobInstance instance) => _stages.GetValueOrDefault(instance.Job.Stage.Text, -1);

    private void CheckNeeds(JobInstance instance, ImmutableArray<NeedConfig>? needs)
    {
        if (needs is not { Length: > 0 } all)
            return;
        HashSet<string>? seen = null;
        List<NeedConfig.Job>? twice = null;
        var count = 0;
        foreach (var item in all)
        {
            if (item is not NeedConfig.Job need)
                continue;
            count++;
            CheckName(instance, need.Name, need.At, isNeed: true, need.Optional);
            if (all.Length > 1 && !(seen ??= new HashSet<string>(StringComparer.Ordinal)).Add(need.Name))
                (twice ??= []).Add(need);
        }
        if (twice is not null)
        {
            var names = string.Join(", ", twice.Select(need => need.Name).Distinct());
            Tell(DiagnosticCode.DuplicateNeeds, $"{instance.Name} has the following needs duplicated: {names}.", twice[0].At);
        }
        if (count > MostNeeds)
            Tell(
                DiagnosticCode.TooManyNeeds,
                $"{instance.Name}: one job can only need {MostNeeds} others, but you have listed {count}. See needs keyword documentation for more details",
                all[MostNeeds].At
            );
    }

    /// <summary>Names as written: GitLab compares before it expands parallel jobs.</summary>
    private void CheckDependenciesInNeeds(JobConfig job)
    {
        if (job.Dependencies is not { Length: > 0 } dependencies || job.Needs is not { Length: > 0 } needs)
            return;
        var names = needs.OfType<NeedConfig.Job>().Select(need => need.Name).ToHashSet(StringComparer.Ordinal);
        if (names.Count == 0)
        {
            Tell(
                DiagnosticCode.DependencyOutsideNeeds,
                $"jobs:{job.Name} needs corresponding to dependencies must be from the same pipeline",
                needs[0].At
            );
            return;
        }
        TextAt[] missing = [.. dependencies.Where(dependency => !names.Contains(dependency.Text))];
        if (missing.Length > 0)
        {
            var list = string.Join(", ", missing.Select(dependency => dependency.Text));
            Tell(DiagnosticCode.DependencyOutsideNeeds, $"jobs:{job.Name} dependencies the {list} should be part of needs", missing[0].At);
        }
    }

    private void CheckOnStop(JobInstance instance, EnvironmentConfig environment, TextAt stop)
    {
        var wrong =
            !_jobs.TryGetValue(stop.Text, out var job) ? "is not defined"
            : job.Job.Environment is not { } other ? "does not have environment defined"
            : other.Name.Text != environment.Name.Text ? "have different environment name"
            : other.Action != "stop" ? "needs to have action stop defined"
            : null;
        if (wrong is not null)
            Tell(
                DiagnosticCode.InvalidOnStop,
                $"{instance.Name} job: on_stop job {stop} {wrong}",
                stop.At,
                job is null ? Advise(stop.Text, _jobs.Keys) : null
            );
    }

    /// <summary>Looking through all names is for the first mistakes; a file with hundreds has other worries.</summary>
    private string? Advise(string name, IEnumerable<string> known) => _advice++ < MostAdvice ? Suggestion.For(name, known) : null;

    private const int MostAdvice = 20;
    private int _advice;
    private readonly HashSet<(string Code, Position At)> _told = [];

    /// <summary>Instances of one job share their places, and their mistakes.</summary>
    private void Tell(string code, string message, Position at, string? help = null)
    {
        if (_told.Add((code, at)))
            _bag.Error(code, message, at, help);
    }
}
