using System.Diagnostics;
using System.Text.Json;
using Slipway.Server.Data;
using Slipway.Server.Http;
using Slipway.Server.Outbound;
using Slipway.Server.Work;

namespace Slipway.Server.Webhooks;

/// <summary>
/// Sends events, and writes down what came of it. What failed because its receiver could not be reached, was too slow or in trouble is sent again, three times at
/// most; a webhook that fails again and again rests for longer and longer, and in the end for good, as GitLab's do.
/// https://docs.gitlab.com/user/project/integrations/webhooks/#auto-disabled-webhooks
/// </summary>
internal sealed class WebhookSending(Db db, OutboundHttp web, WebhookSecrets secrets, ServerUrl url, WorkLoop work, TimeProvider time)
{
    private const int MostAttempts = 4;
    private const int FailuresUntilRest = 4;
    private const int FailuresUntilEnd = 40;
    private const int LongestResponse = 8 * 1024;

    /// <summary>GitLab's. https://docs.gitlab.com/administration/instance_limits/#webhook-timeout</summary>
    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(10);

    private static readonly TimeSpan Kept = TimeSpan.FromDays(7);

    public async Task OnSendAsync(WebhookWork.Attempt attempt, CancellationToken ct)
    {
        const string byId = "SELECT * FROM webhook_events WHERE id = @EventId";
        // One that was written down has been sent, whatever became of the work.
        if (await db.FindAsync<WebhookEventRow>(byId, attempt, ct) is not { } row || row.Attempts >= attempt.Number)
            return;
        if (await db.FindAsync<WebhookRow>("SELECT * FROM webhooks WHERE id = @WebhookId", row, ct) is not { } hook)
            return;
        if (StateOf(hook, time.Milliseconds()) != Executable)
        {
            await NoteAsync(row, hook, attempt.Number, new OutboundAnswer.Failed("the webhook is disabled"), null, ct);
            return;
        }

        var (answer, took) = await AskAsync(hook, row, ct);
        await NoteAsync(row, hook, attempt.Number, answer, took, ct);
    }

    /// <summary>Sends it now, once more, also when the webhook rests: somebody asks for it.</summary>
    /// <returns>The receiver's status; nothing when there was none.</returns>
    public async Task<int?> SendAsync(WebhookRow hook, WebhookEventRow row, CancellationToken ct)
    {
        var (answer, took) = await AskAsync(hook, row, ct);
        await NoteAsync(row, hook, MostAttempts, answer, took, ct);
        return (answer as OutboundAnswer.Told)?.Status;
    }

    public const string Executable = "executable";

    /// <summary><c>executable</c>, <c>temporarily_disabled</c> or <c>disabled</c>.</summary>
    public static string StateOf(WebhookRow hook, long now) =>
        hook.Failures >= FailuresUntilEnd ? "disabled"
        : hook.DisabledUntil > now ? "temporarily_disabled"
        : Executable;

    /// <summary>What an event is sent with. Neither secret is in what is shown afterwards.</summary>
    public Dictionary<string, string> Headers(WebhookRow hook, WebhookEventRow row)
    {
        var key = WebhookStore.Uuid($"{hook.Uuid}:{row.EventUuid}");
        var headers = new Dictionary<string, string>
        {
            ["User-Agent"] = "Slipway/1",
            ["X-Gitlab-Event"] = HookTrigger.Header(row.TriggerName),
            ["X-Gitlab-Instance"] = url.Base,
            ["X-Gitlab-Webhook-UUID"] = hook.Uuid,
            [HookLink.Header] = row.Chain ?? row.EventUuid,
            ["Idempotency-Key"] = key,
        };
        foreach (var (name, value) in secrets.Sign(hook, key, time.GetUtcNow(), row.Request))
            headers[name] = value;
        return headers;
    }

