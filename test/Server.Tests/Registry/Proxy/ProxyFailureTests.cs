using System.Net;
using Microsoft.Extensions.DependencyInjection;
using Slipway.Server.Registry;
using Slipway.Server.Registry.Proxy;
using Slipway.Server.Tests.Support;
using Xunit;

namespace Slipway.Server.Tests.Registry.Proxy;

/// <summary>A registry that limits, denies or fails is told as it is, and never as an image that is not there.</summary>
public sealed class ProxyFailureTests
{
    private const string Why = """{"errors":[{"code":"X","message":"because of \"something\"\nelse"}]}""";

    [Theory]
    [InlineData(429, 429, "TOOMANYREQUESTS")]
    [InlineData(401, 403, "DENIED")]
    [InlineData(403, 403, "DENIED")]
    [InlineData(500, 502, "UNAVAILABLE")]
    [InlineData(503, 502, "UNAVAILABLE")]
    [InlineData(504, 504, "UNAVAILABLE")]
    [InlineData(418, 502, "UNAVAILABLE")]
    public async Task What_it_says_is_passed_on_and_what_is_cached_is_given_all_the_same(int status, int expected, string code)
    {
        await using var room = await ProxyRoom.OpenAsync();
        var (digest, layer) = room.Upstream.Image("library/alpine", "latest");
        room.Upstream.Fail(status, Why, "17");
        foreach (var said in (Said[])[await room.ManifestAsync("alpine", "latest"), await room.BlobAsync("alpine", layer)])
        {
            Assert.Equal((expected, code, "17"), (said.Status, said.Code, said.Header("Retry-After")));
            Assert.Contains(ScriptedUpstream.Host, said.Text);
        }

        Assert.Contains("because of", (await room.ManifestAsync("alpine", digest)).Text);
        Assert.Equal(expected, (await room.ManifestAsync("alpine", "latest", "HEAD")).Status);

        room.Upstream.On();
        await room.ManifestAsync("alpine", "latest");
        room.Upstream.Fail(status, Why);
        var cached = await room.ManifestAsync("alpine", "latest");
        Assert.Equal((200, digest), (cached.Status, cached.Header("Docker-Content-Digest")));
        Assert.StartsWith("299 - \"registry-1.docker.io", cached.Header("Warning"));
    }

    /// <summary>A HEAD counts for nothing, and the pull that it leads to does.</summary>
    [Fact]
    public async Task When_the_newer_image_cannot_be_had_the_older_one_is_given()
    {
        await using var room = await ProxyRoom.OpenAsync();
        var (old, _) = room.Upstream.Image("library/alpine", "latest");
        await room.ManifestAsync("alpine", "latest");
        room.Upstream.Image("library/alpine", "latest");
        room.Upstream.First = request =>
            Task.FromResult(request.Method == HttpMethod.Get ? new HttpResponseMessage(HttpStatusCode.TooManyRequests) : null);
        var said = await room.ManifestAsync("alpine", "latest");
        Assert.Equal((200, old), (said.Status, said.Header("Docker-Content-Digest")));
        Assert.Contains("lets this server pull no more for now", said.Header("Warning"));
    }

    [Fact]
    public async Task Docker_shows_of_a_failure_the_status_line()
    {
        await using var room = await ProxyRoom.OpenAsync();
        room.Upstream.Fail(500, Why);
        await room.ManifestAsync("alpine", "latest");
        using var http = room.Server.Client(null);
        var token = await room.Client.TokenAsync(room.Client.Challenged);
        http.DefaultRequestHeaders.Authorization = new("Bearer", token);
        using var response = await http.GetAsync(new Uri($"/v2/{ProxyRoom.Team}/alpine/manifests/latest", UriKind.Relative));
        Assert.Equal("registry-1.docker.io answers 500 because of \"something\" else", response.ReasonPhrase);
    }

    [Theory]
    [InlineData(500, 502)]
    [InlineData(404, 502)]
    [InlineData(401, 502)]
    [InlineData(429, 429)]
    public async Task A_login_that_fails_is_no_missing_image(int status, int expected)
    {
        var hub = new RegistryOptions().Upstreams[0] with { User = "us", Password = "secret" };
        await using var room = await ProxyRoom.OpenAsync(with: new RegistryOptions { Upstreams = [hub] });
        room.Upstream.Image("library/alpine", "latest");
        room.Upstream.TokenSeconds = 300;
        room.Upstream.First = request =>
            Task.FromResult(request.RequestUri!.Host == "auth.docker.io" ? new HttpResponseMessage((HttpStatusCode)status) : null);
        Assert.Equal(expected, (await room.ManifestAsync("alpine", "latest")).Status);
        Assert.DoesNotContain("secret", $"{hub} {room.Server.Options}");
    }

    [Fact]
    public async Task A_token_is_fetched_once_with_our_login_and_again_when_it_is_over()
    {
        var clock = new Clock();
        var hub = new RegistryOptions().Upstreams[0] with { User = "us", Password = "secret" };
        var options = new RegistryOptions { Upstreams = [hub], TokenLifetime = TimeSpan.FromHours(1) };
        await using var room = await ProxyRoom.OpenAsync(time: clock, with: options);
        room.Upstream.TokenSeconds = 300;
        var (_, layer) = room.Upstream.Image("library/alpine", "latest");
        for (var turn = 0; turn < 3; turn++)
            Assert.Equal(200, (await room.ManifestAsync("alpine", "latest")).Status);
        Assert.Equal(200, (await room.BlobAsync("alpine", layer)).Status);
        Assert.Equal((1, "Basic dXM6c2VjcmV0"), (room.Upstream.Count("GET /token"), room.Upstream.Login));
        clock.Advance(TimeSpan.FromSeconds(291));
        await room.ManifestAsync("alpine", "latest");
        Assert.Equal(2, room.Upstream.Count("GET /token"));
    }

