using System.Net;
using Slipway.Server.Accounts;
using Slipway.Server.Data;
using Slipway.Server.Tests.Support;
using Slipway.Server.Tests.Ui;
using Xunit;

namespace Slipway.Server.Tests.Accounts;

/// <summary>Security row S40: where somebody is signed in is listed, and ended from there.</summary>
public sealed class ActiveSessionsTests
{
    private const string Page = "/-/user_settings/active_sessions";

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Theory, EveryDatabase]
    public async Task A_browser_is_signed_out_from_another_and_nobody_elses(DatabaseKind kind)
    {
        await using var room = await PageRoom.OpenAsync(kind);
        await room.Server.UserAsync("eve", password: PageRoom.Password);
        var (here, lost, evil) = (await room.SignedInAsync(), await room.SignedInAsync(), await room.SignedInAsync("eve"));
        var page = await here.GetAsync(Page);
        Assert.Equal(200, page.Status);
        PageCheck.Inert(page.Text);
        Assert.Single(page.Text.Split("this browser")[1..]);
        Assert.Contains("127.0.0.1", page.Text);
        var id = Assert.Single(Ids(page));

        var form = (await evil.GetAsync(Page)).Token;
        Assert.Equal(404, (await evil.PostAsync($"{Page}/{id}/revoke", form)).Status);
        Assert.Equal(200, (await lost.GetAsync(Page)).Status);
        Assert.Equal(303, (await here.PostAsync($"{Page}/{id}/revoke", page.Token)).Status);
        Assert.Equal(302, (await lost.GetAsync(Page)).Status);
        Assert.Equal(200, (await evil.GetAsync(Page)).Status);
        var after = await here.GetAsync(Page);
        Assert.Contains("That browser is signed out.", after.Text);
        Assert.Empty(Ids(after));
        Assert.Equal(404, (await here.PostAsync($"{Page}/{id}/revoke", page.Token)).Status);
        Assert.Equal(["ada session_revoked user ada"], await AuditAsync(room));
    }

    [Theory, EveryDatabase]
    public async Task All_others_are_signed_out_at_once(DatabaseKind kind)
    {
        await using var room = await PageRoom.OpenAsync(kind);
        await room.Server.UserAsync("eve", password: PageRoom.Password);
        Browser[] others = [await room.SignedInAsync(), await room.SignedInAsync(), await room.SignedInAsync()];
        var (here, eve) = (await room.SignedInAsync(), await room.SignedInAsync("eve"));
        var page = await here.GetAsync(Page);
        Assert.Equal(3, Ids(page).Count);
        Assert.Equal(303, (await here.PostAsync($"{Page}/revoke_others", page.Token)).Status);
        foreach (var other in others)
            Assert.Equal(302, (await other.GetAsync(Page)).Status);
        var after = await here.GetAsync(Page);
        Assert.Contains("3 other browsers are signed out.", after.Text);
        Assert.DoesNotContain("Sign out all others", after.Text);
        Assert.Equal(200, (await eve.GetAsync(Page)).Status);
        Assert.Equal(["ada sessions_revoked user ada"], await AuditAsync(room));
        Assert.Null(await Audit.FirstChangedAsync(room.Server.Db, Ct));
    }

    [Theory, EveryDatabase]
    public async Task A_new_password_ends_the_sessions_of_its_user_and_of_nobody_else(DatabaseKind kind)
    {
        await using var room = await PageRoom.OpenAsync(kind);
        var admin = await room.Server.AdminAsync("root");
        await room.Server.UserAsync("eve", password: PageRoom.Password);
        var (ada, eve) = (await room.SignedInAsync(), await room.SignedInAsync("eve"));
        var changed = await admin.Client.PutApiAsync($"users/{room.Owner.Id}", new { password = "another correct horse" });
        Assert.Equal(200, changed.Status);
        Assert.Equal((302, 200), ((await ada.GetAsync(Page)).Status, (await eve.GetAsync(Page)).Status));
        Assert.Contains("root user_changed user ada", await AuditAsync(room));
    }

    [Fact]
    public async Task A_token_neither_lists_a_browser_as_its_own_nor_signs_one_out()
    {
        await using var room = await PageRoom.OpenAsync();
        var browser = await room.SignedInAsync();
        var id = await room.Server.Db.FindAsync<long>("SELECT id FROM sessions", null, Ct);
        using var shown = await room.Owner.Client.GetAsync(Page, Ct);
        Assert.Equal(HttpStatusCode.OK, shown.StatusCode);
        Assert.DoesNotContain("this browser", await shown.Content.ReadAsStringAsync(Ct));
        foreach (var path in (string[])[$"{Page}/{id}/revoke", $"{Page}/revoke_others"])
        {
            using var answer = await room.Owner.Client.PostAsync(path, null, Ct);
            Assert.Equal(HttpStatusCode.Forbidden, answer.StatusCode);
        }

        Assert.Equal(200, (await browser.GetAsync(Page)).Status);
        var other = await room.Server.UserAsync();
        using var none = await other.Client.GetAsync(Page, Ct);
        Assert.Equal(HttpStatusCode.OK, none.StatusCode);
    }

    [Fact]
    public async Task Sessions_that_are_over_are_not_listed()
    {
        var clock = new Clock();
        await using var room = await PageRoom.OpenAsync(time: clock);
        await room.SignedInAsync();
        clock.Advance(Sessions.Idle - TimeSpan.FromHours(1));
        var here = await room.SignedInAsync();
        Assert.Single(Ids(await here.GetAsync(Page)));
        clock.Advance(TimeSpan.FromHours(1));
        Assert.Empty(Ids(await here.GetAsync(Page)));
    }

    [Theory]
    [InlineData("Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0", "Firefox on Linux")]
    [InlineData(
        "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0 Safari/537.36 Edg/140.0",
        "Edge on Windows"
    )]
    [InlineData(
        "Mozilla/5.0 (Linux; Android 15) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0 Mobile Safari/537.36",
        "Chrome on Android"
    )]
    [InlineData(
        "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 Version/18.0 Mobile/15E148 Safari/604.1",
        "Safari on iPhone"
    )]
    [InlineData("curl/8.5.0", "curl/8.5.0")]
    [InlineData("", "Unknown browser")]
    public void A_browser_is_called_what_people_call_it(string userAgent, string expected) =>
        Assert.Equal(expected, Devices.Words(userAgent));

    /// <summary>Of the sessions that have a button.</summary>
    private static List<string> Ids(Shown page) =>
        [.. page.Text.Split($"action=\"{Page}/")[1..].Select(rest => rest.Split('/', '"')[0]).Where(id => id != "revoke_others")];

    private static Task<IReadOnlyList<string>> AuditAsync(PageRoom room) =>
        room.Server.Db.QueryAsync<string>(
            "SELECT actor || ' ' || action || ' ' || target FROM audit_events WHERE action LIKE '%session%' OR action = 'user_changed' ORDER BY id",
            null,
            Ct
        );
}
