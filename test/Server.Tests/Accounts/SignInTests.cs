using System.Net;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Slipway.Server.Accounts;
using Slipway.Server.Secrets;
using Slipway.Server.Tests.Support;
using Xunit;

namespace Slipway.Server.Tests.Accounts;

/// <summary>Setting up, signing in, second factors, and what a browser holds afterwards.</summary>
public sealed class SignInTests
{
    private const string Password = "correct horse";

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Theory, EveryDatabase]
    public async Task The_first_user_is_made_once_by_who_knows_the_code(DatabaseKind kind)
    {
        await using var server = await TestServer.StartAsync(kind);
        var first = server.Services.GetRequiredService<FirstRun>();
        Assert.True(await first.IsNeededAsync(Ct));
        Assert.IsType<FirstRunOutcome.WrongCode>(await first.TryAsync("", "ada", "ada@example.com", Password, "10.0.0.1", Ct));
        Assert.IsType<FirstRunOutcome.Invalid>(await first.TryAsync(first.Code, "admin", "ada@example.com", Password, "10.0.0.1", Ct));
        Assert.IsType<FirstRunOutcome.Invalid>(await first.TryAsync(first.Code, "ada", "ada@example.com", "short", "10.0.0.1", Ct));
        var outcomes = await Task.WhenAll(
            Enumerable
                .Range(0, 4)
                .Select(n => first.TryAsync(first.Code.ToLowerInvariant(), $"ada{n}", $"ada{n}@example.com", Password, "10.0.0.1", Ct))
        );
        Assert.True(Assert.Single(outcomes.OfType<FirstRunOutcome.Made>()).Administrator.IsAdmin);
        Assert.Equal(3, outcomes.OfType<FirstRunOutcome.Over>().Count());
        Assert.False(await first.IsNeededAsync(Ct));
        for (var tried = 7; tried < SignInLimits.ForAccount; tried++)
            await first.TryAsync("x", "b", "b@example.com", Password, "10.0.0.1", Ct);
        Assert.IsType<FirstRunOutcome.TooMany>(await first.TryAsync(first.Code, "b", "b@example.com", Password, "10.0.0.1", Ct));
    }

    [Theory, EveryDatabase]
    public async Task With_a_second_factor_a_password_opens_nothing_alone_and_no_code_is_taken_twice(DatabaseKind kind)
    {
        var clock = new Clock();
        await using var server = await TestServer.StartAsync(kind, clock);
        var ada = await server.UserAsync("ada", password: Password);
        var (box, signIn) = (server.Services.GetRequiredService<SecretBox>(), server.Services.GetRequiredService<SignIn>());
        var secret = await SecondFactor.BeginAsync(server.Db, box, ada.Id, Ct);
        Assert.IsType<SignInOutcome.Welcome>(await TryAsync(null));
        Assert.Null(await SecondFactor.ConfirmAsync(server.Db, box, ada.Id, "abc", clock, Ct));
        var codes = await SecondFactor.ConfirmAsync(server.Db, box, ada.Id, Code(), clock, Ct);
        Assert.NotNull(codes);
        Assert.Equal(10, codes.Distinct().Count());
        Assert.DoesNotContain(
            codes[0],
            await server.Db.FindAsync<string>("SELECT otp_recovery FROM users WHERE id = @Id", new { ada.Id }, Ct)
        );

        Assert.IsType<SignInOutcome.CodeNeeded>(await TryAsync(null));
        Assert.IsType<SignInOutcome.CodeNeeded>(await TryAsync(""));
        Assert.IsType<SignInOutcome.Refused>(await TryAsync(Code()));
        clock.Advance(TimeSpan.FromSeconds(30));
        var fresh = Code();
        Assert.IsType<SignInOutcome.Refused>(await signIn.TryAsync("ada", "wrong", fresh, "10.0.0.1", Ct));
        var both = await Task.WhenAll(TryAsync(fresh), TryAsync(fresh));
        Assert.Single(both.OfType<SignInOutcome.Welcome>());
        Assert.IsType<SignInOutcome.Welcome>(await TryAsync(codes[3].ToUpperInvariant()));
        Assert.IsType<SignInOutcome.Refused>(await TryAsync(codes[3]));

        var basic = await server.Services.GetRequiredService<Authentication>().BasicAsync("ada", Password, "10.0.0.1", Ct);
        Assert.IsType<Credential.Unknown>(basic);
        Assert.IsType<Credential.Good>(
            await server.Services.GetRequiredService<Authentication>().BasicAsync("ada", ada.Token, "10.0.0.1", Ct)
        );

        string Code() => Totp.CodeAt(secret, Totp.StepAt(clock.GetUtcNow()));
        Task<SignInOutcome> TryAsync(string? code) => signIn.TryAsync("ada", Password, code, "10.0.0.1", Ct);
    }

    [Theory, EveryDatabase]
    public async Task A_session_ends_when_it_is_idle_old_or_signed_out(DatabaseKind kind)
    {
        var clock = new Clock();
        await using var server = await TestServer.StartAsync(kind, clock);
        var ada = await server.UserAsync("ada");
        var cookie = await BeginAsync(null);
        Assert.StartsWith("slipway_session=", cookie);
        Assert.Equal(200, await StatusAsync(HttpMethod.Get, "user", cookie));
        Assert.DoesNotContain(cookie.Split('=')[1], await server.Db.FindAsync<string>("SELECT hash FROM sessions", null, Ct));

        clock.Advance(Sessions.Idle - TimeSpan.FromMinutes(1));
        Assert.Equal(200, await StatusAsync(HttpMethod.Get, "user", cookie));
        clock.Advance(Sessions.Idle - TimeSpan.FromMinutes(1));
        Assert.Equal(200, await StatusAsync(HttpMethod.Get, "user", cookie));
        clock.Advance(Sessions.Idle);
        Assert.Equal(401, await StatusAsync(HttpMethod.Get, "user", cookie));

        var next = await BeginAsync(null);
        for (var days = 0; days < Sessions.Longest.TotalDays - 1; days++)
        {
            clock.Advance(TimeSpan.FromDays(1));
            Assert.Equal(200, await StatusAsync(HttpMethod.Get, "user", next));
        }

        clock.Advance(TimeSpan.FromDays(1));
        Assert.Equal(401, await StatusAsync(HttpMethod.Get, "user", next));

        var (one, two) = (await BeginAsync(null), "");
        two = await BeginAsync(one);
        Assert.Equal((401, 200), (await StatusAsync(HttpMethod.Get, "user", one), await StatusAsync(HttpMethod.Get, "user", two)));
        var http = Http(two);
        await Sessions.EndAsync(server.Db, http, false, Ct);
        Assert.Equal(401, await StatusAsync(HttpMethod.Get, "user", two));

        async Task<string> BeginAsync(string? before)
        {
            var context = Http(before);
            await Sessions.BeginAsync(server.Db, context, ada.Row, clock, secure: false, Ct);
            return context.Response.Headers.SetCookie.ToString().Split(';')[0];
        }

        async Task<int> StatusAsync(HttpMethod method, string path, string with)
        {
            using var request = new HttpRequestMessage(method, "/api/v4/" + path);
            request.Headers.Add("Cookie", with);
            using var response = await server.Anonymous.SendAsync(request, Ct);
            return (int)response.StatusCode;
        }
    }

    [Fact]
    public async Task Over_https_the_cookie_is_this_hosts_alone()
    {
        await using var server = await TestServer.StartAsync(DatabaseKind.Sqlite);
        var ada = await server.UserAsync("ada");
        var http = Http(null);
        await Sessions.BeginAsync(server.Db, http, ada.Row, server.Time, secure: true, Ct);
        var cookie = http.Response.Headers.SetCookie.ToString();
        Assert.StartsWith("__Host-slipway=", cookie);
        foreach (var part in (string[])["secure", "httponly", "samesite=lax", "path=/"])
            Assert.Contains(part, cookie);
        Assert.DoesNotContain("domain", cookie);
    }

    [Theory]
    [InlineData(null, null, 403)]
    [InlineData("Origin", "https://evil.example", 403)]
    [InlineData("Origin", "null", 403)]
    [InlineData("Sec-Fetch-Site", "cross-site", 403)]
    [InlineData("Sec-Fetch-Site", "same-site", 403)]
    [InlineData("Sec-Fetch-Site", "same-origin", 201)]
    [InlineData("Origin", "own", 201)]
    public async Task With_a_cookie_only_our_own_pages_change_something(string? header, string? value, int status)
    {
        await using var server = await TestServer.StartAsync(DatabaseKind.Sqlite);
        var ada = await server.UserAsync("ada");
        var http = Http(null);
        await Sessions.BeginAsync(server.Db, http, ada.Row, server.Time, secure: false, Ct);
        using var request = new HttpRequestMessage(HttpMethod.Post, "/api/v4/projects?name=app");
        request.Headers.Add("Cookie", http.Response.Headers.SetCookie.ToString().Split(';')[0]);
        if (header is not null)
            request.Headers.Add(header, value == "own" ? server.Address.GetLeftPart(UriPartial.Authority) : value);
        using var response = await server.Anonymous.SendAsync(request, Ct);
        Assert.Equal(status, (int)response.StatusCode);
    }

    private static DefaultHttpContext Http(string? cookie)
    {
        var http = new DefaultHttpContext();
        http.Connection.RemoteIpAddress = IPAddress.Loopback;
        if (cookie is not null)
            http.Request.Headers.Cookie = cookie;
        return http;
    }
}
