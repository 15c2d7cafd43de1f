using System.Text.Json;
using Slipway.Server.Data;
using Slipway.Server.Git;
using Slipway.Server.Http;

namespace Slipway.Server.Webhooks;

/// <summary>Tells of pushes. https://docs.gitlab.com/user/project/integrations/webhook_events/#push-events</summary>
internal sealed class PushHooks(Db db, HeardEvents heardEvents, HookBodies bodies, WebhookStore hooks)
{
    /// <summary>GitLab's <c>push_event_hooks_limit</c>: a push that moves more refs of a kind is not told of at all.</summary>
    private const int MostRefs = 3;

    public async Task OnPushedAsync(Pushed pushed, CancellationToken ct)
    {
        var heard = await db.ReadAsync((session, token) => heardEvents.OfAsync(session, pushed.ProjectId, token), ct);
        foreach (var trigger in (string[])[HookTrigger.Push, HookTrigger.TagPush])
        {
            var isTag = trigger == HookTrigger.TagPush;
            var moved = pushed.Refs.Where(update => (isTag ? RefNames.Tag(update.Ref) : RefNames.Branch(update.Ref)) is not null).ToList();
            if (!heard.Contains(trigger) || moved.Count > MostRefs)
                continue;
            foreach (var update in moved)
                await TellAsync(pushed, update, trigger, ct);
        }
    }

    private async Task TellAsync(Pushed pushed, RefUpdate update, string trigger, CancellationToken ct)
    {
        if (await bodies.OfPushAsync(pushed.ProjectId, pushed.UserId, update, ct) is not { } body)
            return;
        var text = JsonSerializer.Serialize(body, Answers.Json);
        var branch = RefNames.Branch(update.Ref);
        await db.WriteAsync(
            (session, t) =>
                hooks.TellAsync(session, pushed.ProjectId, trigger, $"push:{pushed.Id}:{update.Ref}", text, branch, pushed.HookLink, t),
            ct
        );
    }
}
