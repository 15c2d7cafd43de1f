using System.Collections.Immutable;
using Slipway.Protocol.Jobs;

namespace Slipway.Compiler.Keywords;

/// <summary>
/// One job (or trigger job) as written, <c>default:</c> applied under <c>inherit:default</c>. <see langword="null"/> means "not written",
/// here and in <c>default:</c>; what then holds is said at each member.
/// </summary>
internal sealed record JobConfig
{
    public required string Name { get; init; }

    /// <summary>Where the job's key stands.</summary>
    public required Position At { get; init; }

    /// <summary><c>test</c> at the job's own place when not written. Always one of <see cref="Configuration.Stages"/>.</summary>
    public required TextAt Stage { get; init; }

    /// <summary>Flattened; empty when not written or switched off.</summary>
    public ImmutableArray<string> BeforeScript { get; init; } = [];

    /// <summary>Flattened, without before_script. Empty only on trigger jobs and beside <see cref="Run"/>.</summary>
    public ImmutableArray<string> Script { get; init; } = [];

    public ImmutableArray<string> AfterScript { get; init; } = [];
    public ImmutableArray<JobHook> Hooks { get; init; } = [];
    public JobImage? Image { get; init; }
    public ImmutableArray<JobImage> Services { get; init; } = [];

    /// <summary>The job's own variables, without the global ones.</summary>
    public ImmutableArray<VariableConfig> Variables { get; init; } = [];

    /// <summary>Which global variables the job sees. <c>default</c> has been dealt with already.</summary>
    public InheritConfig InheritVariables { get; init; } = InheritConfig.All;

    /// <summary><see langword="null"/>: no rules. An empty list never matches, so the job is left out.</summary>
    public ImmutableArray<RuleConfig>? Rules { get; init; }

    /// <summary>
    /// <see langword="null"/>: nothing to ask. GitLab's default, refs <c>branches</c> and <c>tags</c>, stands here already wherever it applies:
    /// for jobs without rules, when the workflow has none either, and for an <c>only</c> that names no refs.
    /// </summary>
    public PolicyConfig? Only { get; init; }

    public PolicyConfig? Except { get; init; }

    /// <summary>The job-level <c>when</c>; on_success when not written.</summary>
    public JobWhen? When { get; init; }

    /// <summary>With <see cref="JobWhen.Delayed"/> at job level, else <see langword="null"/>. Above zero, at most a week.</summary>
    public TimeSpan? StartIn { get; init; }

    /// <summary>Not written: true for a job-level <c>when: manual</c>, else false. False when <see cref="AllowFailureExitCodes"/> are given.</summary>
    public bool? AllowFailure { get; init; }

    /// <summary>Empty when <c>allow_failure</c> is no hash. A rule's <c>allow_failure</c> switches them off.</summary>
    public ImmutableArray<int> AllowFailureExitCodes { get; init; } = [];

    /// <summary>
    /// As written, parallel names unexpanded; see <see cref="JobInstance.Needs"/>. <see langword="null"/>: the job waits for all earlier
    /// stages. An empty list: it starts at once.
    /// </summary>
    public ImmutableArray<NeedConfig>? Needs { get; init; }

    /// <summary>As written; <see langword="null"/>: artifacts of all earlier stages (or of the needs).</summary>
    public ImmutableArray<TextAt>? Dependencies { get; init; }

    /// <summary>The path that <c>pages</c> publishes has been added to its paths.</summary>
    public ArtifactsConfig? Artifacts { get; init; }

    /// <summary>Empty when switched off. At most four.</summary>
    public ImmutableArray<CacheConfig> Caches { get; init; } = [];

    public ParallelConfig? Parallel { get; init; }

    /// <summary>Not written: GitLab's own two retries of <c>scheduler_failure</c> and none else, <see cref="RetryPolicy.None"/>.</summary>
    public RetryPolicy? Retry { get; init; }

    /// <summary>Seconds, above zero. <c>default:timeout</c> has no effect in GitLab, so it has none here.</summary>
    public int? Timeout { get; init; }

    /// <summary>Fewer than 50. They are expanded with the variables from before the rules' own.</summary>
    public ImmutableArray<TextAt> Tags { get; init; } = [];

    public EnvironmentConfig? Environment { get; init; }
    public TextAt? ResourceGroup { get; init; }
    public bool? Interruptible { get; init; }

    /// <summary>The pattern between the slashes.</summary>
    public string? Coverage { get; init; }

    public TriggerConfig? Trigger { get; init; }

    /// <summary>Unexpanded: the runner's shell expands its texts.</summary>
    public CompiledRelease? Release { get; init; }

    public string? ManualConfirmation { get; init; }
    public PagesConfig? Pages { get; init; }

    /// <summary>Texts may hold variables, here and in <see cref="Secrets"/>.</summary>
    public ImmutableArray<CompiledJob.IdToken> IdTokens { get; init; } = [];

    public ImmutableArray<CompiledJob.Secret> Secrets { get; init; } = [];
    public string? Identity { get; init; }
    public CompiledJob.DastProfiles? DastConfiguration { get; init; }

    /// <summary>As JSON. The job has no script then.</summary>
    public string? Run { get; init; }

    public ImmutableArray<CompiledJob.Input> Inputs { get; init; } = [];

    /// <summary>A job no runner sees: it triggers a pipeline, or mirrors one of another project (<see cref="NeedConfig.Upstream"/>).</summary>
    public bool IsBridge { get; init; }
}

/// <summary>What <c>inherit:default</c> or <c>inherit:variables</c> lets through.</summary>
/// <param name="Everything">True for <c>true</c> or when not written.</param>
/// <param name="Names">The only names let through when <paramref name="Everything"/> is false; empty for <c>false</c>.</param>
internal sealed record InheritConfig(bool Everything, ImmutableArray<string> Names)
{
    public static InheritConfig All { get; } = new(true, []);

    public bool Allows(string name) => Everything || Names.Contains(name);
}

/// <summary>One job of the pipeline-to-be: a <see cref="JobConfig"/>, or one instance of it when it is parallel.</summary>
/// <param name="Name"><c>test</c>, <c>test 1/3</c>, <c>test: [linux, amd64]</c>.</param>
/// <param name="Index">1-based; <see langword="null"/> for a job that is not parallel.</param>
/// <param name="Total">1 for a job that is not parallel.</param>
internal sealed record JobInstance(string Name, JobConfig Job, int? Index, int Total)
{
    /// <summary>The matrix row's variables; they beat the job's own <c>variables</c>. Empty without a matrix.</summary>
    public ImmutableArray<VariableConfig> MatrixVariables { get; init; } = [];

    /// <summary>
    /// <see cref="JobConfig.Needs"/> with the names of parallel jobs expanded and matrix selectors resolved. Needs of a rule are not
    /// expanded, neither here nor in GitLab.
    /// </summary>
    public ImmutableArray<NeedConfig>? Needs { get; init; }

    /// <summary><see cref="JobConfig.Dependencies"/> with the names of parallel jobs expanded.</summary>
    public ImmutableArray<TextAt>? Dependencies { get; init; }
}
