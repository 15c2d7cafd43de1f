using System.Net.Http.Json;
using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using Slipway.Server.Http;
using Slipway.Server.Projects;
using Slipway.Server.Runners;
using Slipway.Server.Tests.Support;
using Slipway.Wire;
using Xunit;

namespace Slipway.Server.Tests.Runners;

/// <summary>How runners come, are known, changed and go (runner-protocol §2).</summary>
public sealed class RunnersApiTests
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Theory, EveryDatabase]
    public async Task A_runner_that_somebody_made_is_verified_changed_and_removed(DatabaseKind kind)
    {
        await using var room = await CoordinatorRoom.OpenAsync(kind);
        var admin = room.Admin.Client;
        var made = await admin.PostApiAsync(
            "user/runners",
            new
            {
                runner_type = "project_type",
                project_id = room.Project.Id,
                description = "mine",
                tag_list = "a, b",
                run_untagged = false,
                locked = true,
                access_level = "ref_protected",
                maximum_timeout = 3600,
                maintenance_note = "note",
            }
        );
        Assert.Equal(201, made.Status);
        Assert.Empty(WireCheck.Credentials(made.Json));
        Assert.StartsWith("glrt-", made["token"].GetString());
        var id = made["id"].GetInt64();

        Assert.Equal("never_contacted", (await admin.GetApiAsync($"runners/{id}"))["status"].GetString());
        var runner = room.Runner(made["token"].GetString()!);
        Assert.Equal(200, (await runner.VerifyAsync()).Status);
        var shown = await admin.GetApiAsync($"runners/{id}");
        Assert.Equal(
            "mine online project_type [a b] False True 3600 ref_protected note 19.4.0 linux",
            $"{shown["description"]} {shown["status"]} {shown["runner_type"]} [{string.Join(' ', shown["tag_list"].EnumerateArray())}] {shown["run_untagged"]} "
                + $"{shown["locked"]} {shown["maximum_timeout"]} {shown["access_level"]} {shown["maintenance_note"]} {shown["version"]} {shown["platform"]}"
        );
        Assert.Equal(room.Project.Id, shown["projects"][0].GetProperty("id").GetInt64());
        Assert.Equal("s_0123456789ab", (await admin.GetApiAsync($"runners/{id}/managers")).Json[0].GetProperty("system_id").GetString());

        var changed = await admin.PutApiAsync(
            $"runners/{id}",
            new
            {
                paused = true,
                tag_list = new[] { "c" },
                description = "other",
            }
        );
        Assert.Equal(
            (200, true, "c", "other"),
            (changed.Status, changed["paused"].GetBoolean(), changed["tag_list"][0].GetString(), changed["description"].GetString())
        );
        Assert.Equal(1, (await admin.GetApiAsync($"projects/{room.Project.Id}/runners?type=project_type")).Json.GetArrayLength());
        Assert.Equal(204, (await admin.DeleteApiAsync($"runners/{id}")).Status);
        Assert.Equal(403, (await runner.VerifyAsync()).Status);
        Assert.Equal(404, (await admin.GetApiAsync($"runners/{id}")).Status);
    }

    [Theory, EveryDatabase]
    public async Task A_registration_token_makes_a_runner_of_its_owner(DatabaseKind kind)
    {
        await using var room = await CoordinatorRoom.OpenAsync(kind);
        var group = await room.Server.GroupAsync(room.Admin.Row);
        var admin = room.Admin.Client;
        foreach (
            var (path, type, prefix) in new[]
            {
                ("runners/reset_registration_token", "instance_type", "t1_"),
                ($"groups/{group.Id}/runners/reset_registration_token", "group_type", "t2_"),
                ($"projects/{room.Project.Id}/runners/reset_registration_token", "project_type", "t3_"),
            }
        )
        {
            var token = (await admin.PostApiAsync(path))["token"].GetString()!;
            Assert.StartsWith("GR1348941", token);
            var made = await room.Server.Anonymous.PostApiAsync(
                "runners",
                new
                {
                    token,
                    description = "d",
                    tag_list = "x,y",
                    run_untagged = true,
                }
            );
            Assert.Equal(201, made.Status);
            Assert.StartsWith(prefix, made["token"].GetString());
            var shown = await admin.GetApiAsync($"runners/{made["id"]}");
            Assert.Equal((type, 2), (shown["runner_type"].GetString(), shown["tag_list"].GetArrayLength()));
            await admin.PostApiAsync(path);
            Assert.Equal(403, (await room.Server.Anonymous.PostApiAsync("runners", new { token })).Status);
        }

        Assert.Equal(400, (await room.Server.Anonymous.PostApiAsync("runners", new { })).Status);
        var stored = await room.Db.QueryAsync<string>("SELECT hash || scope FROM registration_tokens", null, Ct);
        Assert.DoesNotContain(stored, text => text.Contains("GR1348941"));
    }

    [Fact]
    public async Task A_form_registers_too()
    {
        await using var room = await CoordinatorRoom.OpenAsync(DatabaseKind.Sqlite);
        var token = await room.Server.Services.GetRequiredService<RegistrationTokens>().OfAsync(new RunnerOwner.Instance(), Ct);
        using var form = new FormUrlEncodedContent(new Dictionary<string, string> { ["token"] = token, ["tag_list"] = "a" });
        using var response = await room.Server.Anonymous.PostAsync("/api/v4/runners", form, Ct);
        var id = (await response.Content.ReadFromJsonAsync<JsonElement>(Ct)).GetProperty("id").GetInt64();
        Assert.False((await room.Admin.Client.GetApiAsync($"runners/{id}"))["run_untagged"].GetBoolean());
    }

    [Fact]
    public async Task A_token_is_renewed_by_its_runner_and_by_people()
    {
        await using var room = await CoordinatorRoom.OpenAsync(DatabaseKind.Sqlite);
        var runner = await room.RunnerAsync();
        var old = runner.Token;
        var reset = await room.Server.Anonymous.PostApiAsync("runners/reset_authentication_token", new { token = old });
        Assert.Equal(201, reset.Status);
        runner.Token = reset["token"].GetString()!;
        Assert.StartsWith("glrt-", runner.Token);
        var id = (await runner.VerifyAsync()).Json.GetProperty("id").GetInt64();
        Assert.Equal(403, (await room.Runner(old).VerifyAsync()).Status);
        var again = await room.Admin.Client.PostApiAsync($"runners/{id}/reset_authentication_token");
        Assert.Equal(201, again.Status);
        Assert.Equal(403, (await runner.VerifyAsync()).Status);
    }

    [Fact]
    public async Task A_process_and_a_runner_go_with_the_runners_own_token()
    {
        await using var room = await CoordinatorRoom.OpenAsync(DatabaseKind.Sqlite);
        var runner = await room.RunnerAsync();
        await runner.VerifyAsync();
        var http = room.Server.Anonymous;
        Assert.Equal(400, (await http.ApiAsync(HttpMethod.Delete, "runners/managers", new { token = runner.Token })).Status);
        Assert.Equal(
            404,
            (await http.ApiAsync(HttpMethod.Delete, "runners/managers", new { token = runner.Token, system_id = "s_unknown" })).Status
        );
        Assert.Equal(
            204,
            (await http.ApiAsync(HttpMethod.Delete, "runners/managers", new { token = runner.Token, system_id = "s_0123456789ab" })).Status
        );
        await runner.VerifyAsync();
        Assert.Equal(1, await room.Db.FindAsync<long>("SELECT COUNT(*) FROM runner_managers", null, Ct));
        Assert.Equal(400, (await http.ApiAsync(HttpMethod.Delete, "runners")).Status);
        Assert.Equal(204, (await http.ApiAsync(HttpMethod.Delete, "runners", new { token = runner.Token })).Status);
        Assert.Equal(403, (await http.ApiAsync(HttpMethod.Delete, "runners", new { token = runner.Token })).Status);
        Assert.Equal(0, await room.Db.FindAsync<long>("SELECT COUNT(*) FROM runner_managers", null, Ct));
    }

    [Fact]
    public async Task What_cannot_be_is_refused()
    {
        await using var room = await CoordinatorRoom.OpenAsync(DatabaseKind.Sqlite);
        foreach (
            var (form, field) in new[]
            {
                ("tag_list=&run_untagged=false", "tags_list"),
                ("maximum_timeout=599", "maximum_timeout"),
                ("access_level=some", "access_level"),
            }
        )
        {
            var answer = await room.Admin.Client.PostApiAsync($"user/runners?runner_type=instance_type&{form}");
            Assert.Equal(400, answer.Status);
            Assert.Equal(1, answer["message"].GetProperty(field).GetArrayLength());
        }
    }

    [Fact]
    public async Task Who_may_not_may_not()
    {
        await using var room = await CoordinatorRoom.OpenAsync(DatabaseKind.Sqlite);
        var nobody = await room.Server.UserAsync();
        var creator = await room.Server.UserAsync(scopes: Scopes.CreateRunner);
        var own = await room.Server.ProjectAsync(creator.Row);
        var runner = await room.RunnerAsync(new { runner_type = "project_type", project_id = room.Project.Id });
        var id = (await runner.VerifyAsync()).Json.GetProperty("id").GetInt64();

        Assert.Equal(403, (await nobody.Client.PostApiAsync("user/runners", new { runner_type = "instance_type" })).Status);
        Assert.Equal(
            403,
            (await nobody.Client.PostApiAsync("user/runners", new { runner_type = "project_type", project_id = room.Project.Id })).Status
        );
        Assert.Equal(
            201,
            (await creator.Client.PostApiAsync("user/runners", new { runner_type = "project_type", project_id = own.Id })).Status
        );
        Assert.Equal(401, (await room.Server.Anonymous.PostApiAsync("user/runners", new { runner_type = "instance_type" })).Status);
        Assert.Equal(403, (await nobody.Client.GetApiAsync($"runners/{id}")).Status);
        Assert.Equal(403, (await nobody.Client.PutApiAsync($"runners/{id}", new { paused = true })).Status);
        Assert.Equal(403, (await nobody.Client.GetApiAsync("runners/all")).Status);
        Assert.Equal(0, (await nobody.Client.GetApiAsync("runners")).Json.GetArrayLength());
        Assert.Equal(404, (await nobody.Client.GetApiAsync($"projects/{room.Project.Id}/runners")).Status);
        await room.Server.JoinAsync(new MemberOf.Project(room.Project.Id), nobody.Row, Role.Maintainer);
        Assert.Equal(1, (await nobody.Client.GetApiAsync("runners")).Json.GetArrayLength());
        Assert.Equal(200, (await nobody.Client.PutApiAsync($"runners/{id}", new { paused = true })).Status);
    }

    [Fact]
    public async Task A_projects_runner_is_given_to_another_unless_it_is_locked()
    {
        await using var room = await CoordinatorRoom.OpenAsync(DatabaseKind.Sqlite);
        var other = await room.Server.ProjectAsync(room.Admin.Row);
        var runner = await room.RunnerAsync(
            new
            {
                runner_type = "project_type",
                project_id = room.Project.Id,
                locked = true,
            }
        );
        var id = (await runner.VerifyAsync()).Json.GetProperty("id").GetInt64();
        var admin = room.Admin.Client;
        Assert.Equal(403, (await admin.PostApiAsync($"projects/{other.Id}/runners", new { runner_id = id })).Status);
        await admin.PutApiAsync($"runners/{id}", new { locked = false });
        Assert.Equal(201, (await admin.PostApiAsync($"projects/{other.Id}/runners", new { runner_id = id })).Status);
        await room.PipelineAsync("a: {script: [x]}", other);
        Assert.Equal("a", (await runner.StartAsync()).Name);
        var jobs = await admin.GetApiAsync($"runners/{id}/jobs");
        Assert.Equal(
            (other.FullPath, "active"),
            (
                jobs.Json[0].GetProperty("project").GetProperty("path_with_namespace").GetString(),
                (await admin.GetApiAsync($"runners/{id}"))["job_execution_status"].GetString()
            )
        );
        Assert.Equal(204, (await admin.DeleteApiAsync($"projects/{other.Id}/runners/{id}")).Status);
        Assert.Equal(403, (await admin.DeleteApiAsync($"projects/{room.Project.Id}/runners/{id}")).Status);
    }
}
