using System.Text.Json.Nodes;
using Slipway.Server.Data;
using Slipway.Server.Http;

namespace Slipway.Server.Webhooks;

/// <summary>Webhooks as API v4 shows them: never their secrets. https://docs.gitlab.com/api/project_webhooks/</summary>
internal static class WebhookJson
{
    public static JsonObject Of(WebhookRow hook, WebhookSecrets secrets, long now)
    {
        var all = JsonParts.Join(
            new
            {
                id = hook.Id,
                url = secrets.UrlOf(hook),
                name = hook.Name,
                description = hook.Description,
                created_at = hook.CreatedAt.Instant(),
                project_id = hook.ProjectId,
                push_events_branch_filter = hook.BranchFilter,
                branch_filter_strategy = hook.BranchFilterStrategy,
                custom_webhook_template = "",
                custom_headers = Array.Empty<object>(),
                url_variables = Array.Empty<object>(),
                enable_ssl_verification = true,
                token_present = hook.Token is not null,
                signing_token_present = hook.SigningToken is not null,
                alert_status = WebhookSending.StateOf(hook, now),
                disabled_until = hook.DisabledUntil.Instant(),
            }
        );
        var heard = WebhookStore.EventsOf(hook.Events);
        foreach (var trigger in HookTrigger.All.Concat(HookTrigger.Never))
            all[trigger] = heard.Contains(trigger);
        return all;
    }
}
