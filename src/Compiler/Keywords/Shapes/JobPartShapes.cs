using System.Collections.Immutable;
using Slipway.Compiler.Yaml;
using static Slipway.Compiler.Keywords.Shapes.CommonShapes;
using static Slipway.Compiler.Keywords.Shapes.SchemaText;

namespace Slipway.Compiler.Keywords.Shapes;

/// <summary>The smaller keywords of a job.</summary>
internal static class JobPartShapes
{
    private const int MostTags = 50;
    private const double Month = 2_592_000;

    /// <summary>Failure reasons a job may be retried for. GitLab takes all the reasons it knows.</summary>
    public static ImmutableArray<string> RetryReasons { get; } =
    [
        "always",
        "unknown_failure",
        "script_failure",
        "api_failure",
        "stuck_or_timeout_failure",
        "stuck_pending_with_matching_runners",
        "stuck_pending_no_matching_runners",
        "no_updates_running",
        "no_updates_canceling",
        "runner_system_failure",
        "runner_configuration_error",
        "runner_external_dependency_failure",
        "runner_interrupted",
        "runner_unsupported",
        "stale_schedule",
        "job_execution_timeout",
        "server_timeout_running",
        "server_timeout_canceling",
        "archived_failure",
        "unmet_prerequisites",
        "scheduler_failure",
        "data_integrity_failure",
        "forward_deployment_failure",
        "user_blocked",
        "project_deleted",
        "ci_quota_exceeded",
        "no_matching_runner",
        "trace_size_exceeded",
        "builds_disabled",
        "environment_creation_failure",
        "deployment_rejected",
        "failed_outdated_deployment_job",
        "missing_dependency_failure",
        "job_router_failure",
        "runner_provisioning_timeout",
    ];

    private static readonly ImmutableArray<string> s_inheritable =
    [
        "before_script",
        "after_script",
        "hooks",
        "cache",
        "image",
        "services",
        "interruptible",
        "timeout",
        "retry",
        "tags",
        "artifacts",
        "id_tokens",
        "identity",
    ];

    public static Shape Stage { get; } = Text;
    public static Shape Timeout { get; } = new Shape.Duration(Month);
    public static Shape Extends { get; } = TextOrTexts;

    public static Shape Tags { get; } = new Shape.Texts { Max = MostTags - 1, TooMany = $"must be less than the limit of {MostTags} tags" };

    public static Shape Hooks { get; } = new Shape.Map(new Keyword("pre_get_sources_script", Commands));

    public static Shape Retry { get; } =
        new Shape.ByKind("config has to be either an integer or a hash", Bare: true)
        {
            OnNumber = new Shape.Number(0, 2),
            OnMap = new Shape.Map(
                Keyword.Part("max", new Shape.Number(0, 2)),
                Keyword.Part(
                    "when",
                    new Shape.ByKind("should be an array of strings or a string")
                    {
                        OnText = new Shape.Choice("is not included in the list", RetryReasons),
                        OnList = new Shape.Texts { Wrong = "should be an array of strings or a string", Known = RetryReasons },
                    }
                ),
                Keyword.Part("exit_codes", new Shape.Integers())
            ),
        };

    public static Shape AllowFailure { get; } =
        new Shape.ByKind("should be a hash or a boolean value")
        {
            TypeIsPart = true,
            OnFlag = Anything,
            OnMap = new Shape.Map(Keyword.Part("exit_codes", new Shape.Integers())),
        };

    public static Shape Inherit { get; } =
        new Shape.Map(
            new Keyword("default", BooleanOr(new Shape.Texts { Known = s_inheritable })),
            new Keyword("variables", BooleanOr(Texts))
        );

    public static Shape Pages { get; } =
        new Shape.ByKind("should be a hash or a boolean value")
        {
            OnFlag = Anything,
            OnMap = new Shape.Map(
                Keyword.Part("path_prefix", Text),
                Keyword.Part("expire_in", new Shape.Duration { AllowsNever = true, AllowsVariables = true }),
                Keyword.Part("publish", Text)
            ),
        };

    public static Shape Workflow { get; } =
        new Shape.Map(Keyword.Part("name", ShortText), new("rules", RuleShapes.OfWorkflow), new("auto_cancel", RuleShapes.AutoCancel));

    private static readonly ImmutableArray<string> s_notBesideRules = ["only", "except", "start_in"];

    /// <summary>What a job's keys must keep among each other.</summary>
    public static ImmutableArray<MapRule> RulesOfJobs { get; } =
    [
        new MapRule.Exclusive("script", "run"),
        new MapRule.Exclusive("before_script", "run"),
        new MapRule.Exclusive("after_script", "run"),
        new MapRule.Exclusive("script", "trigger"),
        new MapRule.Exclusive("run", "trigger"),
        new MapRule.Test(BesideRules) { Schema = If(Set("rules"), Not(Any([.. s_notBesideRules.Select(Set)]))) },
    ];

    /// <summary>More of them, for jobs with a script.</summary>
    public static ImmutableArray<MapRule> RulesOfScriptJobs { get; } =
    [.. RulesOfJobs, new MapRule.Test(Delays.OfJob) { Schema = Delays.SchemaOfJob }];

    private static Shape.ByKind BooleanOr(Shape list) =>
        new("should be a bool or array of strings", Bare: true) { OnFlag = Anything, OnList = list };

    private static Complaint? BesideRules(ConfigMapping job)
    {
        if (!IsSet(job, "rules"))
            return null;
        string[] wrong = [.. job.Entries.Select(entry => entry.Key).Where(key => s_notBesideRules.Contains(key) && IsSet(job, key))];
        return wrong.Length == 0
            ? null
            : new Complaint(
                DiagnosticCode.CannotBeTogether,
                wrong[0],
                $"key may not be used with `rules`: {string.Join(", ", wrong)}",
                "config"
            );
    }
}
