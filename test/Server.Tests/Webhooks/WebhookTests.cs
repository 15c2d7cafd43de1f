using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Slipway.Protocol.Coordination;
using Slipway.Server.Data;
using Slipway.Server.Git;
using Slipway.Server.Http;
using Slipway.Server.Projects;
using Slipway.Server.Tests.Runners;
using Slipway.Server.Tests.Support;
using Slipway.Server.Webhooks;
using Xunit;

namespace Slipway.Server.Tests.Webhooks;

/// <summary>Events told to addresses that a project names, and what hostile or broken ones may not do (reliability-security S25).</summary>
public sealed class WebhookTests
{
    private const string Secret = "correct horse";
    private static readonly byte[] Key = new byte[32];
    private static readonly string Signing = "whsec_" + Convert.ToBase64String(Key);

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Theory, EveryDatabase]
    public async Task Pipelines_jobs_and_deployments_are_told_of(DatabaseKind kind)
    {
        await using var room = await OpenAsync(kind);
        using var receiver = new Receiver();
        var made = await HookAsync(room, receiver.Url, token: Secret, signing: Signing);
        Assert.Equal(201, made.Status);
        Assert.DoesNotContain(Secret, made.Text);
        Assert.DoesNotContain("whsec_", made.Text);
        Assert.Equal(
            (true, true, false),
            (made["token_present"].GetBoolean(), made["signing_token_present"].GetBoolean(), made["push_events"].GetBoolean())
        );

        await room.PipelineAsync("deploy: {script: [x], environment: production}");
        await (await (await room.RunnerAsync()).StartAsync()).FinishAsync(JobState.Success);
        var told = new List<Receiver.Event>();
        string[] expected =
        [
            "build/pending",
            "build/running",
            "build/success",
            "deployment/running",
            "deployment/success",
            "pipeline/pending",
            "pipeline/running",
            "pipeline/success",
        ];
        while (told.Count < expected.Length)
            told.Add(await receiver.NextAsync(Ct));
        Assert.Equal(expected, told.Select(WordOf).Order());

        var pipeline = told.Single(one => WordOf(one) == "pipeline/success");
        Assert.Equal(("Pipeline Hook", Secret), (pipeline.Headers["X-Gitlab-Event"], pipeline.Headers["X-Gitlab-Token"]));
        Assert.Equal("deploy", pipeline.Json.GetProperty("builds")[0].GetProperty("name").GetString());
        Assert.Equal(room.Project.FullPath, pipeline.Json.GetProperty("project").GetProperty("path_with_namespace").GetString());
        Assert.Single(told.Select(one => one.Headers["X-Gitlab-Webhook-UUID"]).Distinct());
        Assert.Equal(expected.Length, told.Select(one => one.Headers["Idempotency-Key"]).Distinct().Count());
        foreach (var one in told)
            Assert.True(IsSigned(one), WordOf(one));
    }

    [Fact]
    public async Task Whoever_begins_to_listen_is_told_of_what_happens_from_then_on()
    {
        await using var room = await OpenAsync(DatabaseKind.Sqlite, new Clock());
        using var receiver = new Receiver();
        await room.PipelineAsync("a: {script: [x]}");
        var job = await (await room.RunnerAsync()).StartAsync();
        var path = $"projects/{room.Project.Id}/hooks";
        var id = (await HookAsync(room, receiver.Url))["id"].GetInt64();
        await job.FinishAsync(JobState.Success);
        var told = new List<string> { WordOf(await receiver.NextAsync(Ct)), WordOf(await receiver.NextAsync(Ct)) };
        Assert.Equal(["build/success", "pipeline/success"], told.Order());

        await room.Admin.Client.PutApiAsync($"{path}/{id}", new { pipeline_events = false, job_events = false });
        await room.PipelineAsync("a: {script: [x]}");
        const string noted = "SELECT COUNT(*) FROM work WHERE kind = 'webhook_tell'";
        Assert.Equal(0, await room.Db.FindAsync<long>(noted, null, Ct));
        Assert.False(receiver.HasMore);
    }

    [Theory, EveryDatabase]
    public async Task What_was_told_is_kept_without_secrets_and_can_be_told_again(DatabaseKind kind)
    {
        await using var room = await OpenAsync(kind);
        using var receiver = new Receiver();
        var id = (await HookAsync(room, receiver.Url, token: Secret))["id"].GetInt64();
        var path = $"projects/{room.Project.Id}/hooks/{id}";
        await room.PipelineAsync("a: {script: [x]}");
        var test = await room.Admin.Client.PostApiAsync($"{path}/test/pipeline_events");
        Assert.Equal(201, test.Status);
        var first = await receiver.NextAsync(Ct);
        while (first.Text("object_kind") != "pipeline")
            first = await receiver.NextAsync(Ct);

        var log = await room.Admin.Client.GetApiAsync($"{path}/events?status=200");
        Assert.DoesNotContain(Secret, log.Text);
        var entry = log.Json.EnumerateArray().First(one => one.GetProperty("trigger").GetString() == "pipeline_events");
        Assert.Equal("200", entry.GetProperty("response_status").GetString());
        Assert.Equal("thanks", entry.GetProperty("response_body").GetString());
        Assert.Equal("[REDACTED]", entry.GetProperty("request_headers").GetProperty("X-Gitlab-Token").GetString());
        var key = entry.GetProperty("request_headers").GetProperty("Idempotency-Key").GetString();
        var again = await room.Admin.Client.PostApiAsync($"{path}/events/{entry.GetProperty("id").GetInt64()}/resend");
        Assert.Equal((201, 200), (again.Status, again["response_status"].GetInt32()));
        var keys = new List<string>();
        while (!keys.Contains(key!) && receiver.HasMore)
            keys.Add((await receiver.NextAsync(Ct)).Headers["Idempotency-Key"]);
        Assert.Contains(key, keys.Append(first.Headers["Idempotency-Key"]));

        var reporter = await room.Server.UserAsync();
        await room.Server.JoinAsync(new MemberOf.Project(room.Project.Id), reporter.Row, Http.Role.Developer);
        Assert.Equal(403, (await reporter.Client.GetApiAsync($"{path}/events")).Status);
        Assert.Equal(204, (await room.Admin.Client.DeleteApiAsync(path)).Status);
        Assert.Equal(404, (await room.Admin.Client.GetApiAsync($"{path}/events")).Status);
    }

    [Theory, EveryDatabase]
    public async Task A_receiver_in_trouble_is_asked_again_and_then_rests(DatabaseKind kind)
    {
        var clock = new Clock();
        await using var room = await OpenAsync(kind, clock);
        using var receiver = new Receiver { Status = 503 };
        var id = (await HookAsync(room, receiver.Url))["id"].GetInt64();
        var path = $"projects/{room.Project.Id}/hooks/{id}";
        var hook = await HookRowAsync(room, id);
        var row = await room.Db.WriteAsync(
            (session, t) => room.Part<WebhookStore>().AddAsync(session, hook, HookTrigger.Job, "an-event", "{}", null, t),
            Ct
        );
        var sending = room.Part<WebhookSending>();
        for (var attempt = 1; attempt <= 4; attempt++)
        {
            Assert.Equal("executable", await StateAsync());
            // Done twice, an attempt is one.
            await sending.OnSendAsync(new WebhookWork.Attempt(row!.Id, attempt), Ct);
            await sending.OnSendAsync(new WebhookWork.Attempt(row.Id, attempt), Ct);
            Assert.Equal("an-event", (await receiver.NextAsync(Ct)).Headers["X-Gitlab-Event-UUID"]);
            Assert.False(receiver.HasMore);
        }

        Assert.Equal("temporarily_disabled", await StateAsync());
        var next = await room.Db.QueryAsync<string>("SELECT subject FROM work WHERE kind = 'webhook_send' ORDER BY id", null, Ct);
        Assert.DoesNotContain($"{row!.Id}/5", next);
        clock.Advance(TimeSpan.FromMinutes(2));
        Assert.Equal("executable", await StateAsync());
        await room.Db.ExecuteAsync("UPDATE webhooks SET failures = 40", null, Ct);
        Assert.Equal("disabled", await StateAsync());
        receiver.Status = 200;
        Assert.Equal(201, (await room.Admin.Client.PostApiAsync($"{path}/events/{row.Id}/resend")).Status);
        Assert.Equal("executable", await StateAsync());

        async Task<string?> StateAsync() => (await room.Admin.Client.GetApiAsync(path))["alert_status"].GetString();
    }

    [Fact]
    public async Task A_webhook_that_brings_about_its_own_event_comes_to_an_end()
    {
        var clock = new Clock();
        await using var room = await OpenAsync(DatabaseKind.Sqlite, clock);
        await HookAsync(room, "http://127.0.0.1:1025/");
        var store = room.Part<WebhookStore>();
        var told = 0;
        for (var n = 0; n < 3; n++)
        {
            told += await room.Db.WriteAsync(
                async (session, t) =>
                {
                    var sum = 0;
                    for (var i = 0; i < 200; i++)
                        sum += await store.TellAsync(session, room.Project.Id, HookTrigger.Job, $"{n}.{i}", "{}", null, null, t);
                    return sum;
                },
                Ct
            );
        }

        Assert.Equal(WebhookStore.MostInAMinute, told);
        clock.Advance(TimeSpan.FromMinutes(2));
        Assert.Equal(1, await TellAsync("later"));
        Assert.Equal(0, await TellAsync("later"));

        Task<int> TellAsync(string origin) =>
            room.Db.WriteAsync((session, t) => store.TellAsync(session, room.Project.Id, HookTrigger.Job, origin, "{}", null, null, t), Ct);
    }

    [Theory, EveryDatabase]
    public async Task Whoever_was_told_of_a_link_of_a_chain_is_not_told_of_the_next(DatabaseKind kind)
    {
        await using var room = await OpenAsync(kind);
        using var receiver = new Receiver();
        var path = $"projects/{room.Project.Id}/hooks";
        var id = (await HookAsync(room, receiver.Url))["id"].GetInt64();
        await room.PipelineAsync("a: {script: [x]}");
        var first = await receiver.NextAsync(Ct);
        var chain = first.Headers[HookLink.Header];
        Assert.True(Guid.TryParse(chain, out _));
        await HookAsync(room, receiver.Url);
        var store = room.Part<WebhookStore>();
        var (link, next) = (new HookLink(chain, "one"), new HookLink(chain, "two"));
        // The second webhook is not of the chain, and then it is; what one request brings about is one link, however much that is.
        Assert.Equal(1, await TellAsync("a", link));
        Assert.Equal(1, await TellAsync("b", link));
        Assert.Equal(0, await TellAsync("c", next));
        Assert.Equal(2, await TellAsync("d", new HookLink(Guid.NewGuid().ToString(), "three")));
        Assert.Equal(2, await TellAsync("e", null));
        var told = new List<string>();
        while (told.Count(uuid => uuid == chain) < 2)
            told.Add((await receiver.NextAsync(Ct)).Headers[HookLink.Header]);
        var log = await room.Admin.Client.GetApiAsync($"{path}/{id}/events");
        Assert.Equal(3, log.Text.Split("Recursive webhook blocked").Length - 1);
        Assert.Equal("executable", (await room.Admin.Client.GetApiAsync($"{path}/{id}"))["alert_status"].GetString());

        Task<int> TellAsync(string origin, HookLink? by) =>
            room.Db.WriteAsync((session, t) => store.TellAsync(session, room.Project.Id, HookTrigger.Job, origin, "{}", null, by, t), Ct);
    }

    [Theory, EveryDatabase]
    public async Task A_chain_is_over_after_half_an_hour(DatabaseKind kind)
    {
        await using var room = await OpenAsync(kind);
        await HookAsync(room, "http://127.0.0.1:1025/");
        Assert.Equal(1, await TellAsync("a"));
        Assert.Equal(0, await TellAsync("b"));
        await room.Db.ExecuteAsync("UPDATE webhook_events SET created_at = created_at - 1800000", null, Ct);
        Assert.Equal(1, await TellAsync("c"));

        Task<int> TellAsync(string origin) =>
            room.Db.WriteAsync(
                (session, t) =>
                    room.Part<WebhookStore>()
                        .TellAsync(session, room.Project.Id, HookTrigger.Job, origin, "{}", null, new HookLink("chain", origin), t),
                Ct
            );
    }

    [Fact]
    public async Task A_chain_has_a_hundred_webhooks_and_no_more()
    {
        await using var room = await OpenAsync(DatabaseKind.Sqlite);
        for (var n = 0; n < WebhookStore.MostOfProject; n++)
            await HookAsync(room, "http://127.0.0.1:1025/");
        // As many as a project may have, and three more, as if they were another's.
        const string copy = """
            INSERT INTO webhooks (project_id, uuid, url, name, description, events, branch_filter, branch_filter_strategy, failures, created_at)
            SELECT project_id, uuid, url, name, description, events, branch_filter, branch_filter_strategy, failures, created_at FROM webhooks LIMIT 3
            """;
        await room.Db.ExecuteAsync(copy, null, Ct);
        var told = await room.Db.WriteAsync(
            (session, t) =>
                room.Part<WebhookStore>()
                    .TellAsync(session, room.Project.Id, HookTrigger.Job, "o", "{}", null, new HookLink("chain", "request"), t),
            Ct
        );
        Assert.Equal(WebhookStore.MostOfChain, told);
    }

    [Fact]
    public async Task An_address_of_the_neighbourhood_is_not_asked_unless_it_is_allowed()
    {
        await using var room = await CoordinatorRoom.OpenAsync(DatabaseKind.Sqlite);
        using var receiver = new Receiver();
        var id = (await HookAsync(room, receiver.Url))["id"].GetInt64();
        await room.PipelineAsync("a: {script: [x]}");
        var path = $"projects/{room.Project.Id}/hooks/{id}";
        Assert.Equal(422, (await room.Admin.Client.PostApiAsync($"{path}/test/job_events")).Status);
        var log = await room.Admin.Client.GetApiAsync($"{path}/events?status=server_failure");
        Assert.Contains("URL is blocked: Requests to localhost are not allowed", log.Text);
        Assert.False(receiver.HasMore);
    }

    [Theory]
    [InlineData("url", "ftp://example.com/")]
    [InlineData("url", "http://user:password@example.com/")]
    [InlineData("url", "http://example.com:22/")]
    [InlineData("url", "nonsense")]
    [InlineData("signing_token", "whsec_dG9vc2hvcnQ=")]
    [InlineData("token", "line\r\nX-Other: 1")]
    [InlineData("enable_ssl_verification", "false")]
    [InlineData("branch_filter_strategy", "odd")]
    public async Task What_makes_no_sense_is_refused(string field, string value)
    {
        await using var room = await CoordinatorRoom.OpenAsync(DatabaseKind.Sqlite);
        var body = new Dictionary<string, string> { ["url"] = "https://example.com/", [field] = value };
        var answer = await room.Admin.Client.PostApiAsync($"projects/{room.Project.Id}/hooks", body);
        Assert.Equal(422, answer.Status);
        Assert.Contains(field, answer.Text);
    }

    [Theory]
    [InlineData("", "wildcard", "main", 1)]
    [InlineData("release/*", "wildcard", "release/1", 1)]
    [InlineData("release/*", "wildcard", "main", 0)]
    [InlineData("^(a+)+$", "regex", "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaab", 0)]
    [InlineData("^main$", "regex", "main", 1)]
    [InlineData("x", "all_branches", "main", 1)]
    public async Task A_push_to_another_branch_than_is_wanted_is_not_told_of(string filter, string strategy, string branch, int told)
    {
        await using var room = await CoordinatorRoom.OpenAsync(DatabaseKind.Sqlite);
        await room.Admin.Client.PostApiAsync(
            $"projects/{room.Project.Id}/hooks",
            new
            {
                url = "https://example.com/",
                push_events_branch_filter = filter,
                branch_filter_strategy = strategy,
            }
        );
        RefUpdate[] refs =
        [
            new RefUpdate($"refs/heads/{branch}", new string('1', 40), new string('0', 40)),
            new("refs/tags/v1", new string('1', 40), new string('0', 40)),
        ];
        var pushed = new Pushed("p", room.Project.Id, room.Admin.Id, refs, [], 0);
        for (var twice = 0; twice < 2; twice++)
            await room.Part<PushHooks>().OnPushedAsync(pushed, Ct);
        var bodies = await room.Db.QueryAsync<string>("SELECT request FROM webhook_events", null, Ct);
        Assert.Equal(told, bodies.Count);
        if (told == 1)
            Assert.Equal($"refs/heads/{branch}", JsonDocument.Parse(bodies[0]).RootElement.GetProperty("ref").GetString());
    }

    private static Task<CoordinatorRoom> OpenAsync(DatabaseKind kind, TimeProvider? time = null) =>
        CoordinatorRoom.OpenAsync(kind, time, options: o => o with { AllowedOutbound = ["127.0.0.1"] });

    private static Task<Answer> HookAsync(CoordinatorRoom room, string url, string? token = null, string? signing = null) =>
        room.Admin.Client.PostApiAsync(
            $"projects/{room.Project.Id}/hooks",
            new
            {
                url,
                token,
                signing_token = signing,
                push_events = false,
                pipeline_events = true,
                job_events = true,
                deployment_events = true,
            }
        );

    private static async Task<WebhookRow> HookRowAsync(CoordinatorRoom room, long id) =>
        (await room.Db.FindAsync<WebhookRow>("SELECT * FROM webhooks WHERE id = @id", new { id }, Ct))!;

    private static string WordOf(Receiver.Event one) =>
        one.Text("object_kind") switch
        {
            "build" => $"build/{one.Text("build_status")}",
            "deployment" => $"deployment/{one.Text("status")}",
            var kind => $"{kind}/{one.Json.GetProperty("object_attributes").GetProperty("status").GetString()}",
        };

    private static bool IsSigned(Receiver.Event one)
    {
        var text = $"{one.Headers["webhook-id"]}.{one.Headers["webhook-timestamp"]}.{one.Body}";
        var expected = Convert.ToBase64String(HMACSHA256.HashData(Key, Encoding.UTF8.GetBytes(text)));
        return one.Headers["webhook-signature"] == $"v1,{expected}" && one.Headers["webhook-id"] == one.Headers["Idempotency-Key"];
    }
}
