using System.Collections.Immutable;
using Slipway.Protocol.Jobs;

namespace Slipway.Engine.Payloads;

/// <summary>What a job is given when it is handed out: what its coordinator knows of it beyond the pipeline.</summary>
public sealed record JobIdentity
{
    public required long Id { get; init; }

    /// <summary>The job's secret, <c>glcbt-…</c>; also its password for Git and the registry.</summary>
    public required string Token { get; init; }

    /// <summary>The job's page; empty where there are no pages.</summary>
    public string Url { get; init; } = "";

    public required long PipelineId { get; init; }
    public string PipelineUrl { get; init; } = "";

    /// <summary>Clone URL without credentials, <c>http://host/group/project.git</c>; empty when the sources are handed over as files.</summary>
    public string RepositoryUrl { get; init; } = "";

    /// <summary>The repository has <c>refs/pipelines/ID</c>, through which a runner finds a commit whose branch has moved on.</summary>
    public bool HasPipelineRef { get; init; }

    /// <summary>The project's setting: fetch into what is there, or clone.</summary>
    public bool AllowGitFetch { get; init; } = true;

    /// <summary>For jobs without <c>GIT_DEPTH</c>; 0 = whole history.</summary>
    public int DefaultGitDepth { get; init; } = 20;

    /// <summary>Logins for image pulls beyond the project's own registry.</summary>
    public ImmutableArray<JobCredential> Credentials { get; init; } = [];

    /// <summary>User and password of the project's deploy token named <c>gitlab-deploy-token</c>.</summary>
    public (string User, string Password)? DeployToken { get; init; }

    /// <summary>The signed tokens of <c>id_tokens</c>, by name. One that is not here is no variable of the job.</summary>
    public ImmutableDictionary<string, string> IdTokens { get; init; } = ImmutableDictionary<string, string>.Empty;

    /// <summary>The runner that takes the job; <see langword="null"/> when nobody needs to know.</summary>
    public Taker? Runner { get; init; }

    /// <summary>Beginnings of the instance's own tokens, which the runner masks.</summary>
    public ImmutableArray<string> TokenMaskPrefixes { get; init; } = [];

    /// <param name="MaxTimeout">Seconds a job may take there; <see langword="null"/> = no limit of its own.</param>
    public sealed record Taker(long Id, string Description, ImmutableArray<string> Tags, int? MaxTimeout = null);
}
