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

    /// <summary>Webhooks of one chain, as in GitLab: one that calls us has others told, and so on.</summary>
    public const int MostOfChain = 100;

    /// <summary>How long a webhook that was told of something stays a reason not to tell it again, in milliseconds. GitLab's 30 minutes.</summary>
    private const long ChainLasts = 30 * 60 * 1000;

    /// <summary>Why an event stands in the log and was not sent.</summary>
    public const string Recursive = "Recursive webhook blocked";

    /// <summary>Events of a project in a minute; more are not told. It is what ends webhooks whose receivers bring about the next event and do not say so (reliability-security S25).</summary>
    public const int MostInAMinute = 500;

    /// <summary>Bytes of an event. GitLab's 25 MB.</summary>
    public const int MostBytes = 25 << 20;

    public static IReadOnlyList<string> EventsOf(string json) => JsonSerializer.Deserialize<string[]>(json) ?? [];

    /// <summary>Has an event told to everybody in the project who listens. Asked for the same event twice, it is told once.</summary>
    /// <param name="origin">What makes it this event and no other.</param>
    /// <param name="branch">Of a push to a branch: webhooks may want some of them only.</param>
    /// <param name="link">The webhook's event that brought this one about. Who was told of an earlier link of the same chain is not told again.</param>
    /// <returns>To how many.</returns>
    public async Task<int> TellAsync(
        Session session,
        long project,
        string trigger,
        string origin,
        string body,
        string? branch,
        HookLink? link,
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
            if (await AddAsync(session, hook, trigger, Uuid($"{hook.Uuid}/{origin}"), body, link, ct) is not { } row)
                continue;
            if (link is not null && await IsRecursiveAsync(session, hook, link, ct))
            {
                const string blocked = "UPDATE webhook_events SET attempts = 1, error = @Recursive WHERE id = @Id";
                await session.ExecuteAsync(blocked, new { row.Id, Recursive }, ct);
                continue;
            }

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
        HookLink? link,
        CancellationToken ct
    ) =>
        session.FindAsync<WebhookEventRow>(
            """
            INSERT INTO webhook_events (webhook_id, project_id, trigger_name, event_uuid, chain, link, request, attempts, created_at)
            VALUES (@Id, @ProjectId, @trigger, @uuid, @chain, @request, @body, 0, @now) ON CONFLICT (webhook_id, event_uuid) DO NOTHING RETURNING *
            """,
            new
            {
                hook.Id,
                hook.ProjectId,
                trigger,
                uuid,
                chain = link?.Chain ?? uuid,
                request = link?.Request,
                body,
                now = time.Milliseconds(),
            },
            ct
        );

    /// <summary>An id that is made of what it is for, so that it is the same each time.</summary>
    public static string Uuid(string of) => new Guid(SHA256.HashData(Encoding.UTF8.GetBytes(of)).AsSpan(0, 16)).ToString();

    /// <summary>GitLab's two questions: was this webhook told of something in this chain before, and are there too many in it? Its event is among the chain's already.</summary>
    private async Task<bool> IsRecursiveAsync(Session session, WebhookRow hook, HookLink link, CancellationToken ct)
    {
        const string before =
            "SELECT COUNT(*) FROM webhook_events WHERE chain = @Chain AND created_at > @since AND webhook_id = @Id AND (link IS NULL OR link <> @Request)";
        const string all = "SELECT COUNT(DISTINCT webhook_id) FROM webhook_events WHERE chain = @Chain AND created_at > @since";
        var args = new
        {
            link.Chain,
            link.Request,
            hook.Id,
            since = time.Milliseconds() - ChainLasts,
        };
        return await session.FindAsync<long>(before, args, ct) > 0 || await session.FindAsync<long>(all, args, ct) > MostOfChain;
    }

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
