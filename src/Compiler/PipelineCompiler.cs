using System.Collections.Immutable;
using Slipway.Compiler.Evaluation;
using Slipway.Compiler.Include;
using Slipway.Compiler.Inputs;
using Slipway.Compiler.Keywords;
using Slipway.Compiler.Keywords.Shapes;
using Slipway.Compiler.Origins;
using Slipway.Compiler.Rules;
using Slipway.Compiler.Rules.Expressions;
using Slipway.Compiler.Schema;
using Slipway.Compiler.Variables;
using Slipway.Compiler.Written;
using Slipway.Compiler.Yaml;

namespace Slipway.Compiler;

/// <summary>Where a configuration comes from.</summary>
public abstract record ConfigSource
{
    private ConfigSource() { }

    /// <summary>A file of the project, such as <see cref="ProjectFacts.ConfigPath"/>.</summary>
    public sealed record File(string Path) : ConfigSource;

    /// <summary>A text that need not be in the project: lint of an editor's content.</summary>
    /// <param name="Name">What positions call it.</param>
    public sealed record Text(string Name, string Content) : ConfigSource;

    /// <summary>A child pipeline: what its trigger job includes, in order.</summary>
    public sealed record Child(ImmutableArray<ChildInclude> Includes) : ConfigSource;
}

/// <param name="Text">For an artifact: the file's text; <see langword="null"/> when the job or the file is not there.</param>
public sealed record ChildInclude(TriggerInclude Include, string? Text = null);

/// <summary>The door: from <c>.gitlab-ci.yml</c> to the pipeline it means here and now. Decides and does nothing else.</summary>
public static class PipelineCompiler
{
    /// <summary>The JSON schema (draft 7) of a configuration file, made of the table of keywords that checks it: for editors.</summary>
    public static string JsonSchema => ConfigurationSchema.Json;

    /// <summary>An environment that somebody makes by hand: with the slug and the tier that one of a job has under this name.</summary>
    public static DeployEnvironment EnvironmentNamed(string name) =>
        new(name, Slugs.OfEnvironment(name), null, "start", null, null, Environments.Tier(name));

    /// <summary>A job that is handed out, the first time or again, with the variables that instance, groups and project have now in the place of those they had then.</summary>
    /// <param name="job">One of the pipeline's, as it was compiled.</param>
    /// <param name="now">As <see cref="PipelineContext.ProjectVariables"/>.</param>
    public static CompiledJob JobWithVariables(CompiledPipeline pipeline, CompiledJob job, ImmutableArray<ScopedVariable> now)
    {
        ArgumentNullException.ThrowIfNull(pipeline);
        ArgumentNullException.ThrowIfNull(job);
        return SettingVariables.Renew(pipeline, job, now);
    }

    /// <summary>
    /// Reads, merges and checks the configuration, asks its rules, and builds the jobs that are in. The user's mistakes are in the result;
    /// time is linear in the size of what was read and in the number of jobs.
    /// </summary>
    /// <exception cref="OperationCanceledException"><paramref name="ct"/> asked for it.</exception>
    public static Compilation Compile(ConfigSource source, ProjectTree tree, PipelineContext context, CancellationToken ct)
    {
        var bag = new DiagnosticBag();
        var variables = new PipelineVariables(context);
        var patterns = new PatternCache();
        var external = new ExternalLookup(context.External);
        var paths = new PathClauses(context, tree, external, variables.Mask);
        var rules = new RuleEvaluation(paths, patterns);
        var scope = ScopeOf(context, variables, rules) with { External = external };
        var loaded = ConfigurationLoader.Load(RootOf(source), tree, scope, bag);
        ct.ThrowIfCancellationRequested();
        if (loaded is not { Root: { } root, Included: { } included })
            return new Compilation(null, InFileOrder(bag, loaded.Files)) { Files = loaded.Files, ExternalTexts = loaded.Texts };
        var configuration = ConfigurationReader.Read(root, bag, Checks);
        var result = new Compilation(null, []);
        if (configuration is not null)
        {
            var policies = new PolicyEvaluation(context, paths, patterns);
            result = new PipelineEvaluation(context, variables, tree, rules, policies).Evaluate(configuration, bag, ct);
        }

        IReadOnlyList<string>? stages = configuration?.Stages;
        return result with
        {
            Diagnostics = OriginTrail.Add(InFileOrder(bag, loaded.Files), included),
            Files = loaded.Files,
            ExternalTexts = loaded.Texts,
            MergedYamlLater = new Lazy<string?>(() => YamlWriter.Write(WithStages(root, stages))),
            YamlWithOriginsLater = new Lazy<string?>(() => YamlWriter.Write(WithStages(root, stages), OriginComments.From(included))),
            WrittenLater = configuration is null ? null : new Lazy<WrittenConfiguration>(() => WrittenJobs.Of(root)),
        };
    }

