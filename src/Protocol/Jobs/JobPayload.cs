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
    public ImmutableArray<Variable> Variables
    {
        get;
        init => field = value.IsDefault ? [] : value;
    } = [];

    public ImmutableArray<JobStep> Steps
    {
        get;
        init => field = value.IsDefault ? [] : value;
    } = [];
    public JobImage? Image { get; init; }
    public ImmutableArray<JobImage> Services
    {
        get;
        init => field = value.IsDefault ? [] : value;
    } = [];
    public ImmutableArray<JobArtifact> Artifacts
    {
        get;
        init => field = value.IsDefault ? [] : value;
    } = [];
    public ImmutableArray<JobCache> Cache
    {
        get;
        init => field = value.IsDefault ? [] : value;
    } = [];
    public ImmutableArray<JobCredential> Credentials
    {
        get;
        init => field = value.IsDefault ? [] : value;
    } = [];
    public ImmutableArray<JobDependency> Dependencies
    {
        get;
        init => field = value.IsDefault ? [] : value;
    } = [];
    public JobFeatures Features
    {
        get;
        init => field = value ?? new();
    } = new();
    public ImmutableArray<JobHook> Hooks
    {
        get;
        init => field = value.IsDefault ? [] : value;
    } = [];

    /// <summary>By the name of the variable each one becomes; <see langword="null"/> when there are none.</summary>
    public ImmutableSortedDictionary<string, JobSecret>? Secrets { get; init; }

    /// <summary>What <c>${{ job.inputs.NAME }}</c> stands for.</summary>
    public ImmutableArray<JobInput> Inputs
    {
        get;
        init => field = value.IsDefault ? [] : value;
    } = [];

    /// <summary>
    /// Steps in place of scripts, as JSON in a text: runners of GitLab's decode it twice. <see langword="null"/> beside <see cref="Steps"/>, and never
    /// empty, at which those runners lose the job.
    /// </summary>
    public string? Run
    {
        get;
        init => field = value is { Length: > 0 } ? value : null;
    }
}

public sealed record JobInfo
{
    public required string Name { get; init; }
    public required string Stage { get; init; }
    public long PipelineId { get; init; }
    public long ProjectId { get; init; }
    public string ProjectName
    {
        get;
        init => field = value ?? "";
    } = "";

    /// <summary>Namespace and project, <c>group/sub/project</c>; names the job's folder below the builds directory.</summary>
    public string ProjectFullPath
    {
        get;
        init => field = value ?? "";
    } = "";

    public long? NamespaceId { get; init; }
    public long? RootNamespaceId { get; init; }
    public long? OrganizationId { get; init; }
    public long UserId { get; init; }

    /// <summary>The coordinator's own number, as text.</summary>
    public string? InstanceId { get; init; }

    public string? InstanceUuid { get; init; }

    /// <summary>Seconds, a float on the wire.</summary>
    public double TimeInQueueSeconds { get; init; }

    /// <summary>A number as text, or <c>+Inf</c>: the runner decodes a string.</summary>
    public string ProjectJobsRunningOnInstanceRunnersCount
    {
        get;
        init => field = value ?? "+Inf";
    } = "+Inf";

    public long? QueueSize { get; init; }
    public long? QueueDepth { get; init; }
}

public sealed record GitInfo
{
    /// <summary>With credentials, <c>https://gitlab-ci-token:TOKEN@host/group/project.git</c>; empty when the sources are handed over as files.</summary>
    public required string RepoUrl { get; init; }

    public string RepoObjectFormat
    {
        get;
        init => field = value ?? "sha1";
    } = "sha1";
    public required string Ref { get; init; }

    /// <summary>At least eight characters: the runner prints the first eight.</summary>
    public required string Sha { get; init; }

    public string BeforeSha
    {
        get;
        init => field = value ?? "0000000000000000000000000000000000000000";
    } = "0000000000000000000000000000000000000000";

    /// <summary><c>branch</c> or <c>tag</c>.</summary>
    public string RefType
    {
        get;
        init => field = value ?? "branch";
    } = "branch";

    public ImmutableArray<string> Refspecs
    {
        get;
        init => field = value.IsDefault ? [] : value;
    } = [];

    /// <summary>0 = whole history.</summary>
    public int Depth { get; init; }

    public bool? Protected { get; init; }
}

public sealed record RunnerInfo
{
    /// <summary>The job's timeout in seconds; 0 or less means two hours.</summary>
    public required int Timeout { get; init; }

    public string Uuid
    {
        get;
        init => field = value ?? "";
    } = "";
}

/// <summary>A part of a job that runs in a shell of its own. Names: <c>script</c> (before_script and script in one), <c>after_script</c>, <c>release</c>.</summary>
public sealed record JobStep
{
    public required string Name { get; init; }
    public required ImmutableArray<string> Script
    {
        get;
        init => field = value.IsDefault ? [] : value;
    }

    /// <summary>Seconds; told, not obeyed: the job's timeout counts.</summary>
    public int Timeout { get; init; } = 3600;

