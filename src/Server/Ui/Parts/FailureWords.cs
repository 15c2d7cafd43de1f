namespace Slipway.Server.Ui.Parts;

/// <summary>Why something failed, in words, and what to do about it.</summary>
internal static class FailureWords
{
    /// <param name="reason">The API's word: <c>script_failure</c>.</param>
    public static string Of(string reason) =>
        reason switch
        {
            "script_failure" => "A command of the script failed.",
            "runner_system_failure" => "The runner could not run it. The log's end says why; another try may work.",
            "stuck_or_timeout_failure" => "No runner took it, or none reported back in time.",
            "job_execution_timeout" => "It took longer than it may. Raise its timeout, or make it faster.",
            "missing_dependency_failure" => "Artifacts it needs have expired or were removed. Run the job that makes them again.",
            "runner_unsupported" => "The runner is too old for what the job asks for.",
            "no_matching_runner" => "No runner may take it. Register one with its tags.",
            "trace_size_exceeded" => "Its log grew larger than it may.",
            "unmet_prerequisites" => "What it needs beforehand could not be made.",
            "downstream_bridge_project_not_found" => "The project it triggers does not exist, or whoever started this may not see it.",
            "insufficient_bridge_permissions" => "Whoever started this may not start pipelines in the project it triggers.",
            "downstream_pipeline_creation_failed" => "The pipeline it triggers could not be created.",
            "invalid_bridge_trigger" => "What it triggers is not described rightly.",
            "upstream_bridge_project_not_found" => "The project whose pipeline it waits for does not exist, or may not be seen.",
            "pipeline_loop_detected" => "It would start a pipeline that is being started by it.",
            "reached_max_descendant_pipelines_depth" => "Child pipelines are nested too deep.",
            "reached_downstream_pipeline_trigger_rate_limit" =>
                "Too many downstream pipelines triggered in the last minute. Try again later.",
            "config_error" => "The configuration is not valid.",
            _ => $"It failed: {reason.Replace('_', ' ')}.",
        };
}
