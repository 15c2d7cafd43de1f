using System.Collections.Immutable;
using Slipway.Compiler.Written;
using Slipway.Protocol.Jobs;
using Slipway.Protocol.Variables;

namespace Slipway.Compiler;

/// <summary>A pipeline as it would be created: its jobs after rules, with everything decided that can be decided before a job runs.</summary>
public sealed record CompiledPipeline
{
    public required string Source { get; init; }

    /// <summary>Branch or tag name.</summary>
    public required string Ref { get; init; }

    /// <summary><c>workflow:name</c>, expanded; <see langword="null"/> when unnamed.</summary>
    public string? Name { get; init; }

    /// <summary>All stages in order, <c>.pre</c> first and <c>.post</c> last, used or not.</summary>
    public required ImmutableArray<string> Stages { get; init; }

    /// <summary>In stage order, within a stage in file order. Names are unique.</summary>
    public required ImmutableArray<CompiledJob> Jobs { get; init; }

    public AutoCancel AutoCancel { get; init; } = new("conservative", "none");

    /// <summary>The global variables with workflow rules' applied, unexpanded: what a bridge forwards.</summary>
    public ImmutableArray<Variable> YamlVariables { get; init; } = [];

    /// <summary>The context it was compiled for; payloads and child pipelines need it again.</summary>
    public required PipelineContext Context { get; init; }
}

/// <param name="OnNewCommit"><c>conservative</c>, <c>interruptible</c> or <c>none</c>.</param>
/// <param name="OnJobFailure"><c>none</c> or <c>all</c>.</param>
public sealed record AutoCancel(string OnNewCommit, string OnJobFailure);

public enum JobWhen
{
    OnSuccess,
    OnFailure,
    Always,
    Manual,
    Delayed,
}

/// <summary>One job (or trigger job) of a pipeline. Parallel and matrix jobs stand here expanded.</summary>
public sealed partial record CompiledJob
{
    /// <summary><c>test</c>, <c>test 1/3</c>, <c>test: [linux, amd64]</c>.</summary>
    public required string Name { get; init; }

    /// <summary>The name without its parallel or matrix ending; <c>CI_JOB_GROUP_NAME</c>.</summary>
    public required string GroupName { get; init; }

    public required string Stage { get; init; }

    /// <summary>Index into <see cref="CompiledPipeline.Stages"/>.</summary>
    public required int StageIndex { get; init; }

    public JobWhen When { get; init; } = JobWhen.OnSuccess;

    /// <summary>For <see cref="JobWhen.Delayed"/>: how long after the job became eligible.</summary>
    public TimeSpan? StartIn { get; init; }

    public bool AllowFailure { get; init; }

    /// <summary>Exit codes that turn a failure into an allowed one.</summary>
    public ImmutableArray<int> AllowFailureExitCodes { get; init; } = [];

    /// <summary><see langword="null"/>: the job waits for all earlier stages. Empty: it starts at once. Needs of absent optional jobs are gone.</summary>
    public ImmutableArray<JobNeed>? Needs { get; init; }

    /// <summary>Needs of other projects or pipelines: artifacts only, no waiting.</summary>
    public ImmutableArray<ExternalNeed> ExternalNeeds { get; init; } = [];

    /// <summary>Names (in this pipeline) whose artifacts are fetched, in order. Worked out from needs, dependencies and stages.</summary>
    public ImmutableArray<string> ArtifactsFrom { get; init; } = [];

    /// <summary>
    /// What is known of the job's variables before it is handed out, in rising precedence, as written: values may refer to ids, tokens and
    /// dotenv variables, which are not known yet. Whoever hands the job out puts in front what is predefined for the running job (ids, URLs,
    /// tokens), dotenv variables at <see cref="DotenvAt"/>, those given when the job was played behind all, and then has
    /// <see cref="VariableList.ExpandForRunner"/> replace the references once.
    /// </summary>
    public ImmutableArray<Variable> Variables { get; init; } = [];

    /// <summary>Index into <see cref="Variables"/>: dotenv variables rank above what stands before it (predefined, YAML) and below the project's.</summary>
    public int DotenvAt { get; init; }

