using Microsoft.AspNetCore.Http;
using Slipway.Server.Http;

namespace Slipway.Server.Projects;

/// <summary>A project's settings as a request wants them.</summary>
internal static class ProjectChange
{
    private const int MaxPath = 255;
    private const int LeastTimeout = 600;
    private const int MostTimeout = 2_629_746;
    private const int MostDepth = 1000;

    /// <summary>The settings with what the parameters say of them; what they do not name stays.</summary>
    /// <returns>Them, or the answer that says what is wrong.</returns>
    public static (ProjectSettings? Settings, IResult? Refusal) Apply(ProjectSettings settings, Parameters parameters)
    {
        foreach (var (name, words) in Choices)
            if (parameters.Text(name) is { } word && !words.Contains(word))
                return (null, Answers.BadParameter($"{name} does not have a valid value"));
        foreach (var name in Numbers)
            if (parameters.Text(name) is { Length: > 0 } && parameters.Number(name) is null)
                return (null, Answers.BadParameter($"{name} is invalid"));
        foreach (var name in Flags)
            if (parameters.Text(name) is not null && parameters.Flag(name) is null)
                return (null, Answers.BadParameter($"{name} is invalid"));
        if (Wrong(parameters) is { } wrong)
            return (null, wrong.Answer());
        return (
            settings with
            {
                CiConfigPath = parameters.Text("ci_config_path") ?? settings.CiConfigPath,
                BuildTimeout = (int?)parameters.Number("build_timeout") ?? settings.BuildTimeout,
                BuildGitStrategy = parameters.Text("build_git_strategy") ?? settings.BuildGitStrategy,
                CiDefaultGitDepth = (int?)parameters.Number("ci_default_git_depth") ?? settings.CiDefaultGitDepth,
                AutoCancelPendingPipelines = parameters.Text("auto_cancel_pending_pipelines") ?? settings.AutoCancelPendingPipelines,
                CiForwardDeploymentEnabled = parameters.Flag("ci_forward_deployment_enabled") ?? settings.CiForwardDeploymentEnabled,
                CiForwardDeploymentRollbackAllowed =
                    parameters.Flag("ci_forward_deployment_rollback_allowed") ?? settings.CiForwardDeploymentRollbackAllowed,
                CiSeparatedCaches = parameters.Flag("ci_separated_caches") ?? settings.CiSeparatedCaches,
                KeepLatestArtifact = parameters.Flag("keep_latest_artifact") ?? settings.KeepLatestArtifact,
                SharedRunnersEnabled = parameters.Flag("shared_runners_enabled") ?? settings.SharedRunnersEnabled,
                GroupRunnersEnabled = parameters.Flag("group_runners_enabled") ?? settings.GroupRunnersEnabled,
                PublicJobs = parameters.Flag("public_jobs") ?? parameters.Flag("public_builds") ?? settings.PublicJobs,
                CiPipelineVariablesMinimumOverrideRole =
                    parameters.Text("ci_pipeline_variables_minimum_override_role") ?? settings.CiPipelineVariablesMinimumOverrideRole,
                CiPushRepositoryForJobTokenAllowed =
                    parameters.Flag("ci_push_repository_for_job_token_allowed") ?? settings.CiPushRepositoryForJobTokenAllowed,
                ContainerRegistryAccessLevel = Registry(parameters) ?? settings.ContainerRegistryAccessLevel,
            },
            null
        );
    }

    /// <summary>The older name for it is a flag.</summary>
    private static string? Registry(Parameters parameters) =>
        parameters.Text("container_registry_access_level")
        ?? parameters.Flag("container_registry_enabled") switch
        {
            true => "enabled",
            false => ProjectSettings.Disabled,
            null => null,
        };

    private static readonly (string Name, string[] Words)[] Choices =
    [
        ("container_registry_access_level", ["enabled", ProjectSettings.Private, ProjectSettings.Disabled]),
        ("build_git_strategy", ["fetch", "clone"]),
        ("auto_cancel_pending_pipelines", ["enabled", "disabled"]),
        ("ci_pipeline_variables_minimum_override_role", ["no_one_allowed", "developer", "maintainer", "owner"]),
        ("visibility", ["private", "internal", "public"]),
    ];

    private static readonly string[] Numbers = ["build_timeout", "ci_default_git_depth"];

    private static readonly string[] Flags =
    [
        "ci_forward_deployment_enabled",
        "ci_forward_deployment_rollback_allowed",
        "ci_separated_caches",
        "keep_latest_artifact",
        "shared_runners_enabled",
        "group_runners_enabled",
        "public_jobs",
        "public_builds",
        "ci_push_repository_for_job_token_allowed",
        "container_registry_enabled",
    ];

    private static FieldError? Wrong(Parameters parameters) =>
        parameters.Text("ci_config_path") is { } path && (path.Length > MaxPath || path.Any(char.IsControl))
            ? new FieldError("ci_config_path", $"is too long (maximum is {MaxPath} characters)")
        : parameters.Number("build_timeout") is < LeastTimeout or > MostTimeout
            ? new FieldError("build_timeout", "needs to be between 10 minutes and 1 month")
        : parameters.Number("ci_default_git_depth") is < 0 or > MostDepth
            ? new FieldError("ci_default_git_depth", $"must be less than or equal to {MostDepth}")
        : null;
}
