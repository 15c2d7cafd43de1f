using System.Net;
using System.Net.Http.Headers;
using System.Text;
using Slipway.Server.Accounts;
using Slipway.Server.Data;
using Slipway.Server.Git;
using Slipway.Server.Tests.Git;
using Slipway.Server.Tests.Runners;
using Slipway.Server.Tests.Support;
using Slipway.Server.Tests.Ui;
using Xunit;

namespace Slipway.Server.Tests.Probes;

/// <summary>Whose address counts when a proxy says for whom it asks, and when somebody says so who is none. The tests themselves come from 127.0.0.1.</summary>
public sealed class ForwardedAddressTests
{
    private const string Login = "/users/sign_in";
    private const string Password = "correct horse";

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Theory]
    // Nobody is trusted, or somebody else.
    [InlineData("", "203.0.113.9", "127.0.0.1")]
    [InlineData("10.0.0.0/8", "203.0.113.9", "127.0.0.1")]
    [InlineData("10.0.0.0/8", "203.0.113.9, 10.0.0.5", "127.0.0.1")]
    // One proxy. What the client itself wrote stands before what the proxy added.
    [InlineData("127.0.0.1/32", "203.0.113.9", "203.0.113.9")]
    [InlineData("127.0.0.1/32", "198.51.100.1, 203.0.113.9", "203.0.113.9")]
    [InlineData("127.0.0.1/32", "198.51.100.1|203.0.113.9", "203.0.113.9")]
    [InlineData("127.0.0.1/32", "127.0.0.1, 203.0.113.9", "203.0.113.9")]
    [InlineData("127.0.0.1/32", "garbage, 203.0.113.9", "203.0.113.9")]
    [InlineData("127.0.0.1/32", "203.0.113.9:4711", "203.0.113.9")]
    [InlineData("127.0.0.1/32", "2001:db8::9", "2001:db8::9")]
    [InlineData("127.0.0.1/32", "[2001:db8::9]:4711", "2001:db8::9")]
    // Two.
    [InlineData("127.0.0.1/32 10.0.0.0/8", "198.51.100.1, 203.0.113.9, 10.0.0.5", "203.0.113.9")]
    [InlineData("127.0.0.1/32 10.0.0.0/8", "10.0.0.6, 10.0.0.5", "10.0.0.6")]
    [InlineData("127.0.0.1/32 10.0.0.0/8", "198.51.100.1, garbage, 10.0.0.5", "10.0.0.5")]
    [InlineData("127.0.0.1/32 10.0.0.0/8", "203.0.113.9, ::ffff:10.0.0.5", "203.0.113.9")]
    // What cannot be read says nothing.
    [InlineData("127.0.0.1/32", "", "127.0.0.1")]
    [InlineData("127.0.0.1/32", ",", "127.0.0.1")]
    [InlineData("127.0.0.1/32", " , , ", "127.0.0.1")]
    [InlineData("127.0.0.1/32", "unknown", "127.0.0.1")]
    [InlineData("127.0.0.1/32", "_hidden", "127.0.0.1")]
    [InlineData("127.0.0.1/32", "999.1.1.1", "127.0.0.1")]
    [InlineData("127.0.0.1/32", "203.0.113.9, unknown", "127.0.0.1")]
    [InlineData("127.0.0.1/32", "203.0.113.9/8", "127.0.0.1")]
    [InlineData("127.0.0.1/32", "203.0.113.9:99999", "127.0.0.1")]
    [InlineData("127.0.0.1/32", "' OR 1=1 --", "127.0.0.1")]
    [InlineData("127.0.0.1/32", "\"203.0.113.9\"", "203.0.113.9")]
    public async Task Sessions_are_of_the_address_that_the_last_trusted_proxy_saw(string trusted, string forwarded, string address)
    {
        await using var server = await StartAsync(trusted);
        await server.UserAsync("ada", password: Password);
        using var client = new HttpClient { BaseAddress = server.Address };
        foreach (var line in forwarded.Split('|'))
            client.DefaultRequestHeaders.TryAddWithoutValidation("X-Forwarded-For", line);
        client.DefaultRequestHeaders.Add("Origin", server.Address.GetLeftPart(UriPartial.Authority));
        var token = Browser.TokenOf(await client.GetStringAsync(Login, Ct))!;
        using var form = new FormUrlEncodedContent([
            new("authenticity_token", token),
            new("user[login]", "ada"),
            new("user[password]", Password),
        ]);
        using var answer = await client.PostAsync(Login, form, Ct);
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        Assert.Equal(address, await server.Db.FindAsync<string>("SELECT address FROM sessions", null, Ct));
    }

    [Fact]
    public async Task A_header_of_very_many_addresses_is_no_failure()
    {
        await using var server = await StartAsync("127.0.0.1/32 10.0.0.0/8");
        foreach (var one in (string[])["10.0.0.1,", ",", "x,", "1,", "::,"])
            Assert.Equal((one, 200), (one, await StatusAsync(server, string.Concat(Enumerable.Repeat(one, 28_000 / one.Length)))));
    }

    /// <summary>Behind a proxy that is not trusted all of its users are one: who guesses takes everybody's tries.</summary>
    [Theory]
    [InlineData("127.0.0.1/32", 401)]
    [InlineData("", 429)]
    public async Task Tries_count_for_whom_a_trusted_proxy_asks(string trusted, int status)
    {
        await using var server = await StartAsync(trusted);
        for (var i = 0; i < SignInLimits.ForAddress; i++)
            Assert.Equal(401, await TryAsync(server, $"nobody{i}", $"198.51.100.{i}, 203.0.113.9"));
        Assert.Equal(429, await TryAsync(server, "nobody", "198.51.100.99, 203.0.113.9"));
        Assert.Equal(status, await TryAsync(server, "nobody", "203.0.113.10"));
    }

    [Theory]
    [InlineData("127.0.0.1/32", "203.0.113.9")]
    [InlineData("", "127.0.0.1")]
    public async Task The_audit_log_says_for_whom_a_trusted_proxy_asked(string trusted, string address)
    {
        await using var server = await StartAsync(trusted);
        await server.UserAsync("ada", password: Password);
        for (var i = 0; i < SignInLimits.ForAccount; i++)
            Assert.Equal(401, await TryAsync(server, "ada", "203.0.113.9"));
        var details = await server.Db.FindAsync<string>("SELECT details FROM audit_events WHERE action = 'user_access_locked'", null, Ct);
        Assert.Contains($"\"{address}\"", details);
    }

    /// <summary>Where no <c>--external-url</c> is given, the registry's clients are sent to the address they came by.</summary>
    [Theory]
    [InlineData("127.0.0.1/32", "https", "https")]
    [InlineData("127.0.0.1/32", "http, https", "https")]
    [InlineData("127.0.0.1/32", "a b", "http")]
    [InlineData("127.0.0.1/32", "", "http")]
    [InlineData("", "https", "http")]
    public async Task The_scheme_is_the_one_that_a_trusted_proxy_was_asked_by(string trusted, string proto, string scheme)
    {
        await using var server = await StartAsync(trusted);
        using var request = new HttpRequestMessage(HttpMethod.Get, "/v2/");
        request.Headers.TryAddWithoutValidation("X-Forwarded-For", "198.51.100.1, 203.0.113.9");
        request.Headers.TryAddWithoutValidation("X-Forwarded-Proto", proto);
        using var answer = await server.Anonymous.SendAsync(request, Ct);
        Assert.Equal(401, (int)answer.StatusCode);
        Assert.Contains($"realm=\"{scheme}://", answer.Headers.WwwAuthenticate.ToString());
    }

    /// <summary>A client goes there with its token, so it must be by https where the server is called so.</summary>
    [Theory]
    [InlineData(null, "", "http://SERVER")]
    [InlineData(null, "127.0.0.1/32", "https://SERVER")]
    [InlineData("https://ci.example.com", "", "https://ci.example.com")]
    [InlineData("https://ci.example.com/slipway", "127.0.0.1/32", "https://ci.example.com/slipway")]
    public async Task The_next_part_of_a_list_is_where_the_server_is_called(string? external, string trusted, string called)
    {
        await using var server = await StartAsync(trusted, external);
        using var request = new HttpRequestMessage(HttpMethod.Get, "/api/v4/projects?per_page=1");
        request.Headers.Add("X-Forwarded-For", "203.0.113.9");
        request.Headers.Add("X-Forwarded-Proto", "https");
        using var answer = await server.Anonymous.SendAsync(request, Ct);
        var first = $"<{called.Replace("SERVER", server.Address.Authority)}/api/v4/projects?page=1&per_page=1>; rel=\"first\"";
        Assert.Equal(first, Assert.Single(answer.Headers.GetValues("Link")));
    }

    [Theory]
    [InlineData("repository/commits?ref_name=main&per_page=1")]
    [InlineData("repository/tree?ref=main&per_page=1&pagination=keyset")]
    public async Task The_next_commits_and_files_are_there_too(string list)
    {
        await using var room = await CoordinatorRoom.OpenAsync(
            DatabaseKind.Sqlite,
            options: options => options with { ExternalUrl = new Uri("https://ci.example.com") }
        );
        using var folder = new TemporaryFolder();
        var work = await GitClient.InitAsync(folder["work"]);
        await work.CommitAsync("one", ("a", "1"));
        await work.CommitAsync("two", ("b", "2"));
        await work.OkAsync("push", "-q", room.Part<Repositories>().Create(room.Project.Id).Path, "HEAD:refs/heads/main");
        using var answer = await room.Admin.Client.GetAsync($"/api/v4/projects/{room.Project.Id}/{list}", Ct);
        var links = Assert.Single(answer.Headers.GetValues("Link")).Split(", ");
        Assert.Contains(links, link => link.Contains("rel=\"next\""));
        Assert.All(links, link => Assert.StartsWith("<https://ci.example.com/api/v4/projects/", link));
    }

    private static Task<TestServer> StartAsync(string trusted, string? external = null) =>
        TestServer.StartAsync(
            DatabaseKind.Sqlite,
            new Clock(),
            options =>
                options with
                {
                    ExternalUrl = external is null ? null : new Uri(external),
                    TrustedProxies = [.. trusted.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(IPNetwork.Parse)],
                }
        );

    private static async Task<int> StatusAsync(TestServer server, string forwarded)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, "/-/liveness");
        request.Headers.TryAddWithoutValidation("X-Forwarded-For", forwarded);
        using var answer = await server.Anonymous.SendAsync(request, Ct);
        return (int)answer.StatusCode;
    }

    private static async Task<int> TryAsync(TestServer server, string user, string forwarded)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, "/ada/app.git/info/refs?service=git-upload-pack");
        request.Headers.TryAddWithoutValidation("X-Forwarded-For", forwarded);
        var credential = Convert.ToBase64String(Encoding.UTF8.GetBytes($"{user}:wrong"));
        request.Headers.Authorization = new AuthenticationHeaderValue("Basic", credential);
        using var answer = await server.Anonymous.SendAsync(request, Ct);
        return (int)answer.StatusCode;
    }
}
