using System.Text;
using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using Slipway.Server.Data;
using Slipway.Server.Http;
using Slipway.Server.Pipelines;
using Slipway.Server.Projects;
using Slipway.Server.Tests.Support;
using Xunit;

namespace Slipway.Server.Tests.Triggers;

/// <summary>Trigger tokens, and the pipelines they start.</summary>
public sealed class TriggerTests
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Theory, EveryDatabase]
    public async Task Its_owner_sees_a_token_in_full_and_others_its_beginning(DatabaseKind kind)
    {
        await using var room = await StarterRoom.OpenAsync(kind);
        var (maintainer, developer) = (await room.MemberAsync(Role.Maintainer), await room.MemberAsync(Role.Developer));
        var made = await room.Owner.Client.PostApiAsync($"{room.Path}/triggers", new { description = "outside" });
        var token = made["token"].GetString()!;
        Assert.Matches("^glptt-[0-9A-Za-z]{27}$", token);
        var path = $"{room.Path}/triggers/{made["id"]}";
        Assert.Equal(token, (await room.Owner.Client.GetApiAsync(path))["token"].GetString());
        Assert.Equal(token[6..10], (await maintainer.Client.GetApiAsync($"{room.Path}/triggers")).Json[0].GetProperty("token").GetString());
        Assert.Equal(403, (await developer.Client.GetApiAsync($"{room.Path}/triggers")).Status);
        Assert.Equal(403, (await maintainer.Client.PutApiAsync(path, new { description = "x" })).Status);
        Assert.Equal("x", (await room.Owner.Client.PutApiAsync(path, new { description = "x" }))["description"].GetString());
        // In no row stands the token itself.
        var row = await room.Server.Db.FindAsync<PipelineTriggerRow>("SELECT * FROM pipeline_triggers", null, Ct);
        Assert.DoesNotContain(token, row!.Hash);
        Assert.Equal(-1, row.Sealed.AsSpan().IndexOf(Encoding.UTF8.GetBytes(token)));
        Assert.Equal(204, (await maintainer.Client.DeleteApiAsync(path)).Status);
        Assert.Equal(404, (await StartAsync(room, new { token, @ref = "main" })).Status);
    }

    [Theory, EveryDatabase]
    public async Task A_token_starts_a_pipeline_in_its_owners_name(DatabaseKind kind)
    {
        await using var room = await StarterRoom.OpenAsync(kind);
        var token = await TokenAsync(room, room.Owner);
        var started = await StartAsync(
            room,
            new
            {
                token,
                @ref = "main",
                variables = new { who = "json" },
                inputs = new { tier = "blue" },
                build = new { number = 7 },
            }
        );
        Assert.Equal(
            (201, "trigger", "ada"),
            (started.Status, started["source"].GetString(), started["user"].GetProperty("username").GetString())
        );
        var variables = (await room.Owner.Client.GetApiAsync($"{room.Path}/pipelines/{started["id"]}/variables"))
            .Json.EnumerateArray()
            .ToList();
        Assert.Equal(["who", "TRIGGER_PAYLOAD"], variables.Select(variable => variable.GetProperty("key").GetString()));
        Assert.Equal("file", variables[1].GetProperty("variable_type").GetString());
        var payload = JsonDocument.Parse(variables[1].GetProperty("value").GetString()!).RootElement;
        Assert.Equal(7, payload.GetProperty("build").GetProperty("number").GetInt32());
        Assert.False(payload.TryGetProperty("token", out _));
        Assert.NotNull((await room.Owner.Client.GetApiAsync($"{room.Path}/triggers")).Json[0].GetProperty("last_used").GetString());
    }

    [Fact]
    public async Task A_webhooks_job_event_that_starts_a_pipeline_is_not_told_of_that_pipelines_jobs()
    {
        await using var room = await StarterRoom.OpenAsync(DatabaseKind.Sqlite);
        var token = await TokenAsync(room, room.Owner);
        var hook = await room.Owner.Client.PostApiAsync(
            $"{room.Path}/hooks",
            new
            {
                url = "http://127.0.0.1:1025/",
                job_events = true,
                push_events = false,
            }
        );
        Assert.Equal(201, hook.Status);
        Assert.Equal(201, (await StartAsync(room, new { token, @ref = "main" })).Status);
        var first = await EventAsync(room, "link IS NULL");
        // As the webhook itself would call the trigger's address.
        using var call = new HttpRequestMessage(HttpMethod.Post, $"/api/v4/{room.Path}/ref/main/trigger/pipeline?token={token}");
        call.Headers.Add("X-Gitlab-Event", "Job Hook");
        call.Headers.Add(HookLink.Header, first.EventUuid);
        using var answer = await room.Server.Anonymous.SendAsync(call, Ct);
        Assert.Equal(System.Net.HttpStatusCode.Created, answer.StatusCode);
        var second = await EventAsync(room, "link IS NOT NULL");
        Assert.Equal(("Recursive webhook blocked", first.EventUuid), (second.Error, second.Chain));
        Assert.NotEqual(first.EventUuid, second.EventUuid);
    }

    [Theory, EveryDatabase]
    public async Task What_comes_of_one_call_of_a_webhook_is_one_link_down_to_child_pipelines_and_the_next_call_is_another(
        DatabaseKind kind
    )
    {
        await using var room = await StarterRoom.OpenAsync(kind);
        await room.Owner.Client.PostApiAsync(
            $"{room.Path}/hooks",
            new
            {
                url = "http://127.0.0.1:1025/",
                job_events = true,
                push_events = true,
            }
        );
        var chain = Guid.NewGuid().ToString();
        var actions = new[]
        {
            new
            {
                action = "update",
                file_path = ".gitlab-ci.yml",
                content = "below: {trigger: {include: child.yml}}",
            },
            new
            {
                action = "create",
                file_path = "child.yml",
                content = "a: {script: x}",
            },
        };
        await CallAsync(
            "repository/commits",
            new
            {
                branch = "main",
                commit_message = "By a webhook",
                actions,
            }
        );
        Assert.Equal(["job_events", "push_events"], await ToldAsync("error IS NULL OR error <> 'Recursive webhook blocked'", 2));
        Assert.Equal(2, await room.Server.Db.FindAsync<long>("SELECT COUNT(*) FROM pipelines WHERE hook_link IS NOT NULL", null, Ct));
        await CallAsync("pipeline", new { @ref = "main" });
        Assert.Equal(["job_events"], await ToldAsync("error = 'Recursive webhook blocked'", 1));

        async Task CallAsync(string path, object body)
        {
            using var call = new HttpRequestMessage(HttpMethod.Post, $"/api/v4/{room.Path}/{path}")
            {
                Content = System.Net.Http.Json.JsonContent.Create(body),
            };
            call.Headers.Add(HookLink.Header, chain);
            using var answer = await room.Owner.Client.SendAsync(call, Ct);
            Assert.Equal(System.Net.HttpStatusCode.Created, answer.StatusCode);
        }

        async Task<IEnumerable<string>> ToldAsync(string which, int least)
        {
            var sql = $"SELECT trigger_name FROM webhook_events WHERE chain = @chain AND ({which})";
            while (true)
            {
                if (await room.Server.Db.QueryAsync<string>(sql, new { chain }, Ct) is var told && told.Distinct().Count() >= least)
                    return told.Distinct().Order();
                await Task.Delay(20, Ct);
            }
        }
    }

    private sealed record Told(string EventUuid, string? Chain, string? Error);

    /// <summary>The first event of a kind that was told of, once there is one.</summary>
    private static async Task<Told> EventAsync(StarterRoom room, string which)
    {
        var sql = $"SELECT event_uuid, chain, error FROM webhook_events WHERE {which} ORDER BY id LIMIT 1";
        while (true)
        {
            if (await room.Server.Db.FindAsync<Told>(sql, null, Ct) is { } told)
                return told;
            await Task.Delay(20, Ct);
        }
    }

    [Fact]
    public async Task It_comes_as_form_query_and_address_too()
    {
        await using var room = await StarterRoom.OpenAsync(DatabaseKind.Sqlite);
        var token = await TokenAsync(room, room.Owner);
        using var form = new FormUrlEncodedContent([new("token", token), new("ref", "main"), new("variables[WHO]", "form")]);
        Assert.Equal(("WHO", "form"), await SentAsync(room, $"{room.Path}/trigger/pipeline", form));
        using var multipart = new MultipartFormDataContent { { new StringContent(token), "token" }, { new StringContent("v1"), "ref" } };
        multipart.Add(new StringContent("multipart"), "variables[WHO]");
        Assert.Equal(("WHO", "multipart"), await SentAsync(room, $"{room.Path}/trigger/pipeline", multipart));
        Assert.Equal(
            ("WHO", "query"),
            await SentAsync(room, $"{room.Path}/trigger/pipeline?token={token}&ref=main&variables[WHO]=query", null)
        );
        // As a webhook sends it: what it tells of is in the body, and the ref there is not ours.
        using var hook = new StringContent("""{"ref": "refs/heads/other", "object_kind": "push"}""", Encoding.UTF8, "application/json");
        await SentAsync(room, $"{room.Path}/ref/main/trigger/pipeline?token={token}&variables[WHO]=hook", hook);
        using var full = new StringContent("{}", Encoding.UTF8, "application/json");
        await SentAsync(room, $"{room.Path}/ref/refs%2Ftags%2Fv1/trigger/pipeline?token={token}&variables[WHO]=tag", full);
        Assert.Equal(["main", "v1", "main", "main", "v1"], (await room.PipelinesAsync()).Select(pipeline => pipeline.Ref));
        Assert.All(await room.PipelinesAsync(), pipeline => Assert.Equal("trigger", pipeline.Source));
    }

    [Fact]
    public async Task What_is_wrong_is_told_and_whose_token_it_is_is_not()
    {
        await using var room = await StarterRoom.OpenAsync(DatabaseKind.Sqlite);
        var token = await TokenAsync(room, room.Owner);
        var other = await room.Server.ProjectAsync(room.Owner.Row);
        foreach (
            var (project, body, status, text) in (IEnumerable<(string, object, int, string)>)
                [
                    (room.Path, new { token }, 400, """{"error":"ref is missing"}"""),
                    (room.Path, new { @ref = "main" }, 400, """{"error":"token is missing"}"""),
                    (room.Path, new { token, @ref = "none" }, 400, """{"message":{"base":["Reference not found"]}}"""),
                    (
                        room.Path,
                        new
                        {
                            token,
                            @ref = "main",
                            variables = new[] { 1 },
                        },
                        400,
                        """{"message":"variables needs to be a map of key-valued strings"}"""
                    ),
                    (
                        room.Path,
                        new
                        {
                            token,
                            @ref = "main",
                            variables = new { A = 1 },
                        },
                        400,
                        """{"message":"variables needs to be a map of key-valued strings"}"""
                    ),
                    (room.Path, new { token = token + "x", @ref = "main" }, 404, """{"message":"404 Not found"}"""),
                    ($"projects/{other.Id}", new { token, @ref = "main" }, 404, """{"message":"404 Not found"}"""),
                    ("projects/999", new { token, @ref = "main" }, 404, """{"message":"404 Not found"}"""),
                ]
        )
        {
            var answer = await room.Server.Anonymous.PostApiAsync($"{project}/trigger/pipeline", body);
            Assert.Equal((status, text), (answer.Status, answer.Text));
        }

        Assert.Empty(await room.PipelinesAsync());
        using var large = new StringContent(new string('x', 2 << 20), Encoding.UTF8, "application/json");
        var path = $"/api/v4/{room.Path}/trigger/pipeline?token={token}&ref=main";
        using var request = new HttpRequestMessage(HttpMethod.Post, path) { Content = large };
        // Asks first: who is still sending when the door closes may not hear why.
        request.Headers.ExpectContinue = true;
        using var refused = await room.Server.Anonymous.SendAsync(request);
        Assert.Equal(413, (int)refused.StatusCode);
    }

    [Theory, EveryDatabase]
    public async Task Sent_again_with_the_same_key_it_is_the_same_pipeline(DatabaseKind kind)
    {
        await using var room = await StarterRoom.OpenAsync(kind);
        var token = await TokenAsync(room, room.Owner);
        var ids = new HashSet<long>();
        for (var again = 0; again < 3; again++)
            ids.Add(await SendAsync("once"));
        Assert.Single(ids);
        Assert.Contains(await SendAsync("once more"), (await room.PipelinesAsync()).Select(pipeline => pipeline.Id));
        Assert.Equal(2, (await room.PipelinesAsync()).Count);

        async Task<long> SendAsync(string key)
        {
            using var request = new HttpRequestMessage(HttpMethod.Post, $"/api/v4/{room.Path}/trigger/pipeline?token={token}&ref=main");
            request.Headers.Add("Idempotency-Key", key);
            using var response = await room.Server.Anonymous.SendAsync(request);
            return JsonDocument.Parse(await response.Content.ReadAsStringAsync(Ct)).RootElement.GetProperty("id").GetInt64();
        }
    }

    /// <summary>Security row S3: a token can do what its owner can do now, and no more.</summary>
    [Fact]
    public async Task A_token_is_worth_what_its_owner_may()
    {
        await using var room = await StarterRoom.OpenAsync(DatabaseKind.Sqlite);
        await room.Owner.Client.PostApiAsync($"{room.Path}/protected_branches", new { name = "main" });
        var maintainer = await room.MemberAsync(Role.Maintainer);
        var token = await TokenAsync(room, maintainer);
        Assert.Equal(201, (await StartAsync(room, new { token, @ref = "main" })).Status);
        Assert.Equal(maintainer.Id, Assert.Single(await room.PipelinesAsync()).UserId);
        var member = $"{room.Path}/members/{maintainer.Id}";
        await room.Owner.Client.PutApiAsync(member, new { access_level = 30 });
        Assert.Equal(400, (await StartAsync(room, new { token, @ref = "main" })).Status);
        Assert.Equal(201, (await StartAsync(room, new { token, @ref = "v1" })).Status);
        await room.Owner.Client.PutApiAsync(member, new { access_level = 20 });
        Assert.Equal(400, (await StartAsync(room, new { token, @ref = "v1" })).Status);
        await room.Owner.Client.PutApiAsync(member, new { access_level = 40 });
        Assert.Equal(201, (await StartAsync(room, new { token, @ref = "main" })).Status);
        await (await room.Server.AdminAsync()).Client.PostApiAsync($"users/{maintainer.Id}/block");
        Assert.Equal(400, (await StartAsync(room, new { token, @ref = "main" })).Status);
        Assert.Equal(3, (await room.PipelinesAsync()).Count);
    }

    [Fact]
    public async Task A_token_ends_when_it_was_to_end()
    {
        await using var room = await StarterRoom.OpenAsync(DatabaseKind.Sqlite);
        var triggers = $"{room.Path}/triggers";
        Assert.Equal(400, (await room.Owner.Client.PostApiAsync(triggers, new { description = "x", expires_at = "2026-01-01" })).Status);
        Assert.Equal(400, (await room.Owner.Client.PostApiAsync(triggers, new { description = "x", expires_at = "soon" })).Status);
        var made = await room.Owner.Client.PostApiAsync(triggers, new { description = "x", expires_at = "2026-01-03" });
        var token = made["token"].GetString()!;
        Assert.Equal(201, (await StartAsync(room, new { token, @ref = "main" })).Status);
        await room.AdvanceAsync(TimeSpan.FromDays(1));
        Assert.Equal(404, (await StartAsync(room, new { token, @ref = "main" })).Status);
    }

    [Fact]
    public async Task Who_may_give_no_variables_gives_none_this_way()
    {
        var settings = new ProjectSettings { CiPipelineVariablesMinimumOverrideRole = "no_one_allowed" };
        await using var room = await StarterRoom.OpenAsync(DatabaseKind.Sqlite, settings: settings);
        var token = await TokenAsync(room, room.Owner);
        var refused = await StartAsync(
            room,
            new
            {
                token,
                @ref = "main",
                variables = new { A = "x" },
            }
        );
        Assert.Equal(
            (400, """{"message":{"base":["Insufficient permissions to set pipeline variables"]}}"""),
            (refused.Status, refused.Text)
        );
        Assert.Equal(201, (await StartAsync(room, new { token, @ref = "main" })).Status);
    }

    [Fact]
    public async Task A_pipelines_webhook_starts_no_pipeline()
    {
        await using var room = await StarterRoom.OpenAsync(DatabaseKind.Sqlite);
        var token = await TokenAsync(room, room.Owner);
        using var request = new HttpRequestMessage(HttpMethod.Post, $"/api/v4/{room.Path}/trigger/pipeline?token={token}&ref=main");
        request.Headers.Add("X-Gitlab-Event", "Pipeline Hook");
        using var answer = await room.Server.Anonymous.SendAsync(request, Ct);
        Assert.Equal(403, (int)answer.StatusCode);
    }

    [Fact]
    public async Task A_blocked_user_starts_nothing_by_whatever_door()
    {
        await using var room = await StarterRoom.OpenAsync(DatabaseKind.Sqlite);
        var order = new PipelineOrder
        {
            Project = room.Project,
            User = room.Owner.Row with { State = "blocked" },
            Source = "push",
            Ref = "main",
            Sha = new string('a', 40),
        };
        var outcome = await room.Server.Services.GetRequiredService<PipelineCreation>().CreateAsync(order, Ct);
        Assert.Equal(new PipelineOutcome.Refused("Insufficient permissions to create a new pipeline"), outcome);
    }

    private static async Task<string> TokenAsync(StarterRoom room, TestUser owner) =>
        (await owner.Client.PostApiAsync($"{room.Path}/triggers", new { description = "outside" }))["token"].GetString()!;

    private static Task<Answer> StartAsync(StarterRoom room, object body) =>
        room.Server.Anonymous.PostApiAsync($"{room.Path}/trigger/pipeline", body);

    /// <returns>The first variable of the pipeline that came of it.</returns>
    private static async Task<(string? Key, string? Value)> SentAsync(StarterRoom room, string path, HttpContent? body)
    {
        using var response = await room.Server.Anonymous.PostAsync("/api/v4/" + path, body, Ct);
        var text = await response.Content.ReadAsStringAsync(Ct);
        Assert.Equal((201, path), ((int)response.StatusCode, response.IsSuccessStatusCode ? path : text));
        var id = JsonDocument.Parse(text).RootElement.GetProperty("id").GetInt64();
        var variable = (await room.Owner.Client.GetApiAsync($"{room.Path}/pipelines/{id}/variables")).Json[0];
        return (variable.GetProperty("key").GetString(), variable.GetProperty("value").GetString());
    }
}
