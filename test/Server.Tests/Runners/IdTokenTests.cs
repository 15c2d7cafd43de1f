using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Slipway.Server.Tests.Support;
using Xunit;

namespace Slipway.Server.Tests.Runners;

/// <summary>https://docs.gitlab.com/ci/secrets/id_token_authentication/</summary>
public sealed class IdTokenTests
{
    [Theory, EveryDatabase]
    public async Task A_jobs_tokens_say_what_it_is_and_are_signed_with_the_key_that_is_shown_to_all(DatabaseKind kind)
    {
        await using var room = await CoordinatorRoom.OpenAsync(kind);
        var pipeline = await room.PipelineAsync(
            """
            variables: {WHERE: vault}
            a:
              id_tokens: {ONE: {aud: "https://$WHERE.example.com"}, TWO: {aud: [x, y]}}
              environment: {name: production, deployment_tier: production}
              timeout: 10 minutes
              script: [x]
            """,
            isProtected: true
        );
        var job = await (await room.RunnerAsync()).StartAsync();
        var claims = await ReadAsync(room, job.Variable("ONE")!);
        var home = room.Server.Address.ToString().TrimEnd('/');
        Assert.Equal(home, claims.GetProperty("iss").GetString());
        Assert.Equal("https://vault.example.com", claims.GetProperty("aud").GetString());
        Assert.Equal($"project_path:{room.Project.FullPath}:ref_type:branch:ref:main", claims.GetProperty("sub").GetString());
        Assert.Equal(600, claims.GetProperty("exp").GetInt64() - claims.GetProperty("iat").GetInt64());
        (string Name, string Value)[] texts =
        [
            ("project_path", room.Project.FullPath),
            ("namespace_path", room.Admin.Row.Username),
            ("pipeline_id", $"{pipeline}"),
            ("job_id", $"{job.Id}"),
            ("pipeline_source", "push"),
            ("user_login", room.Admin.Row.Username),
            ("user_access_level", "owner"),
            ("ref", "main"),
            ("ref_type", "branch"),
            ("ref_path", "refs/heads/main"),
            ("ref_protected", "true"),
            ("runner_environment", "self-hosted"),
            ("environment", "production"),
            ("deployment_tier", "production"),
            ("project_visibility", "private"),
        ];
        foreach (var (name, value) in texts)
            Assert.Equal((name, value), (name, claims.GetProperty(name).GetString()));
        var two = await ReadAsync(room, job.Variable("TWO")!);
        Assert.Equal(["x", "y"], two.GetProperty("aud").EnumerateArray().Select(audience => audience.GetString()));
        Assert.NotEqual(claims.GetProperty("jti").GetString(), two.GetProperty("jti").GetString());

        var shown = job.Payload.GetProperty("variables").EnumerateArray().Single(v => v.GetProperty("key").GetString() == "ONE");
        Assert.True(shown.GetProperty("masked").GetBoolean());
        Assert.False(shown.GetProperty("public").GetBoolean());
    }

    [Fact]
    public async Task A_job_that_wants_none_has_none()
    {
        await using var room = await CoordinatorRoom.OpenAsync(DatabaseKind.Sqlite);
        await room.PipelineAsync("a: {script: [x]}");
        var job = await (await room.RunnerAsync()).StartAsync();
        Assert.DoesNotContain(
            job.Payload.GetProperty("variables").EnumerateArray(),
            variable => variable.GetProperty("value").GetString()!.StartsWith("eyJ", StringComparison.Ordinal)
        );
    }

    /// <summary>As whoever is shown a token does it: the issuer's configuration, its keys, the signature.</summary>
    private static async Task<JsonElement> ReadAsync(CoordinatorRoom room, string token)
    {
        var parts = token.Split('.');
        var header = JsonDocument.Parse(Base64Url.DecodeFromChars(parts[0])).RootElement;
        var claims = JsonDocument.Parse(Base64Url.DecodeFromChars(parts[1])).RootElement;
        var configuration = await JsonAsync(room, claims.GetProperty("iss").GetString() + "/.well-known/openid-configuration");
        Assert.Equal(claims.GetProperty("iss").GetString(), configuration.GetProperty("issuer").GetString());
        var keys = await JsonAsync(room, configuration.GetProperty("jwks_uri").GetString()!);
        var key = keys.GetProperty("keys")
            .EnumerateArray()
            .Single(one => one.GetProperty("kid").GetString() == header.GetProperty("kid").GetString());
        Assert.Equal(("RS256", "RS256"), (header.GetProperty("alg").GetString(), key.GetProperty("alg").GetString()));
        using var rsa = RSA.Create(
            new RSAParameters
            {
                Exponent = Base64Url.DecodeFromChars(key.GetProperty("e").GetString()),
                Modulus = Base64Url.DecodeFromChars(key.GetProperty("n").GetString()),
            }
        );
        var signed = Encoding.ASCII.GetBytes($"{parts[0]}.{parts[1]}");
        Assert.True(rsa.VerifyData(signed, Base64Url.DecodeFromChars(parts[2]), HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1));
        return claims;
    }

    private static async Task<JsonElement> JsonAsync(CoordinatorRoom room, string address)
    {
        var text = await room.Server.Anonymous.GetStringAsync(new Uri(address), TestContext.Current.CancellationToken);
        return JsonDocument.Parse(text).RootElement;
    }
}