    /// <summary>The job's YAML variables alone (global, workflow, job, matrix, rules; later wins), unexpanded: for <c>list --json</c> and for bridges.</summary>
    public ImmutableArray<Variable> YamlVariables { get; init; } = [];

    /// <summary>before_script and script, in one.</summary>
    public ImmutableArray<string> Script { get; init; } = [];

    public ImmutableArray<string> AfterScript { get; init; } = [];
    public ImmutableArray<JobHook> Hooks { get; init; } = [];
    public JobImage? Image { get; init; }
    public ImmutableArray<JobImage> Services { get; init; } = [];
    public ImmutableArray<JobArtifact> Artifacts { get; init; } = [];
    public ImmutableArray<JobCache> Caches { get; init; } = [];
    public RetryPolicy Retry { get; init; } = RetryPolicy.None;

    /// <summary>Seconds; the project's when the job says nothing.</summary>
    public int Timeout { get; init; } = 3600;

    public ImmutableArray<string> Tags { get; init; } = [];
    public DeployEnvironment? Environment { get; init; }
    public string? ResourceGroup { get; init; }
    public bool Interruptible { get; init; }

    /// <summary>The pattern between the slashes.</summary>
    public string? Coverage { get; init; }

    /// <summary>Present on trigger jobs. Those, and the ones with an <see cref="UpstreamProject"/>, are bridges: no runner sees them.</summary>
    public CompiledTrigger? Trigger { get; init; }

    public CompiledRelease? Release { get; init; }

    /// <summary>Asked before a manual job is played.</summary>
    public string? ManualConfirmation { get; init; }

    /// <summary>1-based, with <see cref="ParallelTotal"/>; <see langword="null"/> for a job that is not parallel.</summary>
    public int? ParallelIndex { get; init; }

    public int ParallelTotal { get; init; } = 1;

    public required Position At { get; init; }
    public required JobDecision Decision { get; init; }

    public bool IsBridge => Trigger is not null || UpstreamProject is not null;
}

/// <param name="Job">A name in <see cref="CompiledPipeline.Jobs"/>.</param>
public sealed record JobNeed(string Job, bool Artifacts = true, bool Optional = false);

/// <param name="Project">Path, or <see langword="null"/> for a pipeline of the same project.</param>
public sealed record ExternalNeed(string? Project, string? Pipeline, string Job, string? Ref, bool Artifacts);

/// <summary>A failure that matches <c>When</c> or <c>ExitCodes</c> is followed by up to <c>Max</c> more attempts; any other by GitLab's own (two for <c>scheduler_failure</c>, none else).</summary>
/// <param name="Max">0 to 2.</param>
/// <param name="When">Failure reasons, or <c>always</c>, which also stands for a <c>retry</c> that names neither reasons nor exit codes. Empty when only exit codes are given, and when there is no <c>max</c>.</param>
public sealed record RetryPolicy(int Max, ImmutableArray<string> When, ImmutableArray<int> ExitCodes)
{
    /// <summary>Nothing said: matches no failure. Not the same as <c>retry: 0</c>, which matches all.</summary>
    public static RetryPolicy None { get; } = new(0, [], []);
}

/// <param name="Action"><c>start</c>, <c>prepare</c>, <c>stop</c>, <c>verify</c> or <c>access</c>.</param>
public sealed record DeployEnvironment(
    string Name,
    string Slug,
    string? Url,
    string Action,
    string? OnStop,
    string? AutoStopIn,
    string? Tier
)
{
    /// <summary><see langword="null"/> when the environment names no cluster.</summary>
    public Cluster? Kubernetes { get; init; }

    /// <summary>What the environment's page shows of a cluster; the job itself does not depend on it.</summary>
    /// <param name="Agent"><c>path/to/agent/project:agent-name</c>; variables replaced, as in the others.</param>
    /// <param name="ManagedResources">Whether GitLab makes namespace and access there; <see langword="null"/>: its default.</param>
    public sealed record Cluster(string? Agent, string? Namespace, string? FluxResourcePath, bool? ManagedResources);
}

/// <summary>What a trigger job starts. Exactly one of <see cref="Project"/> and <see cref="Include"/> is given.</summary>
public sealed record CompiledTrigger
{
    public string? Project { get; init; }
    public string? Branch { get; init; }

