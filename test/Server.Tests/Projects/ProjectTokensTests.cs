using Microsoft.Extensions.DependencyInjection;
using Slipway.Server.Accounts;
using Slipway.Server.Http;
using Slipway.Server.Projects;
using Slipway.Server.Secrets;
using Slipway.Server.Tests.Support;
using Xunit;

namespace Slipway.Server.Tests.Projects;

public sealed class ProjectTokensTests
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Theory, EveryDatabase]
    public async Task A_projects_token_has_a_bot_with_its_role_there_and_nowhere_else(DatabaseKind kind)
    {
        await using var server = await TestServer.StartAsync(kind);
        var (owner, maintainer) = (await server.UserAsync(), await server.UserAsync());
        var (project, other) = (await server.ProjectAsync(owner.Row), await server.ProjectAsync(owner.Row));
        await server.JoinAsync(new MemberOf.Project(project.Id), maintainer.Row, Role.Maintainer);
        var path = $"projects/{project.Id}/access_tokens";
        string[] scopes = ["api"];
        Assert.Equal(
            400,
            (
                await maintainer.Client.PostApiAsync(
                    path,
                    new
                    {
                        name = "bot",
                        scopes,
                        access_level = 50,
                    }
                )
            ).Status
        );
        var made = await maintainer.Client.PostApiAsync(
            path,
            new
            {
                name = "bot",
                scopes,
                access_level = 30,
            }
        );
        Assert.Equal((201, 30, "project"), (made.Status, made["access_level"].GetInt32(), made["resource_type"].GetString()));
        using var bot = server.Client(made["token"].GetString());
        Assert.Equal(200, (await bot.GetApiAsync($"projects/{project.Id}")).Status);
        Assert.Equal(403, (await bot.PutApiAsync($"projects/{project.Id}", new { description = "x" })).Status);
        Assert.Equal(404, (await bot.GetApiAsync($"projects/{other.Id}")).Status);
        Assert.True((await bot.GetApiAsync("user"))["bot"].GetBoolean());

        Assert.Equal("bot", Assert.Single((await owner.Client.GetApiAsync(path)).Json.EnumerateArray()).GetProperty("name").GetString());
        var rotated = await owner.Client.PostApiAsync($"{path}/{made["id"]}/rotate");
        Assert.Equal(200, rotated.Status);
        Assert.Equal(401, (await bot.GetApiAsync("user")).Status);
        using var next = server.Client(rotated["token"].GetString());
        Assert.Equal(200, (await next.GetApiAsync("user")).Status);
        Assert.Equal(404, (await owner.Client.DeleteApiAsync($"projects/{other.Id}/access_tokens/{rotated["id"]}")).Status);
        Assert.Equal(204, (await owner.Client.DeleteApiAsync($"{path}/{rotated["id"]}")).Status);
        Assert.Equal(401, (await next.GetApiAsync("user")).Status);
        Assert.Equal(0, (await owner.Client.GetApiAsync(path + "?state=active")).Json.GetArrayLength());
    }

    [Theory, EveryDatabase]
    public async Task A_maintainer_cannot_become_an_owner_by_rotating_an_owners_token(DatabaseKind kind)
    {
        await using var server = await TestServer.StartAsync(kind);
        var (owner, maintainer) = (await server.UserAsync(), await server.UserAsync());
        var project = await server.ProjectAsync(owner.Row);
        await server.JoinAsync(new MemberOf.Project(project.Id), maintainer.Row, Role.Maintainer);
        var made = await owner.Client.PostApiAsync(
            $"projects/{project.Id}/access_tokens",
            new
            {
                name = "o",
                scopes = (string[])["api"],
                access_level = 50,
            }
        );
        Assert.Equal(403, (await maintainer.Client.PostApiAsync($"projects/{project.Id}/access_tokens/{made["id"]}/rotate")).Status);
    }

    [Theory, EveryDatabase]
    public async Task A_deploy_token_is_shown_once_and_can_be_given_to_jobs(DatabaseKind kind)
    {
        await using var server = await TestServer.StartAsync(kind);
        var owner = await server.UserAsync();
        var group = await server.GroupAsync(owner.Row);
        var project = await server.ProjectAsync(owner.Row, group: group);
        var made = await owner.Client.PostApiAsync(
            $"projects/{project.Id}/deploy_tokens",
            new
            {
                name = "gitlab-deploy-token",
                scopes = (string[])["read_repository"],
                expires_at = "2099-01-01",
            }
        );
        Assert.Equal((201, $"gitlab+deploy-token-{made["id"]}"), (made.Status, made["username"].GetString()));
        var secret = made["token"].GetString()!;
        Assert.StartsWith("gldt-", secret);
        Assert.False(
            (await owner.Client.GetApiAsync($"projects/{project.Id}/deploy_tokens/{made["id"]}")).Json.TryGetProperty("token", out _)
        );
        var authentication = server.Services.GetRequiredService<Authentication>();
        Assert.IsType<Credential.Good>(await authentication.BasicAsync(made["username"].GetString()!, secret, "10.0.0.1", Ct));
        var kept = await server.Db.FindAsync<byte[]>("SELECT sealed FROM deploy_tokens", null, Ct);
        Assert.Equal(secret, server.Services.GetRequiredService<SecretBox>().Open(DeployTokensApi.Purpose(Tokens.Hash(secret)), kept!));
        Assert.Equal(
            201,
            (
                await owner.Client.PostApiAsync(
                    $"groups/{group.Id}/deploy_tokens",
                    new
                    {
                        name = "g",
                        username = "fetcher",
                        scopes = (string[])["read_repository"],
                    }
                )
            ).Status
        );
        Assert.Equal(204, (await owner.Client.DeleteApiAsync($"projects/{project.Id}/deploy_tokens/{made["id"]}")).Status);
        Assert.IsType<Credential.Unknown>(await authentication.BasicAsync(made["username"].GetString()!, secret, "10.0.0.1", Ct));
        Assert.Equal(
            400,
            (await owner.Client.PostApiAsync($"projects/{project.Id}/deploy_tokens", new { name = "x", scopes = (string[])["api"] })).Status
        );
    }

    [Theory, EveryDatabase]
    public async Task Branches_and_tags_are_protected_changed_and_freed(DatabaseKind kind)
    {
        await using var server = await TestServer.StartAsync(kind);
        var (owner, developer) = (await server.UserAsync(), await server.UserAsync());
        var project = await server.ProjectAsync(owner.Row);
        await server.JoinAsync(new MemberOf.Project(project.Id), developer.Row, Role.Developer);
        var path = $"projects/{project.Id}/protected_branches";
        Assert.Equal(403, (await developer.Client.PostApiAsync(path, new { name = "main" })).Status);
        var made = await owner.Client.PostApiAsync(
            path,
            new
            {
                name = "release/*",
                push_access_level = 0,
                merge_access_level = 30,
            }
        );
        Assert.Equal(
            (201, 0, 30),
            (
                made.Status,
                made["push_access_levels"][0].GetProperty("access_level").GetInt32(),
                made["merge_access_levels"][0].GetProperty("access_level").GetInt32()
            )
        );
        Assert.Equal(409, (await owner.Client.PostApiAsync(path, new { name = "release/*" })).Status);
        Assert.Equal(400, (await owner.Client.PostApiAsync(path, new { name = "x", push_access_level = 35 })).Status);
        Assert.Equal(422, (await owner.Client.PostApiAsync(path, new { name = "a b" })).Status);
        Assert.Equal(
            "No one",
            (await developer.Client.GetApiAsync(path + "/release%2F*"))["push_access_levels"]
                [0]
                .GetProperty("access_level_description")
                .GetString()
        );
        Assert.True(
            (await owner.Client.ApiAsync(HttpMethod.Patch, path + "/release%2F*", new { allow_force_push = true }))["allow_force_push"]
                .GetBoolean()
        );
        var rule = await ProtectedRefs.MatchAsync(server.Db, project.Id, ProtectedRefs.Branch, "release/1", Ct);
        Assert.Equal(new RefProtection(true, RefProtection.Nobody, 30, true), rule);
        Assert.Equal(204, (await owner.Client.DeleteApiAsync(path + "/release%2F*")).Status);
        Assert.Equal(404, (await owner.Client.GetApiAsync(path + "/release%2F*")).Status);

        var tag = await owner.Client.PostApiAsync($"projects/{project.Id}/protected_tags", new { name = "v*", create_access_level = 30 });
        Assert.Equal((201, 30), (tag.Status, tag["create_access_levels"][0].GetProperty("access_level").GetInt32()));
        Assert.Equal(1, (await owner.Client.GetApiAsync($"projects/{project.Id}/protected_tags")).Json.GetArrayLength());
        Assert.Equal(0, (await owner.Client.GetApiAsync(path)).Json.GetArrayLength());
    }
}
