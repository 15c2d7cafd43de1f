using System.Reflection;
using Slipway.Server.Http;

namespace Slipway.Server.Projects;

/// <summary>All that can be done in a project, and the role it takes. https://docs.gitlab.com/user/permissions/</summary>
internal static class Abilities
{
    // The project itself.
    public static readonly Ability ReadProject = new("read_project", Role.Guest, Open: true) { DeployToken = true };
    public static readonly Ability ReadMembers = new("read_project_member", Role.Guest, Open: true);
    public static readonly Ability AdminProject = new("admin_project", Role.Maintainer);
    public static readonly Ability AdminMembers = new("admin_project_member", Role.Maintainer);
    public static readonly Ability ArchiveProject = new("archive_project", Role.Owner);
    public static readonly Ability RemoveProject = new("remove_project", Role.Owner);
    public static readonly Ability AdminProtectedRefs = new("admin_protected_branch", Role.Maintainer);
    public static readonly Ability ReadProtectedRefs = new("read_protected_branch", Role.Developer);
    public static readonly Ability ManageAccessTokens = new("manage_resource_access_tokens", Role.Maintainer);
    public static readonly Ability ManageDeployTokens = new("manage_deploy_tokens", Role.Maintainer);
    public static readonly Ability AdminJobTokenScope = new("admin_job_token_scope", Role.Maintainer);
    public static readonly Ability AdminHooks = new("admin_web_hook", Role.Maintainer);

    // Its repository.
    public static readonly Ability ReadCode = new("read_code", Role.Reporter, Open: true, JobToken: true) { DeployToken = true };
    public static readonly Ability PushCode = new("push_code", Role.Developer) { Changes = true };

    // Pipelines and jobs.
    public static readonly Ability ReadPipeline = new("read_pipeline", Role.Guest, Open: true, JobToken: true) { ShowsJobs = true };
    public static readonly Ability ReadJob = new("read_build", Role.Guest, Open: true, JobToken: true) { ShowsJobs = true };
    public static readonly Ability CreatePipeline = new("create_pipeline", Role.Developer) { Changes = true };
    public static readonly Ability TriggerPipeline = new("trigger_pipeline", Role.Developer, JobToken: true) { Changes = true };
    public static readonly Ability UpdatePipeline = new("update_pipeline", Role.Developer) { Changes = true };
    public static readonly Ability RenamePipeline = new("update_pipeline_metadata", Role.Developer, JobToken: true) { Changes = true };
    public static readonly Ability CancelPipeline = new("cancel_pipeline", Role.Developer);
    public static readonly Ability DestroyPipeline = new("destroy_pipeline", Role.Owner) { Changes = true };
    public static readonly Ability UpdateJob = new("update_build", Role.Developer) { Changes = true };
    public static readonly Ability CancelJob = new("cancel_build", Role.Developer);
    public static readonly Ability EraseJob = new("erase_build", Role.Developer) { Changes = true };
    public static readonly Ability DestroyArtifacts = new("destroy_artifacts", Role.Maintainer) { Changes = true };
    public static readonly Ability ReadCommitStatus = new("read_commit_status", Role.Reporter, Open: true);
    public static readonly Ability CreateCommitStatus = new("create_commit_status", Role.Developer) { Changes = true };

    // What CI needs.
    public static readonly Ability AdminVariables = new("admin_cicd_variables", Role.Maintainer);
    public static readonly Ability AdminRunners = new("admin_runners", Role.Maintainer);
    public static readonly Ability ReadRunners = new("read_project_runners", Role.Maintainer);
    public static readonly Ability ManageTriggers = new("manage_trigger", Role.Maintainer);
    public static readonly Ability ReadSchedules = new("read_pipeline_schedule", Role.Guest, Open: true) { ShowsJobs = true };
    public static readonly Ability CreateSchedule = new("create_pipeline_schedule", Role.Developer) { Changes = true };
    public static readonly Ability AdminSchedules = new("admin_pipeline_schedule", Role.Maintainer) { Changes = true };
    public static readonly Ability ReadResourceGroups = new("read_resource_group", Role.Developer);
    public static readonly Ability UpdateResourceGroups = new("update_resource_group", Role.Developer);

    // Images.
    public static readonly Ability ReadImages = new("read_container_image", Role.Reporter, Open: true, JobToken: true)
    {
        DeployToken = true,
        OfImages = true,
    };
    public static readonly Ability CreateImages = new("create_container_image", Role.Developer, JobToken: true)
    {
        DeployToken = true,
        OfImages = true,
        Changes = true,
    };
    public static readonly Ability DestroyImages = new("destroy_container_image", Role.Developer, JobToken: true)
    {
        OfImages = true,
        Changes = true,
    };
    public static readonly Ability AdminImages = new("admin_container_image", Role.Maintainer, JobToken: true)
    {
        OfImages = true,
        Changes = true,
    };

    // Environments.
    public static readonly Ability ReadEnvironment = new("read_environment", Role.Reporter, Open: true, JobToken: true);
    public static readonly Ability CreateEnvironment = new("create_environment", Role.Developer, JobToken: true) { Changes = true };
    public static readonly Ability UpdateEnvironment = new("update_environment", Role.Developer, JobToken: true) { Changes = true };
    public static readonly Ability StopEnvironment = new("stop_environment", Role.Developer, JobToken: true) { Changes = true };
    public static readonly Ability DestroyEnvironment = new("destroy_environment", Role.Developer, JobToken: true) { Changes = true };
    public static readonly Ability ReadDeployment = new("read_deployment", Role.Reporter, Open: true, JobToken: true);
    public static readonly Ability CreateDeployment = new("create_deployment", Role.Developer, JobToken: true) { Changes = true };
    public static readonly Ability UpdateDeployment = new("update_deployment", Role.Developer, JobToken: true) { Changes = true };
    public static readonly Ability DestroyDeployment = new("destroy_deployment", Role.Maintainer, JobToken: true) { Changes = true };

    /// <summary>Every one that is declared here.</summary>
    public static IReadOnlyList<Ability> All { get; } =
    [
        .. typeof(Abilities)
            .GetFields(BindingFlags.Public | BindingFlags.Static)
            .Where(field => field.FieldType == typeof(Ability))
            .Select(field => (Ability)field.GetValue(null)!),
    ];
}