    /// <summary>The hosts that images' bytes come from are not those that know our password.</summary>
    [Fact]
    public async Task Where_a_redirect_leads_nobody_learns_our_token()
    {
        await using var room = await ProxyRoom.OpenAsync();
        var (_, layer) = room.Upstream.Image("library/alpine", "latest");
        room.Upstream.TokenSeconds = 300;
        var told = new List<string>();
        room.Upstream.First = request =>
        {
            var (uri, authorization) = (request.RequestUri!, request.Headers.Authorization);
            if (uri.Host != "auth.docker.io")
                told.Add($"{uri.Host} {authorization?.Scheme}");
            HttpResponseMessage? moved = null;
            if (uri.Host == ScriptedUpstream.Host && authorization is not null)
                moved = new HttpResponseMessage(HttpStatusCode.TemporaryRedirect)
                {
                    Headers = { Location = new($"https://cdn.example{uri.AbsolutePath}") },
                };
            if (uri.Host == "cdn.example")
                room.Upstream.TokenSeconds = null;
            return Task.FromResult(moved);
        };
        Assert.Equal(layer, Images.Digest((await room.BlobAsync("alpine", layer)).Body));
        Assert.Equal([$"{ScriptedUpstream.Host} ", $"{ScriptedUpstream.Host} Bearer", "cdn.example "], told);
    }

    [Fact]
    public async Task Where_a_redirect_leads_nobody_can_ask_for_our_login()
    {
        var hub = new RegistryOptions().Upstreams[0] with { User = "us", Password = "secret" };
        await using var room = await ProxyRoom.OpenAsync(with: new RegistryOptions { Upstreams = [hub] });
        var (_, layer) = room.Upstream.Image("library/alpine", "latest");
        var hosts = new List<string>();
        room.Upstream.First = request =>
        {
            hosts.Add(request.RequestUri!.Host);
            var isOurs = request.RequestUri.Host == ScriptedUpstream.Host;
            var answer = new HttpResponseMessage(isOurs ? HttpStatusCode.TemporaryRedirect : HttpStatusCode.Unauthorized);
            if (isOurs)
                answer.Headers.Location = new Uri("https://cdn.example/blob");
            else
                answer.Headers.WwwAuthenticate.Add(new("Bearer", "realm=\"https://evil.example/token\""));
            return Task.FromResult<HttpResponseMessage?>(answer);
        };
        Assert.Equal(403, (await room.BlobAsync("alpine", layer)).Status);
        Assert.Equal([ScriptedUpstream.Host, "cdn.example"], hosts);
    }

    [Theory]
    [InlineData("//")]
    [InlineData("https://[")]
    public async Task A_redirect_to_no_address_is_the_other_registrys_failure(string location)
    {
        await using var room = await ProxyRoom.OpenAsync();
        var (_, layer) = room.Upstream.Image("library/alpine", "latest");
        room.Upstream.First = _ =>
        {
            var moved = new HttpResponseMessage(HttpStatusCode.Found);
            moved.Headers.TryAddWithoutValidation("Location", location);
            return Task.FromResult<HttpResponseMessage?>(moved);
        };
        Assert.Equal(502, (await room.ManifestAsync("alpine", "latest")).Status);
        Assert.Equal(502, (await room.BlobAsync("alpine", layer)).Status);
    }

    [Theory]
    [InlineData("http://auth.docker.io/token")]
    [InlineData("https://10.0.0.1:22/token")]
    public async Task A_token_is_not_fetched_where_it_is_not_safe(string realm)
    {
        await using var room = await ProxyRoom.OpenAsync();
        room.Upstream.First = _ =>
        {
            var challenge = new HttpResponseMessage(HttpStatusCode.Unauthorized);
            challenge.Headers.WwwAuthenticate.Add(new("Bearer", $"realm=\"{realm}\""));
            return Task.FromResult<HttpResponseMessage?>(challenge);
        };
        Assert.Equal(502, (await room.ManifestAsync("alpine", "latest")).Status);
        Assert.Single(room.Upstream.Asked);
    }

    [Fact]
    public async Task A_registry_in_the_neighbourhood_must_be_allowed()
    {
        await using var server = await TestServer.StartAsync(
            DatabaseKind.Sqlite,
            with: options =>
                options with
                {
                    Registry = new RegistryOptions { Upstreams = [new("docker.io", new Uri("http://127.0.0.1:1024"))] },
                }
        );
        var ada = await server.UserAsync("ada");
        await server.GroupAsync(ada.Row, "team");
        using var client = new RegistryClient(server.Address, "ada", ada.Token);
        var said = await client.GetAsync($"/v2/{ProxyRoom.Team}/alpine/manifests/latest");
        Assert.Equal(502, said.Status);
        Assert.Contains("--allow-outbound", said.Text);
    }
}
