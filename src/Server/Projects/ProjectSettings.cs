using System.Text.Json;
using System.Text.Json.Serialization;
using Slipway.Server.Http;

namespace Slipway.Server.Projects;

/// <summary>What a project's owner may set, with GitLab's names and defaults. Kept as JSON in the project's row; one that is not there has its default. https://docs.gitlab.com/api/projects/</summary>
internal sealed record ProjectSettings
{
    /// <summary>The configuration's path in the repository; empty is <c>.gitlab-ci.yml</c>.</summary>
    public string CiConfigPath { get; init; } = "";

    /// <summary>Seconds a job may take when it does not say so itself: one hour.</summary>
    public int BuildTimeout { get; init; } = 3600;

    /// <summary><c>fetch</c> or <c>clone</c>.</summary>
    public string BuildGitStrategy { get; init; } = "fetch";

    /// <summary>0 is the whole history.</summary>
    public int CiDefaultGitDepth { get; init; } = 20;

    /// <summary><c>enabled</c> or <c>disabled</c>: a newer pipeline of a ref cancels older ones.</summary>
    public string AutoCancelPendingPipelines { get; init; } = "enabled";

    /// <summary>A deployment that is older than the latest one is not run.</summary>
    public bool CiForwardDeploymentEnabled { get; init; } = true;

    /// <summary>But when somebody retries its job, it is.</summary>
    public bool CiForwardDeploymentRollbackAllowed { get; init; } = true;

    public bool CiSeparatedCaches { get; init; } = true;
    public bool KeepLatestArtifact { get; init; } = true;
    public bool SharedRunnersEnabled { get; init; } = true;
    public bool GroupRunnersEnabled { get; init; } = true;

    /// <summary>Guests, and everybody in a public project, may see jobs' logs and artifacts.</summary>
    public bool PublicJobs { get; init; } = true;

    /// <summary><c>no_one_allowed</c>, <c>developer</c>, <c>maintainer</c> or <c>owner</c>: the least role that may give a pipeline variables.</summary>
    public string CiPipelineVariablesMinimumOverrideRole { get; init; } = "developer";

    /// <summary>Pushing with a job's own token.</summary>
    public bool CiPushRepositoryForJobTokenAllowed { get; init; }

    /// <summary><c>enabled</c> for whoever sees the project, <c>private</c> for its members, or <c>disabled</c>.</summary>
    public string ContainerRegistryAccessLevel { get; init; } = "enabled";

    /// <summary>It has a container registry.</summary>
    [JsonIgnore]
    public bool HasImages => ContainerRegistryAccessLevel != Disabled;

    internal const string Private = "private";
    internal const string Disabled = "disabled";

    /// <summary>The condition on rows of projects, in a query that calls them <c>p</c>, that they have a container registry: as <see cref="ToJson"/> writes it.</summary>
    public const string HaveImages = $"""p.settings NOT LIKE '%"container_registry_access_level":"{Disabled}"%'""";

    public static ProjectSettings Parse(string json) =>
        JsonSerializer.Deserialize<ProjectSettings>(json, Answers.Json) ?? new ProjectSettings();

    public string ToJson() => JsonSerializer.Serialize(this, Answers.Json);
}