    /// <summary>The child pipeline's configuration files.</summary>
    public ImmutableArray<TriggerInclude> Include { get; init; } = [];

    /// <summary><see langword="null"/>, <c>depend</c> or <c>mirror</c>.</summary>
    public string? Strategy { get; init; }

    public bool ForwardYamlVariables { get; init; } = true;
    public bool ForwardPipelineVariables { get; init; }
    public ImmutableDictionary<string, string> Inputs { get; init; } = ImmutableDictionary<string, string>.Empty;
}

/// <summary>One item of <c>trigger:include</c>.</summary>
/// <param name="Kind"><c>local</c>, <c>artifact</c>, <c>project</c>, <c>remote</c>, <c>template</c> or <c>component</c>.</param>
/// <param name="Path">What stands behind the kind: a path, an address, for <c>project</c> the project; variables expanded.</param>
/// <param name="Job">For <c>artifact</c>: the job that made the file.</param>
public sealed record TriggerInclude(string Kind, string Path, string? Job, Position At)
{
    public ImmutableDictionary<string, string> Inputs { get; init; } = ImmutableDictionary<string, string>.Empty;

    /// <summary>
    /// The whole item as JSON, which is YAML, variables not expanded: GitLab hands it to the child pipeline as it is written, and there its rules are
    /// asked and its variables replaced. <see langword="null"/>: nothing but what the other properties say.
    /// </summary>
    public string? Yaml { get; init; }
}

public sealed record CompiledRelease(
    string TagName,
    string? Name,
    string Description,
    string? Ref,
    string? TagMessage,
    ImmutableArray<string> Milestones,
    string? ReleasedAt,
    ImmutableArray<ReleaseLink> Links
);

public sealed record ReleaseLink(string Name, string Url, string? FilePath, string LinkType);

/// <summary>What came of compiling a configuration.</summary>
/// <param name="Pipeline"><see langword="null"/> when there are errors, and when the rules want no pipeline (<see cref="Refusal"/> says so).</param>
/// <param name="Diagnostics">Errors and warnings, in file order.</param>
public sealed record Compilation(CompiledPipeline? Pipeline, ImmutableArray<Diagnostic> Diagnostics)
{
    /// <summary>The configuration is good and yet there is no pipeline: GitLab's sentence, such as <c>Pipeline filtered out by workflow rules.</c></summary>
    public string? Refusal { get; init; }

    /// <summary>Every job of the configuration, in or out, parallel ones by their base name, in file order.</summary>
    public ImmutableArray<JobDecision> Decisions { get; init; } = [];

    /// <summary><c>workflow:rules</c> as they were evaluated.</summary>
    public ImmutableArray<RuleOutcome> WorkflowRules { get; init; } = [];

    /// <summary>The merged configuration after include, extends and !reference, as YAML; <see langword="null"/> when it could not be merged, or would be over 16 Mi characters.</summary>
    public string? MergedYaml
    {
        get => field ?? MergedYamlLater?.Value;
        init;
    }

    /// <summary>Written only when somebody asks for it: few do.</summary>
    internal Lazy<string?>? MergedYamlLater { get; init; }

    /// <summary><see cref="MergedYaml"/> with a comment behind each key: file and line it was written at, and by what way it came to its job.</summary>
    public string? MergedYamlWithOrigins => YamlWithOriginsLater?.Value;

    internal Lazy<string?>? YamlWithOriginsLater { get; init; }

    /// <summary>Its jobs as written, for comparing; empty when there are errors.</summary>
    public WrittenConfiguration Written => WrittenLater?.Value ?? WrittenConfiguration.Empty;

    internal Lazy<WrittenConfiguration>? WrittenLater { get; init; }

    /// <summary>The files read, the root first.</summary>
    public ImmutableArray<string> Files { get; init; } = [];

    /// <summary>The texts of those files that do not lie in the project's tree (of other projects, of the web, of artifacts), by the name positions give them.</summary>
    public IReadOnlyDictionary<string, string> ExternalTexts { get; init; } = ImmutableDictionary<string, string>.Empty;

    public bool IsValid => !Diagnostics.Any(d => d.Severity == Severity.Error);
}