    /// <summary>What the form for a pipeline by hand asks for: nobody has given a value yet, so something stands in for what must be given.</summary>
    /// <exception cref="OperationCanceledException"><paramref name="ct"/> asked for it.</exception>
    public static PipelineForm FormOf(ConfigSource source, ProjectTree tree, PipelineContext context, CancellationToken ct)
    {
        var bag = new DiagnosticBag();
        var variables = new PipelineVariables(context);
        var external = new ExternalLookup(context.External);
        var rules = new RuleEvaluation(new PathClauses(context, tree, external, variables.Mask), new PatternCache());
        var scope = ScopeOf(context, variables, rules) with { External = external, HasStandIns = true };
        var loaded = ConfigurationLoader.Load(RootOf(source), tree, scope, bag);
        ct.ThrowIfCancellationRequested();
        var configuration = loaded.Root is { } root ? ConfigurationReader.Read(root, bag, Checks) : null;
        return new PipelineForm(InputForm.Of(loaded.Header), VariableReading.Described(configuration));
    }

    /// <summary>The configuration with its stages as they are once <c>.pre</c> and <c>.post</c> have been put in, which is how GitLab shows it.</summary>
    private static ConfigMapping WithStages(ConfigMapping root, IReadOnlyList<string>? stages)
    {
        if (stages is null)
            return root;
        var at = root.Entry("stages")?.At ?? root.At;
        var list = new ConfigSequence(at, [.. stages.Select(stage => new ConfigScalar(at, ScalarKind.String, stage))]);
        var entry = new ConfigEntry("stages", at, list);
        return root.Has("stages")
            ? new ConfigMapping(root.At, [.. root.Entries.Select(e => e.Key == "stages" ? entry : e)])
            : new ConfigMapping(root.At, [entry, .. root.Entries]);
    }

    private static TextChecks Checks { get; } =
        new(text => Expression.TryParse(text, out _, out _), literal => RegexPattern.Parse(literal) is not null);

    private static ConfigRoot RootOf(ConfigSource source) =>
        source switch
        {
            ConfigSource.File(var path) => new ConfigRoot.File(path),
            ConfigSource.Text(var name, var content) => new ConfigRoot.Text(name, content),
            ConfigSource.Child(var includes) => new ConfigRoot.Includes([
                .. includes.Select(include => new RootInclude(include.Include, include.Text)),
            ]),
            _ => throw new ArgumentOutOfRangeException(nameof(source)),
        };

    private static IncludeScope ScopeOf(PipelineContext context, PipelineVariables variables, RuleEvaluation rules) =>
        new()
        {
            Expand = variables.BeforePipeline.Expand,
            Mask = variables.Mask,
            RulesAllow = new IncludeRules(rules, variables.BeforePipeline).Allow,
            Variable = variables.BeforePipeline.Find,
            Inputs = context.Inputs,
            ServerName = PredefinedVariables.ServerName(context.Server),
        };

    private static ImmutableArray<Diagnostic> InFileOrder(DiagnosticBag bag, ImmutableArray<string> files)
    {
        var all = bag.ToImmutable();
        if (all.Length < 2)
            return all;
        return
        [
            .. all.OrderBy(diagnostic => diagnostic.At is { } at ? files.IndexOf(at.File) : int.MaxValue)
                .ThenBy(diagnostic => diagnostic.At?.Line)
                .ThenBy(diagnostic => diagnostic.At?.Column),
        ];
    }
}
