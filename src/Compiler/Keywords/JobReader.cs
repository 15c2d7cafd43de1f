using System.Collections.Immutable;
using System.Globalization;
using Slipway.Compiler.Keywords.Durations;
using Slipway.Compiler.Keywords.Shapes;
using Slipway.Compiler.Yaml;
using Slipway.Protocol.Jobs;

namespace Slipway.Compiler.Keywords;

/// <summary>Makes <see cref="JobConfig"/>s out of maps that have been checked.</summary>
internal sealed class JobReader(NodeReading read, DefaultKeywords defaults, bool workflowHasRules)
{
    private readonly SharedNodes<ImmutableArray<string>> _commands = new(Commands);
    private readonly SharedNodes<JobImage?> _images = new(node => ImageReading.Image(read, node));
    private readonly SharedNodes<ImmutableArray<JobImage>?> _services = new(node => ImageReading.Services(read, node));
    private readonly SharedNodes<ImmutableArray<CacheConfig>?> _caches = new(node => ArtifactReading.Caches(read, node));
    private readonly SharedNodes<ArtifactsConfig?> _artifacts = new(node => ArtifactReading.Artifacts(read, node));
    private readonly SharedNodes<ImmutableArray<RuleConfig>?> _rules = new(node => RuleReading.Rules(read, node));
    private readonly SharedNodes<ImmutableArray<VariableConfig>?> _variables = new(node => VariableReading.Variables(read, node));
    private readonly SharedNodes<RetryPolicy?> _retries = new(node => Retry(read, node));
    private readonly SharedNodes<ImmutableArray<CompiledJob.IdToken>?> _idTokens = new(node => SecretReading.IdTokens(read, node));

    public JobConfig Read(in ConfigEntry entry, ConfigMapping map, Where kind)
    {
        var job = new Job(read, map, read.Map(map, "inherit") is { } inherit ? Inherit(inherit, "default") : InheritConfig.All, defaults);
        var basics = Basics(entry, map, kind, job);
        return basics.IsBridge ? basics with { Trigger = Trigger(map) } : WithScript(basics, map, job);
    }

    /// <summary>What both kinds of job have.</summary>
    private JobConfig Basics(in ConfigEntry entry, ConfigMapping map, Where kind, in Job job)
    {
        var (allow, codes) = AllowFailure(map);
        return new JobConfig
        {
            Name = entry.Key,
            At = entry.At,
            IsBridge = kind == Where.TriggerJob,
            Stage = read.TextAt(map, "stage") ?? new TextAt("test", entry.At),
            Variables = _variables.Read(read.Node(map, "variables")) ?? [],
            InheritVariables = read.Map(map, "inherit") is { } inherit ? Inherit(inherit, "variables") : InheritConfig.All,
            Rules = _rules.Read(read.Node(map, "rules")),
            Only = Only(entry, map),
            Except = read.Node(map, "except") is { } except ? RuleReading.Policy(read, except) : null,
            When = RuleReading.When(read.Text(map, "when")),
            AllowFailure = allow,
            AllowFailureExitCodes = codes,
            Needs = read.Node(map, "needs") is { } needs ? NeedReading.Needs(read, needs) : null,
            Parallel = read.Node(map, "parallel") is { } parallel ? NeedReading.Parallel(read, parallel) : null,
            Environment = read.Node(map, "environment") is { } environment ? EnvironmentReading.Environment(read, environment) : null,
            ResourceGroup = read.TextAt(map, "resource_group"),
            Interruptible = job["interruptible"] is ConfigScalar interruptible ? interruptible.IsTrue : null,
        };
    }

    private JobConfig WithScript(JobConfig basics, ConfigMapping map, in Job job)
    {
        var pages = JobCheck.IsPages(basics.Name, map) ? EnvironmentReading.Pages(read, map) : null;
        var withScript = basics with
        {
            BeforeScript = Texts(job["before_script"]),
            Script = Texts(read.Node(map, "script")),
            AfterScript = Texts(job["after_script"]),
            Hooks = job["hooks"] is ConfigMapping hooks ? Hooks(hooks) : [],
            Image = _images.Read(job["image"]),
            Services = _services.Read(job["services"]) ?? [],
            StartIn = basics.When == JobWhen.Delayed && basics.Rules is null ? RuleReading.StartIn(read, map) : null,
            Dependencies = read.TextsAt(map, "dependencies"),
            Artifacts = WithPublished(_artifacts.Read(job["artifacts"]), pages, basics.At),
            Caches = _caches.Read(job["cache"]) ?? [],
            Retry = _retries.Read(job["retry"]),
            Timeout =
                read.Text(map, "timeout") is { } timeout && ChronicDuration.TryParse(timeout, out var seconds)
                    ? (int)Math.Ceiling(seconds)
                    : null,
            Tags = job["tags"] is { } tags ? NodeReading.TextsAt(tags) : [],
            Coverage = read.Text(map, "coverage") is { } coverage ? CoveragePattern(coverage) : null,
            Release = read.Node(map, "release") is { } release ? ArtifactReading.Release(read, release) : null,
            ManualConfirmation = read.Text(map, "manual_confirmation"),
            Pages = pages,
        };
        return HasAny(job, "id_tokens", "secrets", "identity", "dast_configuration", "run", "inputs")
            ? WithServer(withScript, map, job)
            : withScript;
    }

