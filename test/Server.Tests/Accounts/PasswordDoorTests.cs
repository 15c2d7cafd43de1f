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
        using (var known = new Browser(server.Address))
            Assert.Equal(303, (await known.SignInAsync("ada", Password)).Status);
        using var browser = new Browser(server.Address);
        // By her name, in any case, and by her address: she is one account.
        string[] names = ["ada", "ADA", "ada@example.com", "Ada@Example.com"];
        for (var tried = 0; tried < SignInLimits.ForAccount; tried++)
        {
            var door = PasswordDoors.All[tried % PasswordDoors.All.Length];
            Assert.Contains(await door.Try(server, browser, names[tried % names.Length], "wrong"), (int[])[401, 422]);
        }

        // Not even the right one, and not from where somebody says he is.
        foreach (var door in PasswordDoors.All)
        foreach (var name in names)
            Assert.Equal((door.Name, 429), (door.Name, await door.Try(server, browser, name, Password)));
        Assert.Equal(429, await PasswordDoors.BasicAsync(server, PasswordDoors.Git, "ada", Password, "10.9.9.9"));

        clock.Advance(TimeSpan.FromMinutes(1));
        Assert.Equal(303, (await browser.SignInAsync("ada", Password)).Status);
        foreach (var door in PasswordDoors.All.Where(door => door.Name != "page"))
            Assert.NotEqual((door.Name, 429), (door.Name, await door.Try(server, browser, "ada", Password)));
    }

    [Fact]
    public async Task No_door_tells_a_name_that_is_there_from_one_that_is_not()
    {
        await using var server = await TestServer.StartAsync(DatabaseKind.Sqlite);
        await server.UserAsync("ada", password: Password);
        foreach (var path in (string[])[PasswordDoors.Git, PasswordDoors.Lfs, PasswordDoors.Jwt, "/v2/"])
        {
            var (there, not) = (await SaidAsync("ada"), await SaidAsync("eve"));
            Assert.Equal((path, 401, there), (path, not.Status, not));

            async Task<(int Status, string Text, string Asked)> SaidAsync(string name)
            {
                using var request = PasswordDoors.Asked(path, name, "wrong");
                using var answer = await server.Anonymous.SendAsync(request, Ct);
                return ((int)answer.StatusCode, await answer.Content.ReadAsStringAsync(Ct), $"{answer.Headers.WwwAuthenticate}");
            }
        }
    }

    [Fact]
    public async Task The_api_has_no_door_for_passwords()
    {
        await using var server = await TestServer.StartAsync(DatabaseKind.Sqlite);
        var ada = await server.UserAsync("ada", password: Password);
        Assert.Equal(200, (await ada.Client.GetApiAsync("user")).Status);
        Assert.Equal(401, await PasswordDoors.BasicAsync(server, "/api/v4/user", "ada", Password));
    }

    [Fact]
    public void Whoever_asks_for_many_names_does_not_make_the_server_forget_what_was_tried()
    {
        var limits = new SignInLimits(new Clock());
        for (var tried = 0; tried < SignInLimits.ForAccount; tried++)
            Assert.Null(limits.Take("ada", "10.0.0.1"));
        for (var tried = 0; tried < 300_000; tried++)
            limits.Take($"name{tried}", "10.0.0.2");
        Assert.NotNull(limits.Take("ada", "10.0.0.1"));
        Assert.NotNull(limits.Take("eve", "10.0.0.2"));
    }

    [Theory]
    [InlineData("2001:db8::1", "2001:db8::ffff:1", true)]
    [InlineData("2001:db8::1", "2001:db8:0:1::1", false)]
    [InlineData("10.0.0.1", "::ffff:10.0.0.1", true)]
    [InlineData("10.0.0.1", "10.0.0.2", false)]
    public void An_address_is_all_that_one_customer_has(string one, string other, bool isOne)
    {
        var limits = new SignInLimits(new Clock());
        for (var tried = 0; tried < SignInLimits.ForAccount; tried++)
            Assert.Null(limits.Take("ada", one));
        Assert.Equal(isOne, limits.Take("ada", other) is not null);
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
}
