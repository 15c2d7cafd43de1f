using Slipway.Server.Data;
using Slipway.Server.Http;
using Slipway.Server.Projects;
using Slipway.Server.Registry;
using Slipway.Server.Tests.Support;
using Xunit;

namespace Slipway.Server.Tests.Registry.Proxy;

/// <summary>Who may pull through a group's dependency proxy, and what the group says of it.</summary>
public sealed class ProxyRightsTests
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Theory, EveryDatabase]
    public async Task Members_jobs_below_and_deploy_tokens_of_the_group_may_pull(DatabaseKind kind)
    {
        await using var room = await ProxyRoom.OpenAsync(kind);
        var server = room.Server;
        room.Upstream.Image("library/alpine", "latest");
        var open = await server.GroupAsync(room.Owner.Row, "open", "public");
        var sub = await server.GroupAsync(room.Owner.Row, "sub", above: room.Group);
        var (guest, below, stranger) = (
            await server.UserAsync("guest"),
            await server.UserAsync("below"),
            await server.UserAsync("stranger")
        );
        await server.JoinAsync(new MemberOf.Group(room.Group.Id), guest.Row, Role.Guest);
        await server.JoinAsync(new MemberOf.Group(sub.Id), below.Row, Role.Owner);
        var owner = room.Owner.Row;
        var deploy = await DeployAsync("team", "read_registry", "write_registry");
        foreach (
            var (who, user, password, expected) in (IEnumerable<(string, string?, string?, string)>)
                [
                    ("owner", "ada", room.Owner.Token, "team team/sub open ada"),
                    ("guest", "guest", guest.Token, "team team/sub"),
                    ("of a group below", "below", below.Token, "team/sub"),
                    ("stranger", "stranger", stranger.Token, ""),
                    ("nobody", null, null, ""),
                    ("reads only", "x", await server.TokenAsync(owner, Scopes.ReadRegistry), ""),
                    (
                        "reads and writes",
                        "x",
                        await server.TokenAsync(owner, Scopes.ReadRegistry | Scopes.WriteRegistry),
                        "team team/sub open ada"
                    ),
                    ("reads the API", "x", await server.TokenAsync(owner, Scopes.ReadApi | Scopes.ReadRegistry), ""),
                    ("deploy token", deploy.User, deploy.Token, "team team/sub"),
                    ("deploy token that reads", "d", (await DeployAsync("team", "read_registry")).Token, ""),
                ]
        )
            Assert.Equal((who, expected), (who, await MayAsync(user, password)));

        async Task<string> MayAsync(string? user, string? password)
        {
            using var client = new RegistryClient(server.Address, user, password);
            var may = new List<string>();
            foreach (var group in (string[])["team", "team/sub", open.FullPath, "ada", "missing"])
            {
                var said = await client.GetAsync($"/v2/{group}/dependency_proxy/containers/alpine/manifests/latest");
                Assert.Contains("service=\"dependency_proxy\"", client.Challenged);
                Assert.True(said.Status is 200 or 401, $"{group} {said.Status} {said.Text}");
                if (said.Status == 200)
                    may.Add(group);
            }

            return string.Join(' ', may);
        }

        async Task<(string User, string Token)> DeployAsync(string group, params string[] scopes)
        {
            var made = await room.Owner.Client.PostApiAsync($"groups/{group}/deploy_tokens", new { name = "d", scopes });
            return (made["username"].GetString()!, made["token"].GetString()!);
        }
    }

    /// <summary>Docker takes the service of its first challenge, which is the registry's, for all that follows.</summary>
    [Theory]
    [InlineData(false, 200)]
    [InlineData(true, 401)]
    public async Task What_the_servers_own_login_may_pull_is_for_groups_and_not_for_everybody_with_an_account(bool hasLogin, int status)
    {
        var hub = new RegistryOptions().Upstreams[0];
        await using var room = await ProxyRoom.OpenAsync(
            with: new RegistryOptions { Upstreams = [hasLogin ? hub with { User = "us", Password = "secret" } : hub] }
        );
        room.Upstream.Image("library/alpine", "latest");
        Assert.Equal(status, (await room.Client.GetAsync("/v2/ada/dependency_proxy/containers/alpine/manifests/latest")).Status);
        Assert.Equal(200, (await room.ManifestAsync("alpine", "latest")).Status);
    }

    [Fact]
    public async Task A_token_of_either_service_is_good()
    {
        await using var room = await ProxyRoom.OpenAsync();
        room.Upstream.Image("library/alpine", "latest");
        foreach (var service in (string[])["container_registry", "dependency_proxy"])
        {
            using var http = room.Server.Client(null);
            http.DefaultRequestHeaders.Authorization = new(
                "Basic",
                Convert.ToBase64String(System.Text.Encoding.UTF8.GetBytes("ada:" + room.Owner.Token))
            );
            var scope = $"repository:{ProxyRoom.Team}/alpine:pull,push";
            using var answer = await http.GetAsync(new Uri($"/jwt/auth?service={service}&scope={scope}", UriKind.Relative), Ct);
            var token = (await Said.ReadAsync(answer)).Json.GetProperty("token").GetString();
            Assert.Equal(200, (await room.Client.OnceAsync("GET", $"/v2/{ProxyRoom.Team}/alpine/manifests/latest", null, token)).Status);
            // For another image it is none.
            Assert.Equal(401, (await room.Client.OnceAsync("GET", $"/v2/{ProxyRoom.Team}/other/manifests/latest", null, token)).Status);
        }
    }

    [Theory, EveryDatabase]
    public async Task A_group_switches_it_off_sets_how_long_it_keeps_and_empties_it(DatabaseKind kind)
    {
        await using var room = await ProxyRoom.OpenAsync(kind);
        var (ada, path) = (room.Owner.Client, "groups/team/dependency_proxy");
        var (_, layer) = room.Upstream.Image("library/alpine", "latest");
        await room.ManifestAsync("alpine", "latest");
        await room.BlobAsync("alpine", layer);
        var found = await ada.GetApiAsync(path);
        var manifest = (await room.ManifestAsync("alpine", "latest")).Body.Length;
        Assert.Equal(
            $$"""{"enabled":true,"ttl_enabled":true,"ttl":90,"image_prefix":"{{room.Server.Address.Authority}}/{{ProxyRoom.Team}}","image_count":1,"blob_count":1,"total_size_in_bytes":{{1000 + manifest}}}""",
            found.Text
        );

        Assert.Equal((202, """{"message":"202 Accepted"}"""), await TextAsync(ada.DeleteApiAsync(path + "/cache")));
        Assert.Equal(
            (0, 0, 0, 0),
            (
                await room.CountAsync("manifests"),
                await room.CountAsync("blobs"),
                await room.CountAsync("tags"),
                await room.CountAsync("links")
            )
        );

        Assert.Equal(7, (await ada.PutApiAsync(path, new { enabled = false, ttl = 7 }))["ttl"].GetInt32());
        using var client = new RegistryClient(room.Server.Address, "ada", room.Owner.Token);
        Assert.Equal(401, (await client.GetAsync($"/v2/{ProxyRoom.Team}/alpine/manifests/latest")).Status);
        Assert.True((await ada.PutApiAsync(path, new { enabled = true }))["enabled"].GetBoolean());
        Assert.Equal(200, (await client.GetAsync($"/v2/{ProxyRoom.Team}/alpine/manifests/latest")).Status);
        foreach (var wrong in (object[])[new { ttl = 0 }, new { ttl = "x" }, new { enabled = "maybe" }])
            Assert.Equal(400, (await ada.PutApiAsync(path, wrong)).Status);

        var guest = await room.Server.UserAsync("guest");
        await room.Server.JoinAsync(new MemberOf.Group(room.Group.Id), guest.Row, Role.Maintainer);
        Assert.Equal(403, (await guest.Client.DeleteApiAsync(path + "/cache")).Status);
        Assert.Equal(403, (await guest.Client.PutApiAsync(path, new { enabled = false })).Status);
    }

    private static async Task<(int, string)> TextAsync(Task<Answer> answer) => ((await answer).Status, (await answer).Text);
}
