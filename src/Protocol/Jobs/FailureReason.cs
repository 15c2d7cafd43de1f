namespace Slipway.Protocol.Jobs;

/// <summary>Why a job failed, in the words of GitLab's API (<c>failure_reason</c>). <c>retry:when</c> matches these.</summary>
public static class FailureReason
{
    public const string Unknown = "unknown_failure";
    public const string Script = "script_failure";
    public const string RunnerSystem = "runner_system_failure";
    public const string RunnerUnsupported = "runner_unsupported";
    public const string RunnerConfiguration = "runner_configuration_error";
    public const string RunnerExternalDependency = "runner_external_dependency_failure";
    public const string RunnerInterrupted = "runner_interrupted";
    public const string ImagePull = "image_pull_failure";
    public const string ExecutionTimeout = "job_execution_timeout";
    public const string MissingDependency = "missing_dependency_failure";
    public const string StuckOrTimeout = "stuck_or_timeout_failure";
    public const string Scheduler = "scheduler_failure";
    public const string DataIntegrity = "data_integrity_failure";
    public const string DownstreamCreation = "downstream_pipeline_creation_failed";
    public const string DownstreamProjectNotFound = "downstream_bridge_project_not_found";
    public const string UpstreamProjectNotFound = "upstream_bridge_project_not_found";
    public const string SecretsProviderNotFound = "secrets_provider_not_found";
    public const string MaxDescendantDepth = "reached_max_descendant_pipelines_depth";
    public const string MaxHierarchySize = "reached_max_pipeline_hierarchy_size";
    public const string DownstreamTriggerRate = "reached_downstream_pipeline_trigger_rate_limit";
    public const string InvalidBridgeTrigger = "invalid_bridge_trigger";
    public const string PipelineLoop = "pipeline_loop_detected";
    public const string QuotaExceeded = "ci_quota_exceeded";
    public const string NoMatchingRunner = "no_matching_runner";
    public const string ForwardDeployment = "forward_deployment_failure";
    public const string OutdatedDeployment = "failed_outdated_deployment_job";
    public const string EnvironmentCreation = "environment_creation_failure";

    /// <summary>Never on the wire: the job ended because somebody cancelled it.</summary>
    public const string JobCanceled = "job_canceled";
}
