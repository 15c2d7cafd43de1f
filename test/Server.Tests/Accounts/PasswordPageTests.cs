using System.Net;
using Slipway.Server.Accounts;
using Slipway.Server.Data;
using Slipway.Server.Tests.Support;
using Slipway.Server.Tests.Ui;
using Xunit;

namespace Slipway.Server.Tests.Accounts;

public sealed class PasswordPageTests
{
    private const string Page = "/-/user_settings/password/edit";
    private const string Form = "/-/user_settings/password";
    private const string Other = "another correct horse";

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Theory, EveryDatabase]
    public async Task Who_knows_the_password_changes_it_and_stays_signed_in_in_this_browser_alone(DatabaseKind kind)
    {
        await using var room = await PageRoom.OpenAsync(kind);
        await room.Server.UserAsync("eve", password: PageRoom.Password);
        var (here, lost, eve) = (await room.SignedInAsync(), await room.SignedInAsync(), await room.SignedInAsync("eve"));
        PageCheck.Inert((await here.GetAsync(Page)).Text);

        Assert.Equal(303, await ChangeAsync(here, PageRoom.Password, Other));

        Assert.Contains("Your password is changed", (await here.GetAsync(Page)).Text);
        Assert.Equal((302, 200), ((await lost.GetAsync(Page)).Status, (await eve.GetAsync(Page)).Status));
        Assert.Equal(422, (await room.Browser().SignInAsync("ada", PageRoom.Password)).Status);
        Assert.Equal(303, (await room.Browser().SignInAsync("ada", Other)).Status);
        Assert.Equal(
            1,
            await room.Server.Db.FindAsync<long>("SELECT COUNT(*) FROM sign_in_addresses WHERE user_id = @Id", room.Owner.Row, Ct)
        );
        var noted = Assert.Single(
            await room.Server.Db.QueryAsync<string>(
                "SELECT actor || ' ' || target || ' ' || details FROM audit_events WHERE action = 'user_changed'",
                null,
                Ct
            )
        );
        Assert.StartsWith("ada user ada ", noted);
        Assert.DoesNotContain("horse", noted);
    }

    [Theory]
    [InlineData("wrong", Other, Other, "Your current password is another one.")]
    [InlineData(PageRoom.Password, Other, "another correct house", "The two new passwords are not the same.")]
    [InlineData(PageRoom.Password, "1234567", "1234567", "too short (minimum is 8 characters).")]
    public async Task What_is_wrong_is_said_and_nothing_is_changed(string current, string password, string again, string why)
    {
        await using var room = await PageRoom.OpenAsync();
        var (here, other) = (await room.SignedInAsync(), await room.SignedInAsync());
        var answer = await PostAsync(here, current, password, again);
        Assert.Equal(422, answer.Status);
        PageCheck.Inert(answer.Text);
        Assert.Contains(why, WebUtility.HtmlDecode(answer.Text));
        Assert.DoesNotContain(password, answer.Text);
        Assert.Equal(200, (await other.GetAsync(Page)).Status);
        Assert.Equal(303, (await room.Browser().SignInAsync("ada", PageRoom.Password)).Status);
    }

    [Fact]
    public async Task A_browser_that_was_left_open_is_no_place_to_guess_at_the_password()
    {
        await using var room = await PageRoom.OpenAsync();
        var here = await room.SignedInAsync();
        for (var n = 0; n < SignInLimits.ForAccount; n++)
            Assert.Equal(422, await ChangeAsync(here, $"guess {n}", Other));
        Assert.Equal(429, await ChangeAsync(here, PageRoom.Password, Other));
    }

    [Fact]
    public async Task Neither_a_stranger_nor_a_token_nor_another_page_changes_a_password()
    {
        await using var room = await PageRoom.OpenAsync();
        Assert.Equal(302, (await room.Browser().GetAsync(Page)).Status);
        using var answer = await room.Owner.Client.PostAsync(Form, null, Ct);
        Assert.Equal(HttpStatusCode.Forbidden, answer.StatusCode);
        var here = await room.SignedInAsync();
        var token = (await here.GetAsync(Page)).Token;
        Assert.Equal(403, (await here.PostAsync(Form, null, null, Fields(PageRoom.Password, Other, Other))).Status);
        Assert.Equal(403, (await here.PostAsync(Form, token, "https://evil.example", Fields(PageRoom.Password, Other, Other))).Status);
        Assert.Equal(303, (await room.Browser().SignInAsync("ada", PageRoom.Password)).Status);
    }

    /// <summary>A form may take minutes to come in; what was read before it came is old by then.</summary>
    [Theory, EveryDatabase]
    public async Task A_new_password_gives_nobody_back_what_was_taken_meanwhile(DatabaseKind kind)
    {
        await using var room = await PageRoom.OpenAsync(kind);
        var old = (await room.Server.AdminAsync("grace")).Row;
        await room.Server.Db.ExecuteAsync("UPDATE users SET admin = 0, email = 'new@example.com' WHERE id = @Id", new { old.Id }, Ct);
        Assert.Null(
            await room.Server.Db.WriteAsync((session, t) => UserStore.ChangeAsync(session, old, new UserChange(Password: "a hash"), t), Ct)
        );
        var now = (await UserStore.FindAsync(room.Server.Db, old.Id, Ct))!;
        Assert.Equal((0L, "new@example.com"), (now.Admin, now.Email));

        Assert.True(await ReplaceAsync("a hash", "another"));
        // Of two who knew the one before, one was first.
        Assert.False(await ReplaceAsync("a hash", "a third"));
        await room.Server.Db.ExecuteAsync("UPDATE users SET state = 'blocked' WHERE id = @Id", new { old.Id }, Ct);
        Assert.False(await ReplaceAsync("another", "a fourth"));

        Task<bool> ReplaceAsync(string was, string hash) =>
            room.Server.Db.WriteAsync((session, t) => UserStore.ReplacePasswordAsync(session, old.Id, hash, was, "127.0.0.1", t), Ct);
    }

    private static async Task<int> ChangeAsync(Browser browser, string current, string password) =>
        (await PostAsync(browser, current, password, password)).Status;

    private static async Task<Shown> PostAsync(Browser browser, string current, string password, string again) =>
        await browser.PostAsync(Form, (await browser.GetAsync(Page)).Token, null, Fields(current, password, again));

    private static (string, string)[] Fields(string current, string password, string again) =>
        [("user[password]", current), ("user[new_password]", password), ("user[password_confirmation]", again)];
}
