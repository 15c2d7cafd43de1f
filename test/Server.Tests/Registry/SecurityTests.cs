using Microsoft.Extensions.DependencyInjection;
using Slipway.Server.Data;
using Slipway.Server.Http;
using Slipway.Server.Projects;
using Slipway.Server.Registry.Tokens;
using Slipway.Server.Tests.Support;
using Xunit;

namespace Slipway.Server.Tests.Registry;

/// <summary>What somebody tries who has some rights and wants others. S26 to S28 of our list of attacks; S29 is <see cref="ManifestRuleTests"/>.</summary>
public sealed class SecurityTests
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    /// <summary>S26: a token is as it was made, in every bit, and for one purpose.</summary>
    [Fact]
    public async Task A_token_with_one_bit_changed_opens_nothing()
    {
        await using var room = await RegistryRoom.OpenAsync();
        var tokens = room.Server.Services.GetRequiredService<RegistryTokens>();
        var place = new RegistryPlace(room.Project.Id, "", "ada/app");
        var token = tokens.Seal(tokens.Begin([new Grant(place, RegistryActions.Pull, 0)], false));
        Assert.NotNull(tokens.Open(token));
        var bytes = System.Buffers.Text.Base64Url.DecodeFromChars(token);
        for (var bit = 0; bit < bytes.Length * 8; bit++)
        {
            bytes[bit / 8] ^= (byte)(1 << (bit % 8));
            Assert.Null(tokens.Open(System.Buffers.Text.Base64Url.EncodeToString(bytes)));
            bytes[bit / 8] ^= (byte)(1 << (bit % 8));
        }

        for (var length = 0; length < token.Length; length++)
            Assert.Null(tokens.Open(token[..length]));
        Assert.Null(tokens.Open(tokens.SealRefresh("ada", room.Owner.Token)));
        Assert.Null(tokens.OpenRefresh(token));
        // A token of somebody else's making, as other registries take them.
        using var http = room.Stranger();
        foreach (
            var forged in (string[])
                [
                    "eyJhbGciOiJub25lIiwidHlwIjoiSldUIn0.eyJhY2Nlc3MiOlt7InR5cGUiOiJyZXBvc2l0b3J5IiwibmFtZSI6ImFkYS9hcHAiLCJhY3Rpb25zIjpbInB1bGwiXX1dfQ.",
                    "",
                    "null",
                    new string('A', 16_384),
                    new string('A', 30_000),
                    $"{token},{token}",
                ]
        )
            Assert.Equal(
                401,
                (await http.OnceAsync("GET", "/v2/ada/app/tags/list", null, null, ("Authorization", "Bearer " + forged))).Status
            );
    }

    /// <summary>S26: asking for more, more often, or in other words, gives no more.</summary>
    [Fact]
    public async Task Asking_again_gives_no_more_and_no_less()
    {
        await using var room = await RegistryRoom.OpenAsync();
        await room.Client.PushImageAsync("ada/app");
        var reader = await room.Server.UserAsync("rita");
        await room.Server.JoinAsync(new MemberOf.Project(room.Project.Id), reader.Row, Role.Reporter);
        using var nobody = room.Stranger();
        foreach (
            var scope in (string[])
                [
                    "repository:ada/app:*",
                    "repository:ada/app:push repository:ada/app:delete repository:ada/app:pull",
                    "repository:ada/app:pull,pull,push,*,delete",
                    "repository(plugin):ada/app:pull,push registry:catalog:*",
                    "repository:ada/app:pull repository:ada/app/../app:push repository:ADA/APP:push repository:ada%2Fapp:push",
                    string.Join(' ', Enumerable.Repeat("repository:ada/app:pull,push,delete", 100)),
                ]
        )
        {
            var token = await TokenAsync(room, ("rita", reader.Token), scope);
            Assert.Equal(200, (await nobody.OnceAsync("GET", "/v2/ada/app/tags/list", null, token)).Status);
            Assert.Equal(401, (await nobody.OnceAsync("POST", "/v2/ada/app/blobs/uploads/", null, token)).Status);
            Assert.Equal(401, (await nobody.OnceAsync("DELETE", "/v2/ada/app/manifests/latest", null, token)).Status);
            Assert.Equal(401, (await nobody.OnceAsync("GET", "/v2/_catalog", null, token)).Status);
        }

        // Who asks for two things one after the other may do both.
        foreach (
            var scope in (string[])["repository:ada/app:pull repository:ada/app:push", "repository:ada/app:push repository:ada/app:pull"]
        )
        {
            var token = await TokenAsync(room, ("ada", room.Owner.Token), scope);
            Assert.Equal(202, (await nobody.OnceAsync("POST", "/v2/ada/app/blobs/uploads/", null, token)).Status);
        }
    }

    /// <summary>S27: to know a digest, of either kind, is not to have the bytes, whatever is tried with it.</summary>
    [Theory, EveryDatabase]
    public async Task A_digest_opens_nothing_that_is_not_ones_own(DatabaseKind kind)
    {
        await using var room = await RegistryRoom.OpenAsync(kind);
        var secret = Images.Bytes(300);
        var (by256, by512) = (await room.Client.PushAsync("ada/app", secret), await room.Client.PushAsync("ada/app", secret, "sha512"));
        var image = await room.Client.PushImageAsync("ada/app");
        var eve = await room.Server.UserAsync("eve");
        await room.Server.ProjectAsync(eve.Row, "own");
        using var client = room.ClientOf("eve", eve.Token);
        await client.PushAsync("eve/own", [1]);
        foreach (var digest in (string[])[by256, by512, image])
        {
            Assert.Equal(404, (await client.GetAsync($"/v2/eve/own/blobs/{digest}")).Status);
            Assert.Equal(404, (await client.HeadAsync($"/v2/eve/own/blobs/{digest}", ("Range", "bytes=0-0"))).Status);
            Assert.Equal(404, (await client.GetAsync($"/v2/eve/own/blobs/{digest}", ("If-None-Match", $"\"{digest}\""))).Status);
            Assert.Equal(404, (await client.GetAsync($"/v2/eve/own/manifests/{digest}")).Status);
            Assert.Equal(404, (await client.DeleteAsync($"/v2/eve/own/blobs/{digest}")).Status);
            // What is there and what is nowhere give the same answer.
            foreach (var from in (string[])["", "&from=ada/app", "&from=ada%2Fapp", "&from=ada/none", "&from=eve/own", "&from=../ada/app"])
            {
                var there = await MountAsync(digest, from);
                var nowhere = await MountAsync(Images.Digest(Images.Bytes(9)), from);
                Assert.Equal((from, 202, 202), (from, there.Status, nowhere.Status));
                Assert.Equal(nowhere.Headers.Keys.Order(), there.Headers.Keys.Order());
            }

            var begun = await client.SendAsync("POST", "/v2/eve/own/blobs/uploads/", null);
            Assert.Equal(400, (await client.SendAsync("PUT", $"{begun.Location}?digest={digest}", null)).Status);
        }

        var manifest = Images.Image(secret).ToBytes();
        Assert.Equal("MANIFEST_BLOB_UNKNOWN", (await client.PutAsync("eve/own", "t", manifest)).Code);
        Assert.Empty((await client.GetAsync($"/v2/eve/own/referrers/{image}")).Json.GetProperty("manifests").EnumerateArray());

        Task<Said> MountAsync(string digest, string from) =>
            client.SendAsync("POST", $"/v2/eve/own/blobs/uploads/?mount={digest}{from}", null);
    }

    /// <summary>S28: rights that are gone are gone with the next token, and where none is used, at once.</summary>
    [Theory, EveryDatabase]
    public async Task Rights_that_are_gone_are_gone_with_the_next_token(DatabaseKind kind)
    {
        var clock = new Clock();
        await using var room = await RegistryRoom.OpenAsync(kind, clock);
        await room.Client.PushImageAsync("ada/app");
        var dev = await room.Server.UserAsync("dev");
        await room.Server.JoinAsync(new MemberOf.Project(room.Project.Id), dev.Row, Role.Developer);
        const string scope = "repository:ada/app:pull,push";
        var token = await TokenAsync(room, ("dev", dev.Token), scope);
        using var nobody = room.Stranger();
        using var basic = room.Server.Client(null);
        basic.DefaultRequestHeaders.Authorization = new(
            "Basic",
            Convert.ToBase64String(System.Text.Encoding.UTF8.GetBytes($"dev:{dev.Token}"))
        );
        Assert.Equal(200, await WithTokenAsync(token));
        Assert.Equal(200, await WithPasswordAsync());

        await room.Server.Db.ExecuteAsync("DELETE FROM members WHERE user_id = @Id", new { dev.Row.Id }, Ct);

        Assert.Equal(401, await WithPasswordAsync());
        Assert.Equal(401, await WithTokenAsync(await TokenAsync(room, ("dev", dev.Token), scope)));
        clock.Advance(TimeSpan.FromMinutes(5) + TimeSpan.FromSeconds(1));
        Assert.Equal(401, await WithTokenAsync(token));

        async Task<int> WithTokenAsync(string? with) => (await nobody.OnceAsync("GET", "/v2/ada/app/tags/list", null, with)).Status;
        async Task<int> WithPasswordAsync()
        {
            using var said = await basic.GetAsync("/v2/ada/app/tags/list", Ct);
            return (int)said.StatusCode;
        }
    }

    private static async Task<string?> TokenAsync(RegistryRoom room, (string User, string Password) login, string scope)
    {
        using var client = room.ClientOf(login.User, login.Password);
        return await client.TokenAsync($"realm=\"{room.Server.Address}jwt/auth\",service=\"container_registry\",scope=\"{scope}\"");
    }
}
