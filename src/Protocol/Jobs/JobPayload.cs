using System.Collections.Immutable;
using System.Text.Json.Serialization;
using Slipway.Protocol.Variables;

namespace Slipway.Protocol.Jobs;

/// <summary>
/// One job as a coordinator hands it to a runner: the 201 body of <c>POST /api/v4/jobs/request</c>, and just as well what
/// <c>slipway run</c> gives its own runner. Property names are GitLab's; absent optional parts are <see langword="null"/> and left out.
/// </summary>
public sealed record JobPayload
{
    public required long Id { get; init; }

    /// <summary>The job's secret: Git and registry password, and the key to its trace and artifacts. Dies with the job.</summary>
    public required string Token { get; init; }

    public bool AllowGitFetch { get; init; }
    public required JobInfo JobInfo { get; init; }
    public required GitInfo GitInfo { get; init; }
    public required RunnerInfo RunnerInfo { get; init; }

    /// <summary>Later wins; duplicates are legal.</summary>
    public ImmutableArray<Variable> Variables { get; init; } = [];

    public ImmutableArray<JobStep> Steps { get; init; } = [];
    public JobImage? Image { get; init; }
    public ImmutableArray<JobImage> Services { get; init; } = [];
    public ImmutableArray<JobArtifact> Artifacts { get; init; } = [];
    public ImmutableArray<JobCache> Cache { get; init; } = [];
    public ImmutableArray<JobCredential> Credentials { get; init; } = [];
    public ImmutableArray<JobDependency> Dependencies { get; init; } = [];
    public JobFeatures Features { get; init; } = new();
    public ImmutableArray<JobHook> Hooks { get; init; } = [];

    /// <summary>By the name of the variable each one becomes; <see langword="null"/> when there are none.</summary>
    public ImmutableSortedDictionary<string, JobSecret>? Secrets { get; init; }

    /// <summary>What <c>${{ job.inputs.NAME }}</c> stands for.</summary>
    public ImmutableArray<JobInput> Inputs { get; init; } = [];

    /// <summary>Steps in place of scripts, as JSON in a text: runners of GitLab's decode it twice. <see langword="null"/> beside <see cref="Steps"/>.</summary>
    public string? Run { get; init; }
}

public sealed record JobInfo
{
    public required string Name { get; init; }
    public required string Stage { get; init; }
    public long PipelineId { get; init; }
    public long ProjectId { get; init; }
    public string ProjectName { get; init; } = "";

    /// <summary>Namespace and project, <c>group/sub/project</c>; names the job's folder below the builds directory.</summary>
    public string ProjectFullPath { get; init; } = "";

    public long UserId { get; init; }

    /// <summary>Seconds, a float on the wire.</summary>
    public double TimeInQueueSeconds { get; init; }

    /// <summary>A number as text, or <c>+Inf</c>: the runner decodes a string.</summary>
    public string ProjectJobsRunningOnInstanceRunnersCount { get; init; } = "+Inf";
}

public sealed record GitInfo
{
    /// <summary>With credentials, <c>https://gitlab-ci-token:TOKEN@host/group/project.git</c>; empty when the sources are handed over as files.</summary>
    public required string RepoUrl { get; init; }

    public string RepoObjectFormat { get; init; } = "sha1";
    public required string Ref { get; init; }

    /// <summary>At least eight characters: the runner prints the first eight.</summary>
    public required string Sha { get; init; }

    public string BeforeSha { get; init; } = "0000000000000000000000000000000000000000";

    /// <summary><c>branch</c> or <c>tag</c>.</summary>
    public string RefType { get; init; } = "branch";

    public ImmutableArray<string> Refspecs { get; init; } = [];

    /// <summary>0 = whole history.</summary>
    public int Depth { get; init; }

    public bool? Protected { get; init; }
}

public sealed record RunnerInfo
{
    /// <summary>The job's timeout in seconds; 0 or less means two hours.</summary>
    public required int Timeout { get; init; }

    public string Uuid { get; init; } = "";
}