    private static bool HasAny(in Job job, params ReadOnlySpan<string> keys)
    {
        foreach (var key in keys)
        {
            if (job[key] is not null)
                return true;
        }

        return false;
    }

    /// <summary>What takes more than a shell.</summary>
    private JobConfig WithServer(JobConfig basics, ConfigMapping map, in Job job) =>
        basics with
        {
            IdTokens = _idTokens.Read(job["id_tokens"]) ?? [],
            Secrets = read.Map(map, "secrets") is { } secrets ? SecretReading.Secrets(read, secrets) : [],
            Identity = (job["identity"] as ConfigScalar)?.Text,
            DastConfiguration = read.Node(map, "dast_configuration") is { } dast ? SecretReading.Dast(read, dast) : null,
            Run = read.Node(map, "run") is { } run ? JsonText.Of(run) : null,
            Inputs = read.Map(map, "inputs") is { } inputs ? JobInputReading.Inputs(read, inputs) : [],
        };

    private ImmutableArray<string> Texts(ConfigNode? node) => node is null ? [] : _commands.Read(node);

    /// <summary>An empty text switches off, as an empty list does.</summary>
    private static ImmutableArray<string> Commands(ConfigNode node) =>
        NodeReading.Texts(node) is [var only] && only.Length == 0 ? [] : NodeReading.Texts(node);

    private TriggerConfig? Trigger(ConfigMapping map) =>
        read.Node(map, "trigger") is { } trigger ? EnvironmentReading.Trigger(read, trigger) : null;

    private PolicyConfig? Only(in ConfigEntry entry, ConfigMapping map)
    {
        if (read.Node(map, "only") is { } node)
        {
            var policy = RuleReading.Policy(read, node);
            return policy.Refs is null ? policy with { Refs = RuleReading.DefaultRefs(policy.At) } : policy;
        }
        // The key counts here, whatever its value: rules: null takes the default away too.
        if (map.Has("rules") || workflowHasRules)
            return null;
        return new PolicyConfig
        {
            At = entry.At,
            Refs = RuleReading.DefaultRefs(entry.At),
            IsDefault = true,
        };
    }

    private (bool? Allow, ImmutableArray<int> Codes) AllowFailure(ConfigMapping map) =>
        read.Node(map, "allow_failure") switch
        {
            ConfigScalar flag => (flag.IsTrue, []),
            ConfigMapping criteria => (false, Codes(read.Node(criteria, "exit_codes"))),
            _ => (null, []),
        };

    private static ImmutableArray<int> Codes(ConfigNode? node) =>
        node is null
            ? []
            :
            [
                .. NodeReading
                    .Texts(node)
                    .Select(text => int.TryParse(text, CultureInfo.InvariantCulture, out var code) ? code : int.MaxValue),
            ];

    private static RetryPolicy? Retry(NodeReading read, ConfigNode node)
    {
        if (node is ConfigScalar max)
            return new RetryPolicy(int.Parse(max.Text, CultureInfo.InvariantCulture), ["always"], []);
        if (node is not ConfigMapping map)
            return null;
        var codes = Codes(read.Node(map, "exit_codes"));
        var when = read.Texts(map, "when");
        if (when.IsEmpty && codes.IsEmpty)
            when = ["always"];
        return new RetryPolicy(read.Text(map, "max") is { } text ? int.Parse(text, CultureInfo.InvariantCulture) : 0, when, codes);
    }

    private ImmutableArray<JobHook> Hooks(ConfigMapping hooks) =>
        read.Texts(hooks, "pre_get_sources_script") is { IsEmpty: false } script ? [new JobHook("pre_get_sources_script", script)] : [];

    private InheritConfig Inherit(ConfigMapping inherit, string part) =>
        read.Node(inherit, part) switch
        {
            ConfigScalar flag => flag.IsTrue ? InheritConfig.All : new InheritConfig(Everything: false, []),
            ConfigSequence names => new InheritConfig(Everything: false, NodeReading.Texts(names)),
            _ => InheritConfig.All,
        };

    /// <summary>Flags stand before the pattern, as .NET and RE2 both write them.</summary>
    private static string CoveragePattern(string literal)
    {
        var end = literal.LastIndexOf('/');
        var flags = new string([.. literal[(end + 1)..].Where(flag => flag is 'i' or 's' or 'm').Distinct()]);
        return flags.Length > 0 ? $"(?{flags}){literal[1..end]}" : literal[1..end];
    }

    private static ArtifactsConfig? WithPublished(ArtifactsConfig? artifacts, PagesConfig? pages, Position at)
    {
        if (pages is null || artifacts is not null && artifacts.Paths.Contains(pages.Publish))
            return artifacts;
        artifacts ??= new ArtifactsConfig { At = at };
        return artifacts with { Paths = artifacts.Paths.Add(pages.Publish) };
    }

    /// <summary>A job's map over what it inherits.</summary>
    private readonly struct Job(NodeReading read, ConfigMapping map, InheritConfig inherit, DefaultKeywords defaults)
    {
        /// <summary>The job's own value, also an empty one; else the default's if the job lets it in. Null counts as not written.</summary>
        public ConfigNode? this[string key] =>
            map[key] is { } own and not ConfigScalar { IsNull: true } ? (read.IsBad(own) ? null : own)
            : inherit.Allows(key) ? defaults[key]
            : null;
    }
}
