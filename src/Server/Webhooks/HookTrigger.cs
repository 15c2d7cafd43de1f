namespace Slipway.Server.Webhooks;

/// <summary>What a webhook may be told of. https://docs.gitlab.com/user/project/integrations/webhook_events/</summary>
internal static class HookTrigger
{
    public const string Push = "push_events";
    public const string TagPush = "tag_push_events";
    public const string Pipeline = "pipeline_events";
    public const string Job = "job_events";
    public const string Deployment = "deployment_events";

    public static IReadOnlyList<string> All { get; } = [Push, TagPush, Pipeline, Job, Deployment];

    /// <summary>What GitLab's clients name too, and nothing here brings about.</summary>
    public static IReadOnlyList<string> Never { get; } =
    [
        "issues_events",
        "confidential_issues_events",
        "merge_requests_events",
        "note_events",
        "confidential_note_events",
        "wiki_page_events",
        "releases_events",
        "milestone_events",
        "feature_flag_events",
        "emoji_events",
        "resource_access_token_events",
        "resource_deploy_token_events",
        "repository_update_events",
        "vulnerability_events",
    ];

    /// <summary>What a receiver reads in <c>X-Gitlab-Event</c>.</summary>
    public static string Header(string trigger) =>
        trigger switch
        {
            Push => "Push Hook",
            TagPush => "Tag Push Hook",
            Pipeline => "Pipeline Hook",
            Job => "Job Hook",
            Deployment => "Deployment Hook",
            _ => throw new ArgumentOutOfRangeException(nameof(trigger), trigger, null),
        };
}
