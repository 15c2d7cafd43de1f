using System.Collections.Immutable;
using Slipway.Protocol.Variables;

namespace Slipway.Compiler;

public enum RefKind
{
    Branch,
    Tag,
    MergeRequest,
}

/// <summary>What a pipeline is created for: who pushed what where. Everything that rules and predefined variables can see.</summary>
public sealed record PipelineContext
{
    /// <summary>GitLab's pipeline source, the value of <c>CI_PIPELINE_SOURCE</c>: <c>push</c>, <c>merge_request_event</c>, <c>schedule</c>, <c>web</c>, <c>api</c>, <c>trigger</c>, <c>pipeline</c>, <c>parent_pipeline</c> …</summary>
    public string Source { get; init; } = "push";

    public RefKind RefKind { get; init; } = RefKind.Branch;

    /// <summary>Branch or tag name without <c>refs/…</c>; for a merge request its source branch.</summary>
    public string Ref { get; init; } = "main";

    public bool RefProtected { get; init; }
    public CommitFacts Commit { get; init; } = new();
    public ProjectFacts Project { get; init; } = new();
    public ServerFacts Server { get; init; } = new();
    public UserFacts User { get; init; } = new();

    /// <summary>Present exactly when <see cref="RefKind"/> is <see cref="RefKind.MergeRequest"/>, or when a parent pipeline had one.</summary>
    public MergeRequestFacts? MergeRequest { get; init; }

    /// <summary>Number within the project; <c>CI_PIPELINE_IID</c>.</summary>
    public long PipelineIid { get; init; } = 1;

    public DateTimeOffset CreatedAt { get; init; } = DateTimeOffset.UnixEpoch;

    /// <summary>Instance, group and project variables, in rising precedence. Environment scopes are resolved per job.</summary>
    public ImmutableArray<ScopedVariable> ProjectVariables { get; init; } = [];

    /// <summary>Given for this pipeline alone (trigger, schedule, by hand, <c>--variable</c>): they beat all others.</summary>
    public ImmutableArray<Variable> PipelineVariables { get; init; } = [];

    /// <summary>Values of the root file's <c>spec:inputs</c>, as text.</summary>
    public ImmutableDictionary<string, string> Inputs { get; init; } = ImmutableDictionary<string, string>.Empty;

    /// <summary>What the schedule that started it is for.</summary>
    public string? ScheduleDescription { get; init; }

    /// <summary>The first four characters of the trigger token that started it, behind its <c>glptt-</c>; <see langword="null"/> when none did.</summary>
    public string? TriggerShortToken { get; init; }

    /// <summary>
    /// The paths changed, relative to <c>compare_to</c> when that is given and else to what the pipeline's own diff is. <see langword="null"/>:
    /// there is no diff (new branch, tag, schedule …), and <c>changes</c> is true. A <c>compare_to</c> that names no ref: throws <see cref="UnknownRefException"/>.
    /// </summary>
    public Func<string?, IReadOnlyList<string>?> ChangedPaths { get; init; } = _ => null;

    /// <summary>Other projects and the web, with the rights of whoever starts the pipeline.</summary>
    public ExternalFiles External { get; init; } = ExternalFiles.None;
}

/// <summary><c>rules:changes:compare_to</c> names something that is no ref here.</summary>
public sealed class UnknownRefException(string name) : Exception($"{name} is not a ref")
{
    public string Name { get; } = name;
}

/// <param name="EnvironmentScope"><c>*</c>, an environment's name, or a pattern such as <c>review/*</c>.</param>
public sealed record ScopedVariable(Variable Variable, string EnvironmentScope = "*")
{
    /// <summary>
    /// Whose it is: the instance's, a group's, a subgroup's, the project's, by rising numbers. The higher number wins; between variables of one
    /// owner the more exact scope does.
    /// </summary>
    public int Level { get; init; }
}

public sealed record CommitFacts
{
    public const string ZeroSha = "0000000000000000000000000000000000000000";

    public string Sha { get; init; } = ZeroSha;
    public string BeforeSha { get; init; } = ZeroSha;
    public string Message { get; init; } = "";

    /// <summary><c>Name &lt;email&gt;</c>.</summary>
    public string Author { get; init; } = "";

    /// <summary>ISO 8601.</summary>
    public string Timestamp { get; init; } = "";

    public string? TagMessage { get; init; }
}

public sealed record ProjectFacts
{
    public long Id { get; init; } = 1;

    /// <summary>The last part of <see cref="Path"/>.</summary>
    public string Name { get; init; } = "project";

    /// <summary><c>group/sub/project</c>.</summary>
    public string Path { get; init; } = "local/project";

    public string Title { get; init; } = "project";
    public string Description { get; init; } = "";
    public long NamespaceId { get; init; } = 1;
    public string Visibility { get; init; } = "private";
    public string DefaultBranch { get; init; } = "main";
    public string ConfigPath { get; init; } = ".gitlab-ci.yml";

    /// <summary><c>host:port</c> of the container registry; <see langword="null"/> when there is none.</summary>
    public string? Registry { get; init; }

    /// <summary><c>host:port</c> of the dependency proxy, always with a port, as GitLab has it; <see langword="null"/> when there is none.</summary>
    public string? DependencyProxy { get; init; }

    /// <summary>What stands before images that jobs want through the dependency proxy; <see langword="null"/>: the place that their group has there.</summary>
    public string? DependencyProxyPrefix { get; init; }

    /// <summary>The project may keep images there.</summary>
    public bool HasImages { get; init; } = true;

    /// <summary>GitLab's project setting "use separate caches for protected branches".</summary>
    public bool SeparatedCaches { get; init; } = true;

    /// <summary>Seconds a job may take when it does not say so itself.</summary>
    public int BuildTimeout { get; init; } = 3600;
}

public sealed record ServerFacts
{
    public Uri Url { get; init; } = new("http://localhost");
    public string Name { get; init; } = "GitLab";

    /// <summary>The GitLab version whose behaviour is offered.</summary>
    public string Version { get; init; } = "19.0.0";
    public string Revision { get; init; } = "slipway";
}

public sealed record UserFacts
{
    public long Id { get; init; } = 1;
    public string Login { get; init; } = "local";
    public string Name { get; init; } = "Local User";
    public string Email { get; init; } = "local@localhost";
}

public sealed record MergeRequestFacts
{
    public long Id { get; init; } = 1;
    public long Iid { get; init; } = 1;
    public string Title { get; init; } = "";
    public string SourceBranch { get; init; } = "";
    public string TargetBranch { get; init; } = "";

    /// <summary>Merge base with the target branch.</summary>
    public string DiffBaseSha { get; init; } = CommitFacts.ZeroSha;

    /// <summary><c>detached</c>, <c>merged_result</c> or <c>merge_train</c>.</summary>
    public string EventType { get; init; } = "detached";

    public ImmutableArray<string> Labels { get; init; } = [];
}
