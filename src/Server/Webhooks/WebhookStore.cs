using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Slipway.Compiler.Rules;
using Slipway.Server.Data;
using Slipway.Server.Http;
using Slipway.Server.Projects;
using Slipway.Server.Work;

namespace Slipway.Server.Webhooks;

/// <summary>Who listens to what in a project, and the rows of what they are told.</summary>
internal sealed class WebhookStore(WorkLoop work, TimeProvider time)
{
    /// <summary>GitLab's for a project. https://docs.gitlab.com/administration/instance_limits/#webhook-limits</summary>
    public const int MostOfProject = 100;

    /// <summary>Events of a project in a minute; more are not told. It is what ends a webhook that brings about its own event (reliability-security S25).</summary>
    public const int MostInAMinute = 500;

    /// <summary>Bytes of an event. GitLab's 25 MB.</summary>
    public const int MostBytes = 25 << 20;

    public static IReadOnlyList<string> EventsOf(string json) => JsonSerializer.Deserialize<string[]>(json) ?? [];

    /// <summary>Has an event told to everybody in the project who listens. Asked for the same event twice, it is told once.</summary>
    /// <param name="origin">What makes it this event and no other.</param>
    /// <param name="branch">Of a push to a branch: webhooks may want some of them only.</param>
    public async Task<int> TellAsync(
        Session session,
        long project,
        string trigger,
        string origin,
        string body,
        string? branch,
        CancellationToken ct
    )
    {
        const string ofProject = "SELECT * FROM webhooks WHERE project_id = @project ORDER BY id";
        var hooks = await session.QueryAsync<WebhookRow>(ofProject, new { project }, ct);
        var heard = hooks.Where(hook => EventsOf(hook.Events).Contains(trigger) && Wants(hook, branch)).ToList();
        if (heard.Count == 0 || Encoding.UTF8.GetByteCount(body) > MostBytes || await IsTooMuchAsync(session, project, ct))
            return 0;
        var told = 0;
        foreach (var hook in heard)
        {
            if (await AddAsync(session, hook, trigger, Uuid($"{hook.Uuid}/{origin}"), body, ct) is not { } row)
                continue;
            told++;
            await work.AddAsync(session, WebhookWork.Send, new WebhookWork.Attempt(row.Id, 1), ct);
        }

        return told;
    }

    /// <returns>Nothing when the event is there already.</returns>
    public Task<WebhookEventRow?> AddAsync(
        Session session,
        WebhookRow hook,
        string trigger,
        string uuid,
        string body,
        CancellationToken ct
    ) =>
        session.FindAsync<WebhookEventRow>(
            """
            INSERT INTO webhook_events (webhook_id, project_id, trigger_name, event_uuid, request, attempts, created_at)
            VALUES (@Id, @ProjectId, @trigger, @uuid, @body, 0, @now) ON CONFLICT (webhook_id, event_uuid) DO NOTHING RETURNING *
            """,
            new
            {
                hook.Id,
                hook.ProjectId,
                trigger,
                uuid,
                body,
                now = time.Milliseconds(),
            },
            ct
        );

    /// <summary>An id that is made of what it is for, so that it is the same each time.</summary>
    public static string Uuid(string of) => new Guid(SHA256.HashData(Encoding.UTF8.GetBytes(of)).AsSpan(0, 16)).ToString();

    private async Task<bool> IsTooMuchAsync(Session session, long project, CancellationToken ct)
    {
        const string recent = "SELECT COUNT(*) FROM webhook_events WHERE project_id = @project AND created_at > @since";
        var since = time.Milliseconds() - (long)TimeSpan.FromMinutes(1).TotalMilliseconds;
        return await session.FindAsync<long>(recent, new { project, since }, ct) >= MostInAMinute;
    }

    private static bool Wants(WebhookRow hook, string? branch) =>
        branch is null
        || hook.BranchFilter.Length == 0
        || hook.BranchFilterStrategy switch
        {
            "all_branches" => true,
            "regex" => Re2.Compile(hook.BranchFilter)?.IsMatch(branch) == true,
            _ => ProtectedRefs.IsMatch(hook.BranchFilter, branch),
        };
}
