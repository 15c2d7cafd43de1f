using Slipway.Server.Http;
using Slipway.Server.Tests.Support;
using Xunit;

namespace Slipway.Server.Tests.Accounts;

public sealed class UsersApiTests
{
    [Theory, EveryDatabase]
    public async Task Users_see_themselves_in_full_and_others_in_brief(DatabaseKind kind)
    {
        await using var server = await TestServer.StartAsync(kind);
        var (ada, bob) = (await server.UserAsync("ada"), await server.UserAsync("bob"));
        var me = await ada.Client.GetApiAsync("user");
        Assert.Equal(("ada", "ada@example.com", false), (me["username"].GetString(), me["email"].GetString(), me["is_admin"].GetBoolean()));
        Assert.Equal($"{server.Address}ada", me["web_url"].GetString());
        Assert.True((await ada.Client.GetApiAsync($"users/{ada.Id}")).Json.TryGetProperty("email", out _));
        Assert.False((await ada.Client.GetApiAsync($"users/{bob.Id}")).Json.TryGetProperty("email", out _));
        Assert.Equal(404, (await ada.Client.GetApiAsync("users/999")).Status);
        var found = await ada.Client.GetApiAsync("users?username=BOB");
        Assert.Equal(bob.Id, Assert.Single(found.Json.EnumerateArray()).GetProperty("id").GetInt64());
        Assert.Equal(1, (await ada.Client.GetApiAsync("users?search=o")).Json.GetArrayLength());
        Assert.Equal(0, (await ada.Client.GetApiAsync("users?search=%25")).Json.GetArrayLength());
        Assert.Equal(0, (await ada.Client.GetApiAsync("users?username=a%00")).Json.GetArrayLength());
        Assert.Equal("2", (await ada.Client.GetApiAsync("users?per_page=1")).Headers["X-Total"]);
    }

    [Theory, EveryDatabase]
    public async Task Administrators_make_change_and_block_users(DatabaseKind kind)
    {
        await using var server = await TestServer.StartAsync(kind);
        var (admin, user) = (await server.AdminAsync(), await server.UserAsync("ada"));
        object wanted = new
        {
            username = "carl",
            name = "Carl",
            email = "carl@example.com",
            password = "correct horse",
        };
        Assert.Equal(403, (await user.Client.PostApiAsync("users", wanted)).Status);
        var made = await admin.Client.PostApiAsync("users", wanted);
        Assert.Equal((201, "carl"), (made.Status, made["username"].GetString()));
        Assert.Equal(
            (409, "Username has already been taken"),
            await RefusedAsync(
                admin,
                new
                {
                    username = "CARL",
                    name = "C",
                    email = "c@example.com",
                    password = "correct horse",
                }
            )
        );
        Assert.Equal(
            (409, "Email has already been taken"),
            await RefusedAsync(
                admin,
                new
                {
                    username = "carla",
                    name = "C",
                    email = "Carl@example.com",
                    password = "correct horse",
                }
            )
        );
        var path = $"users/{made["id"]}";
        Assert.Equal("Carla", (await admin.Client.PutApiAsync(path, new { name = "Carla", admin = true }))["name"].GetString());
        Assert.True((await admin.Client.GetApiAsync(path))["is_admin"].GetBoolean());
        Assert.Equal(403, (await user.Client.PutApiAsync(path, new { admin = true })).Status);
        Assert.Equal(403, (await user.Client.PutApiAsync($"users/{user.Id}", new { admin = true })).Status);

        Assert.Equal(201, (await admin.Client.PostApiAsync($"users/{user.Id}/block")).Status);
        Assert.Equal(401, (await user.Client.GetApiAsync("user")).Status);
        Assert.Equal("blocked", (await admin.Client.GetApiAsync($"users/{user.Id}"))["state"].GetString());
        Assert.Equal(201, (await admin.Client.PostApiAsync($"users/{user.Id}/unblock")).Status);
        Assert.Equal(200, (await user.Client.GetApiAsync("user")).Status);
        Assert.Equal(403, (await admin.Client.PostApiAsync($"users/{admin.Id}/block")).Status);
    }

    [Theory]
    [InlineData("", "x", "x@example.com", "username is missing")]
    [InlineData("a b", "x", "x@example.com", "can contain only letters")]
    [InlineData("../x", "x", "x@example.com", "can contain only letters")]
    [InlineData("a/b", "x", "x@example.com", "can contain only letters")]
    [InlineData("-a", "x", "x@example.com", "can contain only letters")]
    [InlineData(".a", "x", "x@example.com", "can contain only letters")]
    [InlineData("a..b", "x", "x@example.com", "can contain only letters")]
    [InlineData("a.git", "x", "x@example.com", "can contain only letters")]
    [InlineData("a.LOCK", "x", "x@example.com", "can contain only letters")]
    [InlineData("аda", "x", "x@example.com", "can contain only letters")]
    [InlineData("ad\0a", "x", "x@example.com", "can contain only letters")]
    [InlineData("Admin", "x", "x@example.com", "is a reserved name")]
    [InlineData("api", "x", "x@example.com", "is a reserved name")]
    [InlineData("ok", "a\u001b[2J", "x@example.com", "is invalid")]
    [InlineData("ok", "x", "x", "is invalid")]
    [InlineData("ok", "x", "x@y z", "is invalid")]
    [InlineData("ok", "x", "x@y\0", "is invalid")]
    [InlineData("ok", "x", "x@y@z", "is invalid")]
    public async Task Hostile_names_are_refused(string username, string name, string email, string why)
    {
        await using var server = await TestServer.StartAsync(DatabaseKind.Sqlite);
        var admin = await server.AdminAsync();
        var refused = await admin.Client.PostApiAsync(
            "users",
            new
            {
                username,
                name,
                email,
                force_random_password = true,
            }
        );
        Assert.Equal(400, refused.Status);
        Assert.Contains(why, refused.Text);
    }

