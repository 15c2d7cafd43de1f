using Microsoft.Extensions.DependencyInjection;
using Slipway.Server.Accounts;
using Slipway.Server.Http;
using Slipway.Server.Tests.Support;
using Xunit;

namespace Slipway.Server.Tests.Accounts;

/// <summary>By which doors a credential comes in, and which are no good.</summary>
public sealed class CredentialTests
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Theory, EveryDatabase]
    public async Task A_token_is_taken_from_where_GitLab_takes_it(DatabaseKind kind)
    {
        await using var server = await TestServer.StartAsync(kind);
        var user = await server.UserAsync();
        foreach (
            var (header, value, query) in (IEnumerable<(string?, string?, string)>)
                [
                    ("PRIVATE-TOKEN", user.Token, ""),
                    ("Authorization", $"Bearer {user.Token}", ""),
                    ("Authorization", $"bearer  {user.Token}", ""),
                    (null, null, $"?private_token={user.Token}"),
                    (null, null, $"?access_token={user.Token}"),
                ]
        )
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, "/api/v4/version" + query);
            if (header is not null)
                request.Headers.TryAddWithoutValidation(header, value);
            using var response = await server.Anonymous.SendAsync(request, Ct);
            Assert.Equal(200, (int)response.StatusCode);
        }

        Assert.Equal(401, (await server.Anonymous.GetApiAsync("version")).Status);
    }

    [Theory, EveryDatabase]
    public async Task A_bad_token_is_refused_even_where_none_is_needed(DatabaseKind kind)
    {
        await using var server = await TestServer.StartAsync(kind);
        foreach (var bad in (string[])["glpat-nobodys", "x", "glcbt-nobodys", "gldt-x", new string('y', 10_000)])
        {
            using var client = server.Client(bad);
            Assert.Equal(401, (await client.GetApiAsync("version")).Status);
            using var response = await client.GetAsync(new Uri("/-/health", UriKind.Relative), Ct);
            Assert.Equal(401, (int)response.StatusCode);
            Assert.Equal("""{"message":"401 Unauthorized"}""", await response.Content.ReadAsStringAsync(Ct));
        }
    }

    [Theory, EveryDatabase]
    public async Task A_token_ends_when_it_expires_is_revoked_or_its_user_is_blocked(DatabaseKind kind)
    {
        var clock = new Clock();
        await using var server = await TestServer.StartAsync(kind, clock);
        var user = await server.UserAsync();
        var expires = clock.Milliseconds() + 1000;
        using var ends = server.Client(await server.TokenAsync(user.Row, Scopes.Api, expires));
        Assert.Equal(200, (await ends.GetApiAsync("version")).Status);
        clock.Advance(TimeSpan.FromSeconds(1));
        var expired = await ends.GetApiAsync("version");
        Assert.Equal((401, "invalid_token"), (expired.Status, expired["error"].GetString()));
        Assert.Contains("expired", expired["error_description"].GetString());

        await server.Db.ExecuteAsync(
            "UPDATE access_tokens SET revoked_at = 1, expires_at = NULL WHERE expires_at = @expires",
            new { expires },
            Ct
        );
        Assert.Contains("revoked", (await ends.GetApiAsync("version"))["error_description"].GetString());

        await server.Db.ExecuteAsync("UPDATE users SET state = 'blocked' WHERE id = @Id", new { user.Id }, Ct);
        Assert.Equal(401, (await user.Client.GetApiAsync("version")).Status);
    }

    [Theory, EveryDatabase]
    public async Task The_database_holds_no_usable_token(DatabaseKind kind)
    {
        await using var server = await TestServer.StartAsync(kind);
        var user = await server.UserAsync(password: "correct horse");
        foreach (var column in (string[])["hash", "name", "description", "scopes"])
            Assert.DoesNotContain(
                user.Token[Tokens.Access.Length..],
                string.Join(' ', await server.Db.QueryAsync<string>($"SELECT {column} FROM access_tokens", null, Ct))
            );
        Assert.DoesNotContain("horse", await server.Db.FindAsync<string>("SELECT password FROM users", null, Ct));
    }

    [Theory, EveryDatabase]
    public async Task Basic_authentication_takes_passwords_access_tokens_deploy_tokens_and_job_tokens(DatabaseKind kind)
    {
        await using var server = await TestServer.StartAsync(kind);
        var user = await server.UserAsync("ada", password: "correct horse");
        var project = await server.ProjectAsync(user.Row);
        var (job, deploy) = (Tokens.Create(Tokens.Job), Tokens.Create(Tokens.Deploy));
        await Rows.JobAsync(server.Db, project.Id, user.Id, Tokens.Hash(job));
        await server.Db.ExecuteAsync(
            "INSERT INTO deploy_tokens (project_id, name, username, scopes, hash, sealed, created_at) VALUES (@Id, 'd', 'deployer', 'read_repository', @hash, @hash2, 0)",
            new
            {
                project.Id,
                hash = Tokens.Hash(deploy),
                hash2 = Array.Empty<byte>(),
            },
            Ct
        );
        Assert.IsType<Actor.Person>(Actor(await BasicAsync(server, "ada", "correct horse")));
        Assert.IsType<Actor.Person>(Actor(await BasicAsync(server, "ADA@example.com", "correct horse")));
        Assert.IsType<Actor.Person>(Actor(await BasicAsync(server, "anybody", user.Token)));
        Assert.IsType<Actor.Deploy>(Actor(await BasicAsync(server, "deployer", deploy)));
        Assert.Equal(project.Id, Assert.IsType<Actor.Job>(Actor(await BasicAsync(server, "gitlab-ci-token", job))).ProjectId);
        foreach (
            var (name, password) in (IEnumerable<(string, string)>)
                [
                    ("ada", "Correct horse"),
                    ("ada", ""),
                    ("nobody", "correct horse"),
                    ("deployer2", deploy),
                    ("gitlab-ci-token", user.Token),
                    ("ada", new string('x', 100_000)),
                    ("a\0da", "correct horse"),
                ]
        )
            Assert.IsType<Credential.Unknown>(await BasicAsync(server, name, password));

        await server.Db.ExecuteAsync("UPDATE jobs SET status = 'success'", null, Ct);
        Assert.IsType<Credential.Unknown>(await BasicAsync(server, "gitlab-ci-token", job));
    }

    [Theory, EveryDatabase]
    public async Task Ten_passwords_a_minute_are_tried_for_an_account_from_an_address(DatabaseKind kind)
    {
        var clock = new Clock();
        await using var server = await TestServer.StartAsync(kind, clock);
        await server.UserAsync("ada", password: "correct horse");
        foreach (var address in (string[])["10.0.0.1", "10.0.0.2"])
            Assert.IsType<Credential.Good>(await BasicAsync(server, "ada", "correct horse", address));
        for (var tried = 0; tried < SignInLimits.ForAccount; tried++)
            Assert.IsType<Credential.Unknown>(await BasicAsync(server, "ada", "wrong"));
        var wait = Assert.IsType<Credential.TooMany>(await BasicAsync(server, "Ada", "correct horse")).Wait;
        Assert.InRange(wait, TimeSpan.FromSeconds(1), TimeSpan.FromMinutes(1));
        Assert.IsType<Credential.Good>(await BasicAsync(server, "ada", "correct horse", "10.0.0.2"));
        clock.Advance(wait);
        Assert.IsType<Credential.Good>(await BasicAsync(server, "ada", "correct horse"));
    }

    [Fact]
    public void One_address_tries_sixty_times_a_minute_for_all_accounts()
    {
        var limits = new SignInLimits(new Clock());
        for (var tried = 0; tried < SignInLimits.ForAddress; tried++)
            Assert.Null(limits.Take($"user{tried}", "10.0.0.1"));
        Assert.NotNull(limits.Take("another", "10.0.0.1"));
        Assert.Null(limits.Take("another", "10.0.0.2"));
    }

    private static Actor Actor(Credential credential) => Assert.IsType<Credential.Good>(credential).Actor;

    private static Task<Credential> BasicAsync(TestServer server, string user, string password, string address = "10.0.0.1") =>
        server.Services.GetRequiredService<Authentication>().BasicAsync(user, password, address, Ct);
}