/// <summary>A part of a job that runs in a shell of its own. Names: <c>script</c> (before_script and script in one), <c>after_script</c>, <c>release</c>.</summary>
public sealed record JobStep
{
    public required string Name { get; init; }
    public required ImmutableArray<string> Script { get; init; }

    /// <summary>Seconds; told, not obeyed: the job's timeout counts.</summary>
    public int Timeout { get; init; } = 3600;

    public string When { get; init; } = "on_success";
    public bool AllowFailure { get; init; }
}

/// <summary>A container image of a job or of one of its services.</summary>
public sealed record JobImage
{
    public required string Name { get; init; }

    /// <summary>Several names may be given, separated by spaces or commas. Services only.</summary>
    public string? Alias { get; init; }

    /// <summary>Empty = the image's own; <c>[""]</c> removes the image's own.</summary>
    public ImmutableArray<string> Entrypoint { get; init; } = [];

    public ImmutableArray<string> Command { get; init; } = [];
    public ImmutableArray<string> PullPolicy { get; init; } = [];
    public ImmutableArray<JobImageVariable> Variables { get; init; } = [];
    public ImageExecutorOptions? ExecutorOpts { get; init; }
}

public sealed record JobImageVariable(string Key, string Value);

public sealed record ImageExecutorOptions(DockerImageOptions? Docker, KubernetesImageOptions? Kubernetes);

public sealed record DockerImageOptions(string? Platform, string? User);

public sealed record KubernetesImageOptions(string? User);

/// <summary>One upload. <c>artifacts:paths</c> gives one of type <c>archive</c>; each <c>artifacts:reports</c> key one of its own.</summary>
public sealed record JobArtifact
{
    public string? Name { get; init; }
    public bool Untracked { get; init; }
    public ImmutableArray<string> Paths { get; init; } = [];
    public ImmutableArray<string> Exclude { get; init; } = [];

    /// <summary><c>on_success</c>, <c>on_failure</c> or <c>always</c>.</summary>
    public string When { get; init; } = "on_success";

    /// <summary><c>archive</c>, <c>junit</c>, <c>dotenv</c>, <c>cobertura</c> …</summary>
    public string ArtifactType { get; init; } = "archive";

    /// <summary><c>zip</c>, <c>gzip</c> or <c>raw</c>.</summary>
    public string ArtifactFormat { get; init; } = "zip";

    public string? ExpireIn { get; init; }
}

public sealed record JobCache
{
    /// <summary>Already resolved from <c>key:files</c> and prefix; may still hold variables. Empty means <c>JOB/REF</c>.</summary>
    public string Key { get; init; } = "";

    public bool Untracked { get; init; }
    public ImmutableArray<string> Paths { get; init; } = [];

    /// <summary><c>pull-push</c>, <c>pull</c>, <c>push</c>, or a variable.</summary>
    public string Policy { get; init; } = "pull-push";

    public string When { get; init; } = "on_success";
    public ImmutableArray<string> FallbackKeys { get; init; } = [];
}

/// <summary>A login the runner uses when it pulls images. Only <c>registry</c> is known as a type.</summary>
public sealed record JobCredential(string Type, string Url, string Username, string Password);

/// <summary>An earlier job whose archive is to be fetched; without a file it is listed but nothing is fetched.</summary>
public sealed record JobDependency(long Id, string Name, string Token, ArtifactsFile? ArtifactsFile);

public sealed record ArtifactsFile(string Filename, long Size);

public sealed record JobFeatures
{
    public bool TraceSections { get; init; } = true;
    public ImmutableArray<string> TokenMaskPrefixes { get; init; } = [];
    public ImmutableArray<string> FailureReasons { get; init; } = [];
}

/// <param name="Name"><c>pre_get_sources_script</c> or <c>post_get_sources_script</c>.</param>
public sealed record JobHook(string Name, ImmutableArray<string> Script);

/// <summary>The payload's JSON: snake_case, null and default parts left out, no reflection at run time.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull
)]
[JsonSerializable(typeof(JobPayload))]
public sealed partial class ProtocolJson : JsonSerializerContext;