    [Theory, EveryDatabase]
    public async Task Tokens_are_listed_rotated_and_revoked_by_whose_they_are(DatabaseKind kind)
    {
        await using var server = await TestServer.StartAsync(kind);
        var (admin, ada, bob) = (await server.AdminAsync(), await server.UserAsync("ada"), await server.UserAsync("bob"));
        var made = await admin.Client.PostApiAsync(
            $"users/{ada.Id}/personal_access_tokens",
            new { name = "ci", scopes = (string[])["read_api", "self_rotate"] }
        );
        Assert.Equal(201, made.Status);
        Assert.StartsWith("glpat-", made["token"].GetString());
        var path = $"personal_access_tokens/{made["id"]}";
        Assert.Equal(2, (await ada.Client.GetApiAsync("personal_access_tokens")).Json.GetArrayLength());
        Assert.Equal(404, (await bob.Client.GetApiAsync(path)).Status);
        Assert.Equal(404, (await bob.Client.DeleteApiAsync(path)).Status);
        Assert.Equal(401, (await bob.Client.GetApiAsync($"personal_access_tokens?user_id={ada.Id}")).Status);
        Assert.False((await ada.Client.GetApiAsync(path)).Json.TryGetProperty("token", out _));

        using var ci = server.Client(made["token"].GetString());
        Assert.Equal("ci", (await ci.GetApiAsync("personal_access_tokens/self"))["name"].GetString());
        Assert.Equal(403, (await ci.DeleteApiAsync(path)).Status);
        var rotated = await ci.PostApiAsync("personal_access_tokens/self/rotate");
        Assert.Equal(200, rotated.Status);
        Assert.Equal(401, (await ci.GetApiAsync("version")).Status);
        using var next = server.Client(rotated["token"].GetString());
        Assert.Equal(204, (await next.DeleteApiAsync("personal_access_tokens/self")).Status);
        Assert.Equal(401, (await next.GetApiAsync("version")).Status);
        Assert.Equal(3, (await admin.Client.GetApiAsync($"personal_access_tokens?user_id={ada.Id}")).Json.GetArrayLength());
        Assert.Equal(1, (await admin.Client.GetApiAsync($"personal_access_tokens?user_id={ada.Id}&state=active")).Json.GetArrayLength());
    }

    [Theory]
    [InlineData("[\"api\"]", "2026-01-02", "must be in the future")]
    [InlineData("[\"api\"]", "2027-01-03", "must expire in 365 days")]
    [InlineData("[\"api\"]", "soon", "is invalid")]
    [InlineData("[]", "2026-02-02", "can only contain available scopes")]
    [InlineData("[\"everything\"]", "2026-02-02", "can only contain available scopes")]
    [InlineData("[\"sudo\"]", "2026-02-02", "can only contain available scopes")]
    public async Task A_token_has_an_end_and_scopes_that_are_known(string scopes, string expires, string why)
    {
        await using var server = await TestServer.StartAsync(DatabaseKind.Sqlite, new Clock());
        var (admin, ada) = (await server.AdminAsync(), await server.UserAsync());
        var wanted = new
        {
            name = "x",
            scopes = System.Text.Json.JsonDocument.Parse(scopes).RootElement,
            expires_at = expires,
        };
        var refused = await admin.Client.PostApiAsync($"users/{ada.Id}/personal_access_tokens", wanted);
        Assert.Equal(400, refused.Status);
        Assert.Contains(why, refused.Text);
    }

    [Theory, EveryDatabase]
    public async Task A_weak_token_does_what_its_scopes_say(DatabaseKind kind)
    {
        await using var server = await TestServer.StartAsync(kind);
        var (reads, user) = (await server.AdminAsync("reads"), await server.AdminAsync("knows"));
        using var readApi = server.Client(await server.TokenAsync(reads.Row, Scopes.ReadApi));
        using var readUser = server.Client(await server.TokenAsync(user.Row, Scopes.ReadUser));
        Assert.Equal(200, (await readApi.GetApiAsync("users")).Status);
        var refused = await readApi.PostApiAsync($"users/{user.Id}/block");
        Assert.Equal((403, "insufficient_scope"), (refused.Status, refused["error"].GetString()));
        Assert.Equal(200, (await readUser.GetApiAsync("user")).Status);
        Assert.Equal(403, (await readUser.GetApiAsync("personal_access_tokens")).Status);
        Assert.Equal(403, (await readUser.PostApiAsync($"users/{reads.Id}/block")).Status);
    }

    private static async Task<(int, string?)> RefusedAsync(TestUser admin, object user)
    {
        var answer = await admin.Client.PostApiAsync("users", user);
        return (answer.Status, answer["message"].GetString());
    }
}