    public string When
    {
        get;
        init => field = value ?? "on_success";
    } = "on_success";
    public bool AllowFailure { get; init; }
}

/// <summary>A container image of a job or of one of its services.</summary>
public sealed record JobImage
{
    public required string Name { get; init; }

    /// <summary>Several names may be given, separated by spaces or commas. Services only.</summary>
    public string? Alias { get; init; }

    /// <summary>Empty = the image's own; <c>[""]</c> removes the image's own.</summary>
    public ImmutableArray<string> Entrypoint
    {
        get;
        init => field = value.IsDefault ? [] : value;
    } = [];

    public ImmutableArray<string> Command
    {
        get;
        init => field = value.IsDefault ? [] : value;
    } = [];
    public ImmutableArray<string> PullPolicy
    {
        get;
        init => field = value.IsDefault ? [] : value;
    } = [];
    public ImmutableArray<JobImageVariable> Variables
    {
        get;
        init => field = value.IsDefault ? [] : value;
    } = [];
    public ImageExecutorOptions? ExecutorOpts { get; init; }
}

public sealed record JobImageVariable(string Key, string Value);

[JsonConverter(typeof(ExecutorOptionsConverter))]
public sealed record ImageExecutorOptions(DockerImageOptions? Docker, KubernetesImageOptions? Kubernetes)
{
    /// <summary>What a payload names beyond these, <c>docker.gpus</c>: nobody here can obey it. Never sent.</summary>
    public ImmutableArray<string> Unknown { get; init; } = [];
}

public sealed record DockerImageOptions(string? Platform, string? User);

public sealed record KubernetesImageOptions(string? User);

/// <summary>One upload. <c>artifacts:paths</c> gives one of type <c>archive</c>; each <c>artifacts:reports</c> key one of its own.</summary>
public sealed record JobArtifact
{
    public string? Name { get; init; }
    public bool Untracked { get; init; }
    public ImmutableArray<string> Paths
    {
        get;
        init => field = value.IsDefault ? [] : value;
    } = [];
    public ImmutableArray<string> Exclude
    {
        get;
        init => field = value.IsDefault ? [] : value;
    } = [];

    /// <summary><c>on_success</c>, <c>on_failure</c> or <c>always</c>.</summary>
    public string When
    {
        get;
        init => field = value ?? "on_success";
    } = "on_success";

    /// <summary><c>archive</c>, <c>junit</c>, <c>dotenv</c>, <c>cobertura</c> …</summary>
    public string ArtifactType
    {
        get;
        init => field = value ?? "archive";
    } = "archive";

    /// <summary><c>zip</c>, <c>gzip</c> or <c>raw</c>.</summary>
    public string ArtifactFormat
    {
        get;
        init => field = value ?? "zip";
    } = "zip";

    public string? ExpireIn { get; init; }
}

public sealed record JobCache
{
    /// <summary>Already resolved from <c>key:files</c> and prefix; may still hold variables. Empty means <c>JOB/REF</c>.</summary>
    public string Key
    {
        get;
        init => field = value ?? "";
    } = "";

    public bool Untracked { get; init; }
    public ImmutableArray<string> Paths
    {
        get;
        init => field = value.IsDefault ? [] : value;
    } = [];

    /// <summary><c>pull-push</c>, <c>pull</c>, <c>push</c>, or a variable.</summary>
    public string Policy
    {
        get;
        init => field = value ?? "pull-push";
    } = "pull-push";

    public string When
    {
        get;
        init => field = value ?? "on_success";
    } = "on_success";
    public ImmutableArray<string> FallbackKeys
    {
        get;
        init => field = value.IsDefault ? [] : value;
    } = [];
}

/// <summary>A login the runner uses when it pulls images. Only <c>registry</c> is known as a type.</summary>
public sealed record JobCredential(string Type, string Url, string Username, string Password);

/// <summary>An earlier job whose archive is to be fetched; without a file it is listed but nothing is fetched.</summary>
public sealed record JobDependency(long Id, string Name, string Token, ArtifactsFile? ArtifactsFile);

public sealed record ArtifactsFile(string Filename, long Size);

public sealed record JobFeatures
{
    public bool TraceSections { get; init; } = true;
    public ImmutableArray<string> TokenMaskPrefixes
    {
        get;
        init => field = value.IsDefault ? [] : value;
    } = [];
    public ImmutableArray<string> FailureReasons
    {
        get;
        init => field = value.IsDefault ? [] : value;
    } = [];
}

/// <param name="Name"><c>pre_get_sources_script</c> or <c>post_get_sources_script</c>.</param>
public sealed record JobHook(string Name, ImmutableArray<string> Script)
{
    public ImmutableArray<string> Script { get; init; } = Script.IsDefault ? [] : Script;
}

/// <summary>The payload's JSON: snake_case, null left out, no reflection at run time. Read it through <see cref="WireJson"/>, which knows a null from a wrong type.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull
)]
[JsonSerializable(typeof(JobPayload))]
public sealed partial class ProtocolJson : JsonSerializerContext;
