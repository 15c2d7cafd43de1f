using System.Collections.Immutable;
using Slipway.Compiler.Yaml;

namespace Slipway.Compiler.Keywords;

/// <summary><c>artifacts</c>. Texts may hold variables, which the runner replaces.</summary>
internal sealed record ArtifactsConfig
{
    public required Position At { get; init; }
    public ImmutableArray<string> Paths { get; init; } = [];
    public ImmutableArray<string> Exclude { get; init; } = [];
    public bool Untracked { get; init; }
    public string? Name { get; init; }

    /// <summary><c>on_success</c>, <c>on_failure</c> or <c>always</c>.</summary>
    public string When { get; init; } = "on_success";

    /// <summary>As written: a duration or <c>never</c>; <see langword="null"/>: the server's default.</summary>
    public string? ExpireIn { get; init; }

    public string? ExposeAs { get; init; }

    /// <summary><c>all</c>, <c>developer</c>, <c>maintainer</c> or <c>none</c>; <c>public: false</c> is <c>developer</c>.</summary>
    public string Access { get; init; } = "all";

    /// <summary>In file order.</summary>
    public ImmutableArray<ReportConfig> Reports { get; init; } = [];
}

/// <summary>One entry of <c>artifacts:reports</c>.</summary>
/// <param name="Type">The artifact's type: the key, <c>junit</c>, <c>dotenv</c> …; for <c>coverage_report</c> its format, <c>cobertura</c> or <c>jacoco</c>.</param>
internal sealed record ReportConfig(string Type, ImmutableArray<string> Paths, Position At);

internal sealed record CacheConfig
{
    public required Position At { get; init; }
    public CacheKeyConfig Key { get; init; } = CacheKeyConfig.Default;
    public ImmutableArray<string> Paths { get; init; } = [];
    public bool Untracked { get; init; }

    /// <summary>Share the cache between protected and other refs.</summary>
    public bool Unprotect { get; init; }

    /// <summary><c>on_success</c>, <c>on_failure</c> or <c>always</c>.</summary>
    public string When { get; init; } = "on_success";

    /// <summary><c>pull-push</c>, <c>pull</c>, <c>push</c>, or a text with variables.</summary>
    public string Policy { get; init; } = "pull-push";

    /// <summary>At most five, tried in order.</summary>
    public ImmutableArray<string> FallbackKeys { get; init; } = [];
}

internal abstract record CacheKeyConfig
{
    private CacheKeyConfig() { }

    /// <summary><c>default</c>, GitLab's key when none is written.</summary>
    public static CacheKeyConfig Default { get; } = new Text("default");

    internal sealed record Text(string Value) : CacheKeyConfig;

    /// <summary>A key made from files: <c>[PREFIX-]HASH</c>, or <c>[PREFIX-]default</c> when none of them exists.</summary>
    /// <param name="Paths">Globs. 1 to 10 for contents, 1 or 2 for commits.</param>
    /// <param name="OfCommits">The hash is of the last commits that changed the files (<c>files_commits</c>), not of their contents.</param>
    internal sealed record Files(ImmutableArray<string> Paths, string? Prefix, bool OfCommits) : CacheKeyConfig;
}

/// <summary><c>environment</c>. Texts may hold variables.</summary>
internal sealed record EnvironmentConfig
{
    public required Position At { get; init; }
    public required TextAt Name { get; init; }
    public TextAt? Url { get; init; }

    /// <summary><c>start</c>, <c>prepare</c>, <c>stop</c>, <c>verify</c> or <c>access</c>.</summary>
    public string Action { get; init; } = "start";

    /// <summary>A job of this configuration with the same environment and <c>action: stop</c>; checked.</summary>
    public TextAt? OnStop { get; init; }

    /// <summary>A duration, <c>never</c>, or a text with variables.</summary>
    public TextAt? AutoStopIn { get; init; }

    /// <summary>
    /// <c>production</c>, <c>staging</c>, <c>testing</c>, <c>development</c>, <c>other</c>, or a text with variables; <see langword="null"/>: guessed
    /// from the name.
    /// </summary>
    public string? DeploymentTier { get; init; }

    public KubernetesConfig? Kubernetes { get; init; }
}

/// <summary><c>environment:kubernetes</c>: what the environment's page shows; a job's run does not depend on it.</summary>
internal sealed record KubernetesConfig(string? Agent, string? Namespace, string? FluxResourcePath, bool? ManagedResources);

/// <summary>What a trigger job starts. Exactly one of <see cref="Project"/> and <see cref="Include"/> is given.</summary>
internal sealed record TriggerConfig
{
    public required Position At { get; init; }
    public TextAt? Project { get; init; }
    public TextAt? Branch { get; init; }

    /// <summary>The child pipeline's configuration, at most three; empty when another project is triggered.</summary>
    public ImmutableArray<TriggerIncludeConfig> Include { get; init; } = [];

    /// <summary><see langword="null"/>, <c>depend</c> or <c>mirror</c>.</summary>
    public string? Strategy { get; init; }

    public bool ForwardYamlVariables { get; init; } = true;
    public bool ForwardPipelineVariables { get; init; }

    /// <summary>Values as text, lists as JSON.</summary>
    public ImmutableDictionary<string, string> Inputs { get; init; } = ImmutableDictionary<string, string>.Empty;
}

/// <param name="Kind"><c>local</c>, <c>artifact</c>, <c>project</c>, <c>template</c>, <c>remote</c> or <c>component</c>.</param>
/// <param name="Location">The value of the key that gives the kind; for <c>project</c> the project's path.</param>
internal sealed record TriggerIncludeConfig(string Kind, TextAt Location, Position At)
{
    /// <summary>The item as written; <see langword="null"/> for the short form.</summary>
    public ConfigMapping? Whole { get; init; }

    /// <summary>For <c>artifact</c>: the job that made the file, defined in an earlier stage or needed.</summary>
    public TextAt? Job { get; init; }

    /// <summary>Values as text, lists as JSON.</summary>
    public ImmutableDictionary<string, string> Inputs { get; init; } = ImmutableDictionary<string, string>.Empty;
}

/// <param name="Publish">The folder to publish, <c>public</c> when not written; already among the artifact paths.</param>
/// <param name="PathPrefix">May hold variables, as <paramref name="ExpireIn"/> may.</param>
/// <param name="ExpireIn">A duration or <c>never</c>.</param>
internal sealed record PagesConfig(string Publish, string? PathPrefix, string? ExpireIn);
