using System.Text.Json.Nodes;
using Slipway.Server.Accounts;
using Slipway.Server.Data;
using Slipway.Server.Http;
using Slipway.Server.Projects;
using Slipway.Server.Tests.Support;
using Xunit;

namespace Slipway.Server.Tests.Registry;

/// <summary>Repositories and tags over API v4, as GitLab's page on it has them: https://docs.gitlab.com/api/container_registry/</summary>
public sealed class RegistryApiTests
{
    private const string All = "projects/ada%2Fapp/registry/repositories";

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Theory, EveryDatabase]
    public async Task Repositories_are_listed_found_and_deleted(DatabaseKind kind)
    {
        await using var room = await RegistryRoom.OpenAsync(kind);
        foreach (var name in (string[])["ada/app/web", "ada/app", "ada/app/web/nginx"])
            await room.Client.PushImageAsync(name, "v1");
        await room.Client.PushImageAsync("ada/app", "v2");
        var client = room.Owner.Client;
        var list = await client.GetApiAsync(All);
        Assert.Equal(["", "web", "web/nginx"], list.Json.EnumerateArray().Select(one => one.GetProperty("name").GetString()!));
        Assert.Equal(
            ["id", "name", "path", "project_id", "location", "created_at", "cleanup_policy_started_at", "status"],
            list.Json[0].EnumerateObject().Select(one => one.Name)
        );
        var host = room.Server.Address.Authority;
        Assert.Equal(("ada/app", $"{host}/ada/app"), (Text(list.Json[0], "path"), Text(list.Json[0], "location")));
        var paged = await client.GetApiAsync(All + "?per_page=2&page=2&tags=true&tags_count=1");
        Assert.Equal(("3", "2"), (paged.Headers["X-Total"], paged.Headers["X-Page"]));
        Assert.Equal(1, paged.Json[0].GetProperty("tags_count").GetInt32());
        Assert.Equal(
            $$"""[{"name":"v1","path":"ada/app/web/nginx:v1","location":"{{host}}/ada/app/web/nginx:v1"}]""",
            paged.Json[0].GetProperty("tags").GetRawText()
        );

        var id = list.Json[0].GetProperty("id").GetInt64();
        var one = await client.GetApiAsync($"registry/repositories/{id}?tags_count=true&size=true");
        Assert.Equal((200, 2, 2 * 576), (one.Status, one["tags_count"].GetInt32(), one["size"].GetInt32()));
        Assert.Equal(
            $"{room.Server.Address}api/v4/projects/{room.Project.Id}/registry/repositories/{id}",
            Text(one.Json, "delete_api_path")
        );
        Assert.Equal((202, "202"), Brief(await client.DeleteApiAsync($"{All}/{id}")));
        Assert.Equal(404, (await client.DeleteApiAsync($"{All}/{id}")).Status);
        Assert.Equal(404, (await client.GetApiAsync($"registry/repositories/{id}")).Status);
        Assert.Equal(404, (await room.Client.GetAsync("/v2/ada/app/tags/list")).Status);
        Assert.Equal(200, (await room.Client.GetAsync("/v2/ada/app/web/manifests/v1")).Status);
        Assert.Equal(
            1,
            await room.Server.Db.FindAsync<long>(
                "SELECT COUNT(*) FROM audit_events WHERE action = 'container_repository_removed'",
                null,
                Ct
            )
        );
        await room.Client.PushImageAsync("ada/app");
    }

    [Theory, EveryDatabase]
    public async Task A_group_lists_those_of_all_projects_below_it(DatabaseKind kind)
    {
        await using var room = await RegistryRoom.OpenAsync(kind);
        var group = await room.Server.GroupAsync(room.Owner.Row, "Team");
        foreach (var name in (string[])["One", "Two", "Off"])
        {
            var project = await room.Server.ProjectAsync(room.Owner.Row, name, group: group);
            await room.Client.PushImageAsync($"team/{name.ToLowerInvariant()}/x");
            if (name == "Off")
                await room.Owner.Client.PutApiAsync($"projects/{project.Id}", new { container_registry_enabled = false });
        }

        var list = await room.Owner.Client.GetApiAsync("groups/team/registry/repositories?tags_count=true");
        Assert.Equal(["team/one/x", "team/two/x"], list.Json.EnumerateArray().Select(one => Text(one, "path")));
        Assert.Equal("2", list.Headers["X-Total"]);
        var stranger = await room.Server.UserAsync("eve");
        Assert.Equal(404, (await stranger.Client.GetApiAsync("groups/team/registry/repositories")).Status);
        await room.Server.JoinAsync(new MemberOf.Group(group.Id), stranger.Row, Role.Guest);
        Assert.Equal(403, (await stranger.Client.GetApiAsync("groups/team/registry/repositories")).Status);
    }

    [Theory, EveryDatabase]
    public async Task Tags_are_listed_with_what_they_are_at_and_deleted(DatabaseKind kind)
    {
        await using var room = await RegistryRoom.OpenAsync(kind);
        var (config, layer, other) = (
            """{"created":"2024-02-03T04:05:06.789Z","os":"linux","architecture":"arm64"}"""u8.ToArray(),
            Images.Bytes(1000),
            Images.Bytes(50)
        );
        foreach (var blob in (byte[][])[config, layer, other])
            await room.Client.PushAsync("ada/app", blob);
        // A layer that is there twice counts once.
        var image = Images.Image(config, layer, other, layer).ToBytes();
        var digest = (await room.Client.PutAsync("ada/app", "v1.0", image)).Headers["Docker-Content-Digest"];
        await room.Client.PutAsync("ada/app", "latest", image);
        var second = Images.Image(config, layer).ToBytes();
        await room.Client.PutAsync("ada/app", Images.Digest(second), second);
        var index = new JsonObject
        {
            ["schemaVersion"] = 2,
            ["mediaType"] = Images.OciIndex,
            ["manifests"] = new JsonArray(Images.Descriptor(Images.OciImage, image), Images.Descriptor(Images.OciImage, second)),
        }.ToBytes();
        Assert.Equal(201, (await room.Client.PutAsync("ada/app", "all", index, Images.OciIndex)).Status);

        var client = room.Owner.Client;
        var tags = $"{All}/{(await client.GetApiAsync(All)).Json[0].GetProperty("id")}/tags";
        var list = await client.GetApiAsync(tags + "?per_page=2");
        Assert.Equal(["all", "latest"], list.Json.EnumerateArray().Select(one => Text(one, "name")));
        Assert.Equal(("3", "2"), (list.Headers["X-Total"], list.Headers["X-Next-Page"]));
        var one = (await client.GetApiAsync(tags + "/v1.0")).Json;
        var revision = Images.Digest(config)["sha256:".Length..];
        Assert.Equal(
            ("v1.0", "ada/app:v1.0", digest, revision, revision[..9], "2024-02-03T04:05:06.789Z"),
            (
                Text(one, "name"),
                Text(one, "path"),
                Text(one, "digest"),
                Text(one, "revision"),
                Text(one, "short_revision"),
                Text(one, "created_at")
            )
        );
        Assert.Equal(1050, one.GetProperty("total_size").GetInt64());
        var many = (await client.GetApiAsync(tags + "/all")).Json;
        Assert.Equal(1050 + config.Length, many.GetProperty("total_size").GetInt64());

        Assert.Equal((200, "200"), Brief(await client.DeleteApiAsync(tags + "/latest")));
        Assert.Equal((404, """{"message":"404 Tag Not Found"}"""), Brief(await client.DeleteApiAsync(tags + "/latest")));
        Assert.Equal(404, (await client.DeleteApiAsync($"{tags}/{digest}")).Status);
        Assert.Equal(404, (await client.GetApiAsync(tags + "/latest")).Status);
        Assert.Equal(200, (await client.GetApiAsync(tags + "/v1.0")).Status);
    }

    [Theory, EveryDatabase]
    public async Task Many_tags_are_deleted_by_rule_and_protected_ones_stay(DatabaseKind kind)
    {
        var clock = new Clock();
        await using var room = await RegistryRoom.OpenAsync(kind, clock);
        foreach (var tag in (string[])["v1", "v2", "v3", "latest", "keep-1", "main"])
        {
            await room.Client.PushImageAsync("ada/app", tag);
            clock.Advance(TimeSpan.FromHours(1));
        }

        var client = room.Owner.Client;
        var tags = $"{All}/{(await client.GetApiAsync(All)).Json[0].GetProperty("id")}/tags";
        foreach (
            var (query, error) in (IEnumerable<(string, string)>)
                [
                    ("", "name_regex_delete, name_regex are missing, at least one parameter must be provided"),
                    ("?name_regex_delete=*", "name_regex_delete is an invalid regexp"),
                    ("?name_regex=.*&name_regex_keep=(", "name_regex_keep is an invalid regexp"),
                    ("?name_regex=.*&keep_n=x", "keep_n is invalid"),
                    ("?name_regex=.*&older_than=soon", "older_than is invalid"),
                ]
        )
            Assert.Equal((400, $$"""{"error":"{{error}}"}"""), Brief(await client.DeleteApiAsync(tags + query)));
        Assert.Equal("keep-1 latest main v1 v2 v3", await NamesAsync());
        Assert.Equal((202, "202"), Brief(await client.DeleteApiAsync(tags + "?name_regex_delete=v.*&keep_n=1&older_than=5h30min")));
        Assert.Equal("keep-1 latest main v2 v3", await NamesAsync());
        await room.Server.Db.ExecuteAsync(
            "INSERT INTO registry_tag_rules (project_id, pattern, push_level, delete_level) VALUES (@Id, 'main', 60, 60)",
            room.Project,
            Ct
        );
        Assert.Equal(403, (await client.DeleteApiAsync(tags + "/main")).Status);
        Assert.Equal(403, (await client.DeleteApiAsync(tags[..^"/tags".Length])).Status);
        Assert.Equal(202, (await client.DeleteApiAsync(tags + "?name_regex_delete=.*&name_regex_keep=keep.*")).Status);
        Assert.Equal("keep-1 latest main", await NamesAsync());

        async Task<string> NamesAsync() =>
            string.Join(' ', (await client.GetApiAsync(tags)).Json.EnumerateArray().Select(one => Text(one, "name")));
    }

    [Theory, EveryDatabase]
    public async Task A_cleanup_policy_is_a_part_of_its_project(DatabaseKind kind)
    {
        var clock = new Clock();
        await using var room = await RegistryRoom.OpenAsync(kind, clock);
        var client = room.Owner.Client;
        const string project = "projects/ada%2Fapp";
        const string name = "container_expiration_policy";
        Assert.Equal(
            """{"enabled":false,"cadence":"1d","keep_n":10,"older_than":"90d","name_regex":".*","name_regex_keep":null,"next_run_at":null}""",
            (await client.GetApiAsync(project))[name].GetRawText()
        );
        var set = await client.PutApiAsync(
            project,
            new
            {
                container_expiration_policy_attributes = new
                {
                    enabled = true,
                    cadence = "7d",
                    keep_n = 5,
                    older_than = (string?)null,
                    name_regex_delete = "v.*",
                    name_regex_keep = "v1.*",
                },
            }
        );
        Assert.Equal(200, set.Status);
        var kept = set[name];
        Assert.Equal(
            (true, "7d", 5, "v.*"),
            (
                kept.GetProperty("enabled").GetBoolean(),
                Text(kept, "cadence"),
                kept.GetProperty("keep_n").GetInt32(),
                Text(kept, "name_regex")
            )
        );
        Assert.Equal(System.Text.Json.JsonValueKind.Null, kept.GetProperty("older_than").ValueKind);
        Assert.Equal(clock.GetUtcNow().AddDays(7).ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'"), Text(kept, "next_run_at"));
        using var form = new HttpRequestMessage(HttpMethod.Put, "/api/v4/" + project)
        {
            Content = new FormUrlEncodedContent([new($"{name}_attributes[keep_n]", "10"), new("description", "new")]),
        };
        using var answer = await client.SendAsync(form, Ct);
        Assert.Contains("\"keep_n\":10", await answer.Content.ReadAsStringAsync(Ct));
        foreach (
            var (attributes, error) in (IEnumerable<(object, string)>)
                [
                    (new { cadence = "2d" }, """{"message":{"container_expiration_policy.cadence":["is not included in the list"]}}"""),
                    (new { keep_n = "x" }, """{"message":{"container_expiration_policy.keep_n":["is invalid"]}}"""),
                    (new { name_regex = "*" }, """{"message":{"container_expiration_policy.name_regex":["not valid RE2 syntax"]}}"""),
                ]
        )
            Assert.Equal(
                (400, error),
                Brief(await client.PutApiAsync(project, new { container_expiration_policy_attributes = attributes, description = "lost" }))
            );
        var last = await client.GetApiAsync(project);
        Assert.Equal(("new", 10), (Text(last.Json, "description"), last[name].GetProperty("keep_n").GetInt32()));
        Assert.Equal("v.*", Text(last[name], "name_regex"));
    }

    [Theory, EveryDatabase]
    public async Task Rules_for_tags_are_made_changed_and_removed(DatabaseKind kind)
    {
        await using var room = await RegistryRoom.OpenAsync(kind);
        const string rules = "projects/ada%2Fapp/registry/protection/tag/rules";
        var client = room.Owner.Client;
        Assert.Equal((200, "[]"), Brief(await client.GetApiAsync(rules)));
        var made = await client.PostApiAsync(
            rules,
            new
            {
                tag_name_pattern = "^v",
                minimum_access_level_for_push = "maintainer",
                minimum_access_level_for_delete = "owner",
            }
        );
        var id = made["id"].GetInt64();
        Assert.Equal(
            (
                201,
                $$"""{"id":{{id}},"project_id":{{room.Project.Id}},"tag_name_pattern":"^v","minimum_access_level_for_push":"maintainer","minimum_access_level_for_delete":"owner"}"""
            ),
            Brief(made)
        );
        var changed = await client.ApiAsync(HttpMethod.Patch, $"{rules}/{id}", new { minimum_access_level_for_delete = "admin" });
        Assert.Equal((200, "admin"), (changed.Status, Text(changed.Json, "minimum_access_level_for_delete")));
        await room.Client.PushImageAsync("ada/app", "v1");
        var tags = $"{All}/{(await client.GetApiAsync(All)).Json[0].GetProperty("id")}/tags";
        Assert.Equal(403, (await client.DeleteApiAsync(tags + "/v1")).Status);
        foreach (
            var (body, status, error) in (IEnumerable<(object, int, string)>)
                [
                    (new { }, 400, """{"error":"tag_name_pattern is missing"}"""),
                    (new { tag_name_pattern = "^v" }, 422, """{"message":"Tag name pattern has already been taken"}"""),
                    (new { tag_name_pattern = "(" }, 422, """{"message":"Tag name pattern not valid RE2 syntax"}"""),
                    (
                        new { tag_name_pattern = "x", minimum_access_level_for_push = "owner" },
                        422,
                        """{"message":"Access levels should either both be present or both be nil"}"""
                    ),
                    (
                        new
                        {
                            tag_name_pattern = "x",
                            minimum_access_level_for_push = "guest",
                            minimum_access_level_for_delete = "owner",
                        },
                        422,
                        """{"message":"Minimum access level for push is not included in the list"}"""
                    ),
                ]
        )
            Assert.Equal((status, error), Brief(await client.PostApiAsync(rules, body)));
        Assert.Equal((204, ""), Brief(await client.DeleteApiAsync($"{rules}/{id}")));
        Assert.Equal(404, (await client.DeleteApiAsync($"{rules}/{id}")).Status);
        Assert.Equal(200, (await client.DeleteApiAsync(tags + "/v1")).Status);
    }

    [Theory]
    [InlineData(nameof(Role.None), "404 404 404")]
    [InlineData(nameof(Role.Guest), "403 403 403")]
    [InlineData(nameof(Role.Reporter), "200 403 403")]
    [InlineData(nameof(Role.Developer), "200 200 403")]
    [InlineData(nameof(Role.Maintainer), "200 200 202")]
    public async Task Who_may_what(string role, string expected)
    {
        await using var room = await RegistryRoom.OpenAsync();
        await room.Client.PushImageAsync("ada/app");
        var id = (await room.Owner.Client.GetApiAsync(All)).Json[0].GetProperty("id").GetInt64();
        var user = await room.Server.UserAsync("eve");
        if (Enum.Parse<Role>(role) is var least and > Role.None)
            await room.Server.JoinAsync(new MemberOf.Project(room.Project.Id), user.Row, least);
        int[] said =
        [
            (await user.Client.GetApiAsync(All)).Status,
            (await user.Client.DeleteApiAsync($"{All}/{id}/tags/latest")).Status,
            (await user.Client.DeleteApiAsync($"{All}/{id}")).Status,
        ];
        Assert.Equal(expected, string.Join(' ', said));
        Assert.Equal(401, (await room.Server.Anonymous.GetApiAsync($"registry/repositories/{id}")).Status);
        Assert.Equal(404, (await (await room.Server.UserAsync("mallory")).Client.GetApiAsync($"registry/repositories/{id}")).Status);
    }

    [Theory, EveryDatabase]
    public async Task A_project_without_a_registry_has_none_at_any_door(DatabaseKind kind)
    {
        await using var room = await RegistryRoom.OpenAsync(kind);
        await room.Client.PushImageAsync("ada/app");
        var id = (await room.Owner.Client.GetApiAsync(All)).Json[0].GetProperty("id").GetInt64();
        var off = await room.Owner.Client.PutApiAsync("projects/ada%2Fapp", new { container_registry_enabled = false });
        Assert.Equal(
            (false, "disabled"),
            (off["container_registry_enabled"].GetBoolean(), off["container_registry_access_level"].GetString())
        );
        using var client = room.ClientOf("ada", room.Owner.Token);
        Assert.Equal((401, "DENIED"), Refused(await client.GetAsync("/v2/ada/app/manifests/latest")));
        Assert.Equal((401, "DENIED"), Refused(await client.SendAsync("POST", "/v2/ada/app/blobs/uploads/", null)));
        foreach (var path in (string[])[All, $"{All}/{id}/tags"])
            Assert.Equal(403, (await room.Owner.Client.GetApiAsync(path)).Status);
        Assert.Equal(404, (await room.Owner.Client.GetApiAsync($"registry/repositories/{id}")).Status);

        var open = await room.Owner.Client.PutApiAsync(
            "projects/ada%2Fapp",
            new { container_registry_access_level = "private", visibility = "public" }
        );
        Assert.True(open["container_registry_enabled"].GetBoolean());
        Assert.Equal(200, (await client.GetAsync("/v2/ada/app/manifests/latest")).Status);
        using var stranger = room.Stranger();
        Assert.Equal(401, (await stranger.GetAsync("/v2/ada/app/manifests/latest")).Status);
        await room.Owner.Client.PutApiAsync("projects/ada%2Fapp", new { container_registry_enabled = true });
        Assert.Equal(200, (await stranger.GetAsync("/v2/ada/app/manifests/latest")).Status);
        var wrong = await room.Owner.Client.PutApiAsync("projects/ada%2Fapp", new { container_registry_access_level = "some" });
        Assert.Equal((400, """{"error":"container_registry_access_level does not have a valid value"}"""), Brief(wrong));
    }

    private static (int, string) Brief(Answer answer) => (answer.Status, answer.Text);

    private static (int, string) Refused(Said said) => (said.Status, said.Code);

    private static string Text(System.Text.Json.JsonElement json, string name) => json.GetProperty(name).GetString()!;
}
