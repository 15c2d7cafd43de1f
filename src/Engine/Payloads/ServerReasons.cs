using System.Collections.Immutable;

namespace Slipway.Engine.Payloads;

/// <summary>Every reason for a failure that a server of GitLab's kind knows: a runner reports one that is not here by a coarser name (runner-protocol §7.3).</summary>
public static class ServerReasons
{
    public static ImmutableArray<string> All { get; } =
    [
        "unknown_failure",
        "script_failure",
        "api_failure",
        "stuck_or_timeout_failure",
        "runner_system_failure",
        "missing_dependency_failure",
        "runner_unsupported",
        "stale_schedule",
        "job_execution_timeout",
        "archived_failure",
        "unmet_prerequisites",
        "scheduler_failure",
        "data_integrity_failure",
        "forward_deployment_failure",
        "user_blocked",
        "project_deleted",
        "ci_quota_exceeded",
        "pipeline_loop_detected",
        "no_matching_runner",
        "trace_size_exceeded",
        "builds_disabled",
        "environment_creation_failure",
        "deployment_rejected",
        "failed_outdated_deployment_job",
        "image_pull_failure",
        "runner_configuration_error",
        "runner_external_dependency_failure",
        "runner_interrupted",
        "insufficient_bridge_permissions",
        "downstream_bridge_project_not_found",
        "upstream_bridge_project_not_found",
        "invalid_bridge_trigger",
        "downstream_pipeline_creation_failed",
        "secrets_provider_not_found",
        "reached_max_descendant_pipelines_depth",
        "reached_max_pipeline_hierarchy_size",
        "reached_downstream_pipeline_trigger_rate_limit",
        "protected_environment_failure",
    ];
}
