using Microsoft.Extensions.DependencyInjection;
using Slipway.Server.Accounts;
using Slipway.Server.Data;
using Slipway.Server.Http;
using Slipway.Server.Projects;
using Slipway.Server.Tests.Support;
using Xunit;

namespace Slipway.Server.Tests.Projects;

public sealed class ProjectsApiTests
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Theory, EveryDatabase]
    public async Task A_project_has_what_clients_look_for(DatabaseKind kind)
    {
        await using var server = await TestServer.StartAsync(kind);
        var ada = await server.UserAsync("ada");
        var made = await ada.Client.PostApiAsync("projects", new { name = "My App!", description = "d" });
        Assert.Equal(201, made.Status);
        var project = (await ada.Client.GetApiAsync("projects/ada%2Fmy-app")).Json;
        Assert.Equal("My App!", project.GetProperty("name").GetString());
        Assert.Equal("ada/my-app", project.GetProperty("path_with_namespace").GetString());
        Assert.Equal($"{server.Address}ada/my-app.git", project.GetProperty("http_url_to_repo").GetString());
        Assert.Equal("git@127.0.0.1:ada/my-app.git", project.GetProperty("ssh_url_to_repo").GetString());
        Assert.Equal($"{server.Address}ada/my-app", project.GetProperty("web_url").GetString());
        Assert.Equal("user", project.GetProperty("namespace").GetProperty("kind").GetString());
        Assert.Equal("ada", project.GetProperty("owner").GetProperty("username").GetString());
        Assert.Equal(50, project.GetProperty("permissions").GetProperty("project_access").GetProperty("access_level").GetInt32());
        Assert.True(project.GetProperty("empty_repo").GetBoolean());
        Assert.Equal(System.Text.Json.JsonValueKind.Null, project.GetProperty("default_branch").ValueKind);
        Assert.Equal(
            ("private", false, 3600),
            (
                project.GetProperty("visibility").GetString(),
                project.GetProperty("archived").GetBoolean(),
                project.GetProperty("build_timeout").GetInt32()
            )
        );
        Assert.EndsWith($"/api/v4/projects/{project.GetProperty("id")}", project.GetProperty("_links").GetProperty("self").GetString());
    }

    [Theory]
    [InlineData("""{}""", 400, "name, path are missing, at least one parameter must be provided")]
    [InlineData("""{"name":"ü"}""", 400, "can't be blank")]
    [InlineData("""{"name":"x","path":"../x"}""", 400, "can contain only letters")]
    [InlineData("""{"name":"x","path":"a/b"}""", 400, "can contain only letters")]
    [InlineData("""{"name":"x","path":"x.git"}""", 400, "can contain only letters")]
    [InlineData("""{"name":"x","path":"-"}""", 400, "can contain only letters")]
    [InlineData("""{"name":"x","path":"tree"}""", 400, "is a reserved name")]
    [InlineData("""{"name":"\u001b[2J","path":"x"}""", 400, "must start with a letter")]
    [InlineData("""{"name":"x\u0000y","path":"x"}""", 400, "must start with a letter")]
    [InlineData("""{"name":"x","description":"a\u0000b"}""", 400, "is invalid")]
    [InlineData("""{"name":"x","visibility":"secret"}""", 400, "visibility does not have a valid value")]
    [InlineData("""{"name":"x","build_timeout":1}""", 400, "needs to be between 10 minutes and 1 month")]
    [InlineData("""{"name":"x","build_timeout":"soon"}""", 400, "build_timeout is invalid")]
    [InlineData("""{"name":"x","ci_default_git_depth":1001}""", 400, "must be less than or equal to 1000")]
    [InlineData("""{"name":"x","build_git_strategy":"rsync"}""", 400, "build_git_strategy does not have a valid value")]
    [InlineData("""{"name":"x","namespace_id":999}""", 404, "404 Namespace Not Found")]
    [InlineData("""{"name":"TAKEN"}""", 400, "has already been taken")]
    public async Task What_cannot_be_a_project_is_refused_in_GitLabs_words(string body, int status, string why)
    {
        await using var server = await TestServer.StartAsync(DatabaseKind.Sqlite);
        var ada = await server.UserAsync("ada");
        await server.ProjectAsync(ada.Row, "taken");
        var refused = await ada.Client.PostApiAsync("projects", System.Text.Json.JsonDocument.Parse(body).RootElement);
        Assert.Equal(status, refused.Status);
        Assert.Contains(why, refused.Text);
    }

    [Fact]
    public async Task What_goes_while_it_is_changed_is_not_found()
    {
        await using var server = await TestServer.StartAsync(DatabaseKind.Sqlite);
        var ada = await server.UserAsync("ada");
        var group = await server.GroupAsync(ada.Row);
        var (changed, moved) = (await server.ProjectAsync(ada.Row), await server.ProjectAsync(ada.Row));
        foreach (var table in (string[])["projects", "namespaces"])
            await server.Db.ExecuteAsync(
                $"""
                CREATE TRIGGER gone_{table} AFTER UPDATE ON {table} WHEN NEW.deleted_at IS NULL
                BEGIN UPDATE {table} SET deleted_at = 1 WHERE id = NEW.id; END
                """,
                null,
                Ct
            );

        Assert.Equal(404, (await ada.Client.PutApiAsync($"projects/{changed.Id}", new { description = "other" })).Status);
        Assert.Equal(404, (await ada.Client.PutApiAsync($"projects/{moved.Id}/transfer", new { @namespace = group.Id })).Status);
        Assert.Equal(404, (await ada.Client.PutApiAsync($"groups/{group.Id}", new { description = "other" })).Status);
    }

    [Theory, EveryDatabase]
    public async Task It_takes_a_developer_to_make_a_project_in_a_group_who_then_maintains_it(DatabaseKind kind)
    {
        await using var server = await TestServer.StartAsync(kind);
        var (owner, user) = (await server.UserAsync(), await server.UserAsync());
        var group = await server.GroupAsync(owner.Row);
        Assert.Equal(400, (await user.Client.PostApiAsync("projects", new { name = "x", namespace_id = group.Id })).Status);
        await server.JoinAsync(new MemberOf.Group(group.Id), user.Row, Role.Reporter);
        Assert.Equal(400, (await user.Client.PostApiAsync("projects", new { name = "x", namespace_id = group.Id })).Status);
        await server.JoinAsync(new MemberOf.Group(group.Id), user.Row, Role.Developer);
        var made = await user.Client.PostApiAsync("projects", new { name = "x", namespace_id = group.Id });
        Assert.Equal(201, made.Status);
        Assert.Equal(200, (await user.Client.PutApiAsync($"projects/{made["id"]}", new { build_timeout = 600 })).Status);
        Assert.Equal(403, (await user.Client.PutApiAsync($"projects/{made["id"]}", new { name = "y" })).Status);
        var open = await owner.Client.PostApiAsync(
            "projects",
            new
            {
                name = "z",
                namespace_id = group.Id,
                visibility = "public",
            }
        );
        Assert.Equal((400, true), (open.Status, open.Text.Contains("public is not allowed in a private group.")));
    }

    [Theory, EveryDatabase]
    public async Task Settings_change_one_by_one_and_stay(DatabaseKind kind)
    {
        await using var server = await TestServer.StartAsync(kind);
        var ada = await server.UserAsync("ada");
        var project = await server.ProjectAsync(ada.Row, "app");
        var path = $"projects/{project.Id}";
        Assert.Equal(7200, (await ada.Client.PutApiAsync(path, new { build_timeout = 7200 }))["build_timeout"].GetInt32());
        Assert.Equal("clone", (await ada.Client.PutApiAsync(path, new { build_git_strategy = "clone" }))["build_git_strategy"].GetString());
        var changed = await ada.Client.PutApiAsync(
            path,
            new
            {
                path = "app2",
                name = "App 2",
                visibility = "internal",
                public_jobs = false,
                default_branch = "none",
            }
        );
        Assert.Equal((400, true), (changed.Status, changed.Text.Contains("Do you have a branch named 'none'")));
        changed = await ada.Client.PutApiAsync(
            path,
            new
            {
                path = "app2",
                name = "App 2",
                visibility = "internal",
                public_jobs = false,
            }
        );
        Assert.Equal(
            ("ada/app2", 7200, "clone", false),
            (
                changed["path_with_namespace"].GetString(),
                changed["build_timeout"].GetInt32(),
                changed["build_git_strategy"].GetString(),
                changed["public_jobs"].GetBoolean()
            )
        );
        Assert.Equal(404, (await ada.Client.GetApiAsync("projects/ada%2Fapp")).Status);
        Assert.Equal(200, (await ada.Client.GetApiAsync("projects/ada%2Fapp2")).Status);
        Assert.True((await ada.Client.PostApiAsync(path + "/archive"))["archived"].GetBoolean());
        Assert.False((await ada.Client.PostApiAsync(path + "/unarchive"))["archived"].GetBoolean());
    }

    [Theory, EveryDatabase]
    public async Task A_project_moves_to_a_group(DatabaseKind kind)
    {
        await using var server = await TestServer.StartAsync(kind);
        var (ada, bob) = (await server.UserAsync("ada"), await server.UserAsync("bob"));
        var project = await server.ProjectAsync(ada.Row, "app");
        var (own, others) = (await server.GroupAsync(ada.Row, "own"), await server.GroupAsync(bob.Row, "others"));
        Assert.Equal(400, (await ada.Client.PutApiAsync($"projects/{project.Id}/transfer", new { @namespace = others.Id })).Status);
        Assert.Equal(
            "own/app",
            (await ada.Client.PutApiAsync($"projects/{project.Id}/transfer", new { @namespace = "own" }))["path_with_namespace"].GetString()
        );
        Assert.Equal(404, (await ada.Client.GetApiAsync("projects/ada%2Fapp")).Status);
        Assert.Equal(own.Id, (await ada.Client.GetApiAsync("projects/own%2Fapp"))["namespace"].GetProperty("id").GetInt64());
    }

    [Theory, EveryDatabase]
    public async Task A_group_takes_what_is_below_along_when_it_gets_another_path(DatabaseKind kind)
    {
        await using var server = await TestServer.StartAsync(kind);
        var ada = await server.UserAsync("ada");
        var top = await server.GroupAsync(ada.Row, "t_p");
        var near = await server.GroupAsync(ada.Row, "tap");
        var below = await server.GroupAsync(ada.Row, "below", above: top);
        await server.ProjectAsync(ada.Row, "app", group: below);
        await server.ProjectAsync(ada.Row, "app", group: near);
        Assert.Equal(400, (await ada.Client.PutApiAsync($"groups/{top.Id}", new { path = "TAP" })).Status);
        Assert.Equal("Longer", (await ada.Client.PutApiAsync($"groups/{top.Id}", new { path = "Longer" }))["full_path"].GetString());
        Assert.Equal(
            "Longer/below/app",
            (await ada.Client.GetApiAsync("projects/longer%2Fbelow%2Fapp"))["path_with_namespace"].GetString()
        );
        Assert.Equal("Longer/below", (await ada.Client.GetApiAsync($"groups/{below.Id}"))["full_path"].GetString());
        Assert.Equal(200, (await ada.Client.GetApiAsync("projects/tap%2Fapp")).Status);
        Assert.Equal(404, (await ada.Client.GetApiAsync("projects/t_p%2Fbelow%2Fapp")).Status);
    }

    [Theory, EveryDatabase]
    public async Task A_removed_project_is_gone_at_once_and_leaves_nothing(DatabaseKind kind)
    {
        await using var server = await TestServer.StartAsync(kind);
        var (ada, dev) = (await server.UserAsync("ada"), await server.UserAsync());
        var project = await server.ProjectAsync(ada.Row, "app");
        await server.JoinAsync(new MemberOf.Project(project.Id), dev.Row, Role.Maintainer);
        var job = Tokens.Create(Tokens.Job);
        await Rows.JobAsync(server.Db, project.Id, ada.Id, Tokens.Hash(job));
        var bot = await ada.Client.PostApiAsync($"projects/{project.Id}/access_tokens", new { name = "b", scopes = (string[])["api"] });
        await ada.Client.PostApiAsync($"projects/{project.Id}/deploy_tokens", new { name = "d", scopes = (string[])["read_repository"] });
        await ada.Client.PostApiAsync($"projects/{project.Id}/protected_branches", new { name = "v*" });
        Assert.Equal(403, (await dev.Client.DeleteApiAsync($"projects/{project.Id}")).Status);
        var removed = await ada.Client.DeleteApiAsync($"projects/{project.Id}");
        Assert.Equal((202, """{"message":"202 Accepted"}"""), (removed.Status, removed.Text));
        Assert.Equal(404, (await ada.Client.GetApiAsync($"projects/{project.Id}")).Status);
        Assert.Equal(201, (await ada.Client.PostApiAsync("projects", new { name = "app" })).Status);
        using var ofBot = server.Client(bot["token"].GetString());
        Assert.Equal(401, (await ofBot.GetApiAsync("version")).Status);
        Assert.IsType<Credential.Unknown>(await server.Services.GetRequiredService<Authentication>().JobAsync(job, Ct));

        await ProjectRemoval.RunAsync(server.Db, server.Services.GetRequiredService<ProjectTies>(), project.Id, Ct);
        await ProjectRemoval.RunAsync(server.Db, server.Services.GetRequiredService<ProjectTies>(), project.Id, Ct);
        Assert.Equal(0, await server.Db.FindAsync<long>("SELECT COUNT(*) FROM projects WHERE id = @Id", new { project.Id }, Ct));
        Assert.Equal(0, await server.Db.FindAsync<long>("SELECT COUNT(*) FROM jobs", null, Ct));
    }

    [Fact]
    public async Task Removal_knows_every_table_that_points_to_a_project_or_a_namespace_or_to_what_does()
    {
        await using var database = await TestDatabase.CreateAsync(DatabaseKind.Sqlite);
        var db = await database.OpenAsync();
        var ofProject = ProjectRemoval.Rows.Select(row => row.Table).ToList();
        await CheckAsync("projects", ofProject);
        foreach (var table in ofProject)
            await CheckAsync(table, ofProject.TakeWhile(other => other != table));
        var ofNamespace = NamespaceRemoval.Rows.Select(row => row.Table).ToList();
        await CheckAsync("namespaces", [.. ofNamespace, "namespaces", "projects"]);
        foreach (var table in ofNamespace)
            await CheckAsync(table, ofNamespace.TakeWhile(other => other != table));

        async Task CheckAsync(string to, IEnumerable<string> gone) =>
            Assert.Empty((await PointingAsync(db, to)).Except(gone).Select(from => $"{from} points to {to}"));
    }

    [Theory, EveryDatabase]
    public async Task A_removed_group_takes_all_below_along(DatabaseKind kind)
    {
        await using var server = await TestServer.StartAsync(kind);
        var ada = await server.UserAsync("ada");
        var top = await server.GroupAsync(ada.Row, "top");
        var below = await server.GroupAsync(ada.Row, "below", above: top);
        var project = await server.ProjectAsync(ada.Row, "app", group: below);
        Assert.Equal(202, (await ada.Client.DeleteApiAsync("groups/top")).Status);
        foreach (var path in (string[])[$"groups/{top.Id}", $"groups/{below.Id}", $"projects/{project.Id}"])
            Assert.Equal((path, 404), (path, (await ada.Client.GetApiAsync(path)).Status));
        Assert.Equal(0, (await ada.Client.GetApiAsync("groups")).Json.GetArrayLength());
        Assert.Equal(201, (await ada.Client.PostApiAsync("groups", new { name = "Top", path = "top" })).Status);
        await NamespaceRemoval.RunAsync(server.Db, server.Services.GetRequiredService<ProjectTies>(), top.Id, Ct);
        Assert.Equal(2, await server.Db.FindAsync<long>("SELECT COUNT(*) FROM namespaces", null, Ct));
    }

    [Theory, EveryDatabase]
    public async Task A_removed_users_name_is_free_and_the_tokens_are_worthless(DatabaseKind kind)
    {
        await using var server = await TestServer.StartAsync(kind);
        var (admin, ada) = (await server.AdminAsync(), await server.UserAsync("ada"));
        var group = await server.GroupAsync(ada.Row);
        Assert.Equal(409, (await admin.Client.DeleteApiAsync($"users/{ada.Id}")).Status);
        await server.JoinAsync(new MemberOf.Group(group.Id), admin.Row, Role.Owner);
        Assert.Equal(403, (await ada.Client.DeleteApiAsync($"users/{ada.Id}")).Status);
        Assert.Equal(204, (await admin.Client.DeleteApiAsync($"users/{ada.Id}")).Status);
        Assert.Equal(401, (await ada.Client.GetApiAsync("user")).Status);
        Assert.Equal(404, (await admin.Client.GetApiAsync($"users/{ada.Id}")).Status);
        Assert.Equal(
            201,
            (
                await admin.Client.PostApiAsync(
                    "users",
                    new
                    {
                        username = "ada",
                        name = "Ada",
                        email = "ada@example.com",
                        force_random_password = true,
                    }
                )
            ).Status
        );
    }

    private static async Task<IEnumerable<string>> PointingAsync(Db db, string to) =>
        (
            await db.QueryAsync<string>(
                "SELECT DISTINCT t.name FROM sqlite_master t, pragma_foreign_key_list(t.name) f WHERE t.type = 'table' AND f.\"table\" = @to",
                new { to },
                Ct
            )
        ).Order();
}
