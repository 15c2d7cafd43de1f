using System.Diagnostics;
using Microsoft.Extensions.DependencyInjection;
using Slipway.Server.Accounts;
using Slipway.Server.Tests.Support;
using Slipway.Server.Tests.Ui;
using Xunit;

namespace Slipway.Server.Tests.Accounts;

/// <summary>What the doors for passwords let a guesser learn, and how often they let him guess (reliability-security S37, S38).</summary>
public sealed class PasswordDoorTests
{
    private const string Password = "correct horse";

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Theory, EveryDatabase]
    public async Task Tries_at_all_doors_count_together(DatabaseKind kind)
    {
        var clock = new Clock();
        await using var server = await TestServer.StartAsync(kind, clock);
        await server.UserAsync("ada", password: Password);
        using var browser = new Browser(server.Address);
        for (var tried = 0; tried < SignInLimits.ForAccount; tried++)
        {
            var status = (tried % 3) switch
            {
                0 => await GitAsync(server, "ada", "wrong"),
                1 => await GitAsync(server, "ADA", "wrong", $"10.0.0.{tried}"),
                _ => (await browser.SignInAsync("Ada", "wrong")).Status,
            };
            Assert.Contains(status, (int[])[401, 422]);
        }

        // Not even the right one, and not from where somebody says he is.
        Assert.Equal(429, await GitAsync(server, "ada", Password));
        Assert.Equal(429, await GitAsync(server, "ada", Password, "10.9.9.9"));
        Assert.Equal(429, (await browser.SignInAsync("ada", Password)).Status);

        clock.Advance(TimeSpan.FromMinutes(1));
        Assert.Equal(303, (await browser.SignInAsync("ada", Password)).Status);
    }

    [Fact]
    public async Task A_name_that_is_there_and_one_that_is_not_take_the_same_work_and_the_same_answer()
    {
        await using var server = await TestServer.StartAsync(
            DatabaseKind.Sqlite,
            with: options => options with { PasswordRounds = 40_000 }
        );
        await server.UserAsync("ada", password: Password);
        var passwords = server.Services.GetRequiredService<Passwords>();
        var hash = await passwords.HashAsync(Password, Ct);
        var (there, not) = (new List<double>(), new List<double>());
        for (var round = 0; round < 15; round++)
        {
            there.Add(await TakesAsync(hash));
            not.Add(await TakesAsync(null));
        }

        // One that is answered without the work would be some thousand times quicker.
        Assert.InRange(Middle(not) / Middle(there), 0.2, 5);
        using var browser = new Browser(server.Address);
        var (known, unknown) = (await browser.SignInAsync("ada", "wrong"), await browser.SignInAsync("eve", "wrong"));
        Assert.Equal((known.Status, Plain(known)), (unknown.Status, Plain(unknown)));

        async Task<double> TakesAsync(string? against)
        {
            var begun = Stopwatch.GetTimestamp();
            Assert.False(await passwords.IsAsync("wrong", against, Ct));
            return Stopwatch.GetElapsedTime(begun).TotalMilliseconds;
        }

        static double Middle(List<double> times) => times.Order().ElementAt(times.Count / 2);
        static string Plain(Shown page) => page.Text.Replace(page.Token!, "").Replace("value=\"ada\"", "").Replace("value=\"eve\"", "");
    }

    private static async Task<int> GitAsync(TestServer server, string user, string password, string? pretends = null)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, "/ada/app.git/info/refs?service=git-upload-pack");
        var basic = Convert.ToBase64String(System.Text.Encoding.UTF8.GetBytes($"{user}:{password}"));
        request.Headers.Add("Authorization", $"Basic {basic}");
        if (pretends is not null)
            request.Headers.Add("X-Forwarded-For", pretends);
        using var answer = await server.Anonymous.SendAsync(request, Ct);
        return (int)answer.StatusCode;
    }
}