    private async Task<(OutboundAnswer Answer, TimeSpan Took)> AskAsync(WebhookRow hook, WebhookEventRow row, CancellationToken ct)
    {
        var headers = Headers(hook, row);
        if (secrets.TokenOf(hook) is { } token)
            headers["X-Gitlab-Token"] = token;
        var begun = time.GetTimestamp();
        var answer = await web.PostAsync(new Uri(secrets.UrlOf(hook)), headers, row.Request, LongestResponse, Timeout, ct);
        return (answer, time.GetElapsedTime(begun));
    }

    private Task<int> NoteAsync(
        WebhookEventRow row,
        WebhookRow hook,
        int attempt,
        OutboundAnswer answer,
        TimeSpan? took,
        CancellationToken ct
    )
    {
        var told = answer as OutboundAnswer.Told;
        var again = took is not null && attempt < MostAttempts && IsWorthAnother(answer);
        return db.WriteAsync(
            async (session, t) =>
            {
                await session.ExecuteAsync(
                    """
                    UPDATE webhook_events SET attempts = @attempt, response_status = @status, response_headers = @headers, response_body = @body,
                      duration = @duration, error = @error
                    WHERE id = @Id
                    """,
                    new
                    {
                        row.Id,
                        attempt = (long)attempt,
                        status = (long?)told?.Status,
                        headers = told is null ? null : JsonSerializer.Serialize(told.Headers),
                        body = told?.Text.Replace("\0", ""),
                        duration = took is { } span ? (long?)span.TotalMilliseconds : null,
                        error = WhyNot(answer),
                    },
                    t
                );
                if (again)
                    await work.AddAsync(
                        session,
                        WebhookWork.Send,
                        new WebhookWork.Attempt(row.Id, attempt + 1),
                        t,
                        time.GetUtcNow() + Pause(attempt)
                    );
                if (took is not null)
                    await CountAsync(session, hook, told is { Status: >= 200 and < 300 }, t);
                const string old = "DELETE FROM webhook_events WHERE webhook_id = @Id AND created_at < @before";
                return await session.ExecuteAsync(old, new { hook.Id, before = time.Milliseconds() - (long)Kept.TotalMilliseconds }, t);
            },
            ct
        );
    }

    /// <summary>10 s, 40 s, 160 s.</summary>
    private static TimeSpan Pause(int attempt) => TimeSpan.FromSeconds(10 * Math.Pow(4, attempt - 1));

    /// <summary>A receiver that says that it does not want it will say so again.</summary>
    private static bool IsWorthAnother(OutboundAnswer answer) =>
        answer
            is OutboundAnswer.TimedOut
                or OutboundAnswer.Unreachable
                or OutboundAnswer.Failed
                or OutboundAnswer.Told { Status: 429 or >= 500 };

    private static string? WhyNot(OutboundAnswer answer) =>
        answer switch
        {
            OutboundAnswer.Told => null,
            OutboundAnswer.Blocked(var why) => $"URL is blocked: {why}",
            OutboundAnswer.Unreachable(var why) => why,
            OutboundAnswer.Failed(var why) => why,
            OutboundAnswer.TimedOut => $"there was no answer within {Timeout.TotalSeconds} s",
            _ => throw new UnreachableException(),
        };

    private Task<int> CountAsync(Session session, WebhookRow hook, bool well, CancellationToken ct)
    {
        var failures = well ? 0 : hook.Failures + 1;
        var longest = TimeSpan.FromDays(1);
        var rest = TimeSpan.FromMinutes(Math.Min(Math.Pow(2, failures - FailuresUntilRest), longest.TotalMinutes));
        return session.ExecuteAsync(
            "UPDATE webhooks SET failures = @failures, disabled_until = @until WHERE id = @Id",
            new
            {
                hook.Id,
                failures,
                until = failures < FailuresUntilRest ? null : (long?)(time.GetUtcNow() + rest).ToUnixTimeMilliseconds(),
            },
            ct
        );
    }
}
