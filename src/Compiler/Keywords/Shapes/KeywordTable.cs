using System.Collections.Frozen;
using System.Collections.Immutable;
using static Slipway.Compiler.Keywords.Shapes.CommonShapes;

namespace Slipway.Compiler.Keywords.Shapes;

/// <summary>
/// Every keyword of a configuration: where it may stand and what its value looks like. <c>include</c> and <c>spec</c> are not among them,
/// for they are gone when keywords are read.
/// </summary>
internal static class KeywordTable
{
    private const Where Everywhere = Where.TopLevel | Where.Default | Where.Job;
    private const Where Inherited = Where.Default | Where.Job;

    /// <summary>In the order GitLab's documentation lists them, those with two rows once for each kind of job.</summary>
    public static ImmutableArray<Keyword> All { get; } =
    [
        new("stages", new Shape.NestedTexts()) { Where = Where.TopLevel },
        new("workflow", JobPartShapes.Workflow) { Where = Where.TopLevel },
        new("variables", VariableShapes.Global) { Where = Where.TopLevel },
        new("variables", VariableShapes.OfJob) { Where = Where.AnyJob },
        new("image", ImageShapes.Image) { Where = Everywhere },
        new("services", ImageShapes.Services) { Where = Everywhere },
        new("before_script", Commands) { Where = Everywhere },
        new("after_script", Commands) { Where = Everywhere },
        new("cache", CacheShapes.Cache) { Where = Everywhere },
        new("hooks", JobPartShapes.Hooks) { Where = Inherited },
        new("interruptible", Flag) { Where = Inherited | Where.TriggerJob },
        new("timeout", JobPartShapes.Timeout) { Where = Inherited },
        new("retry", JobPartShapes.Retry) { Where = Inherited, HasOwnPlace = true },
        new("tags", JobPartShapes.Tags) { Where = Inherited },
        new("artifacts", ArtifactShapes.Artifacts) { Where = Inherited },
        new("id_tokens", SecretShapes.IdTokens) { Where = Inherited },
        new("identity", SecretShapes.Identity) { Where = Inherited },
        new("script", Commands) { Where = Where.Job },
        new("run", RunShapes.Run) { Where = Where.Job },
        new("trigger", TriggerShapes.Trigger) { Where = Where.TriggerJob },
        new("stage", JobPartShapes.Stage) { Where = Where.AnyJob },
        Keyword.Part("extends", JobPartShapes.Extends) with
        {
            Where = Where.AnyJob,
        },
        new("rules", RuleShapes.OfJob) { Where = Where.AnyJob },
        new("only", RuleShapes.Policy) { Where = Where.AnyJob },
        new("except", RuleShapes.Policy) { Where = Where.AnyJob },
        new("inherit", JobPartShapes.Inherit) { Where = Where.AnyJob },
        new("needs", NeedShapes.OfJob) { Where = Where.Job },
        new("needs", NeedShapes.OfTriggerJob) { Where = Where.TriggerJob },
        Keyword.Part("dependencies", Texts) with
        {
            Where = Where.Job,
        },
        Keyword.Part("when", OneOfThese("on_success", "on_failure", "always", "manual", "delayed")) with
        {
            Where = Where.Job,
        },
        Keyword.Part("when", OneOfThese("on_success", "on_failure", "always", "manual")) with
        {
            Where = Where.TriggerJob,
        },
        Keyword.Part("start_in", Anything) with
        {
            Where = Where.Job,
        },
        Keyword.Part("manual_confirmation", Text) with
        {
            Where = Where.Job,
        },
        new("allow_failure", JobPartShapes.AllowFailure) { Where = Where.Job },
        Keyword.Part("allow_failure", Flag) with
        {
            Where = Where.TriggerJob,
        },
        new("parallel", NeedShapes.Parallel) { Where = Where.Job },
        new("parallel", NeedShapes.ParallelMatrix) { Where = Where.TriggerJob },
        new("environment", EnvironmentShapes.Environment) { Where = Where.AnyJob },
        Keyword.Part("resource_group", Text) with
        {
            Where = Where.AnyJob,
        },
        new("coverage", new Shape.Pattern()) { Where = Where.Job },
        new("release", ReleaseShapes.Release) { Where = Where.Job },
        new("publish", Text) { Where = Where.Job },
        new("pages", JobPartShapes.Pages) { Where = Where.Job },
        new("secrets", SecretShapes.Secrets) { Where = Where.Job },
        new("dast_configuration", SecretShapes.DastConfiguration) { Where = Where.Job },
        new("inputs", JobInputShapes.Inputs) { Where = Where.Job },
    ];

    private static readonly FrozenDictionary<string, Keyword> s_topLevel = At(Where.TopLevel);
    private static readonly FrozenDictionary<string, Keyword> s_default = At(Where.Default);
    private static readonly FrozenDictionary<string, Keyword> s_job = At(Where.Job);
    private static readonly FrozenDictionary<string, Keyword> s_triggerJob = At(Where.TriggerJob);

    /// <summary>The keyword of that name there, or <see langword="null"/>.</summary>
    public static Keyword? Find(Where where, string name) => AllAt(where).GetValueOrDefault(name);

    /// <param name="where">One place.</param>
    public static FrozenDictionary<string, Keyword> AllAt(Where where) =>
        where switch
        {
            Where.TopLevel => s_topLevel,
            Where.Default => s_default,
            Where.TriggerJob => s_triggerJob,
            _ => s_job,
        };

    private static FrozenDictionary<string, Keyword> At(Where where) =>
        All.Where(keyword => keyword.Where.HasFlag(where)).ToFrozenDictionary(keyword => keyword.Name, StringComparer.Ordinal);
}
