using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Slipway.Server.Accounts;
using Slipway.Server.Data;
using Slipway.Server.Http;
using Slipway.Server.Ui.Markup;
using Slipway.Server.Ui.Parts;

namespace Slipway.Server.Ui.Pages.Settings;

/// <summary>Somebody changes their own password, with the one they have. https://docs.gitlab.com/user/profile/user_passwords/#change-a-known-password</summary>
internal static class PasswordPage
{
    private const string Current = "user[password]";
    private const string New = "user[new_password]";
    private const string Again = "user[password_confirmation]";
    private const string NotCurrent = "Your current password is another one.";

    private static readonly Access SignedIn = new Access.SignedIn();

    private static readonly string Rule = $"at least {Passwords.MinLength} characters";

    /// <summary>Its address.</summary>
    public static readonly Address Here = Address.To("-", "user_settings", "password", "edit");

    private static readonly Address s_change = Address.To("-", "user_settings", "password");

    public static void MapPassword(this IEndpointRouteBuilder app)
    {
        app.MapPage(Here.Text, Show, SignedIn);
        app.MapForm(s_change.Text, ChangeAsync, SignedIn);
    }

    private static PageAnswer Show(PageView view) => Page(view, null, 200);

    private static async Task<IResult> ChangeAsync(
        HttpContext http,
        Actor actor,
        PageView view,
        SignIn signIn,
        Passwords passwords,
        ShownOnce once,
        Db db,
        TimeProvider time,
        ServerUrl url,
        CancellationToken ct
    )
    {
        // Whoever has found a token does not come by a password with it.
        if (actor is not Actor.Person { BySession: true, User: { } user })
            return Refusals.NotOurs(http);
        var form = await http.Request.ReadFormAsync(ct);
        var password = form[New].ToString();
        if (password != form[Again])
            return Page(view, "The two new passwords are not the same.", 422);
        if (Passwords.Check(password) is { } weak)
            return Page(view, $"{weak}.", 422);
        // What it is now, so that of two who know it one comes first.
        var was = await db.FindAsync<string>("SELECT password FROM users WHERE id = @Id", new { user.Id }, ct);
        // Counted as every other try: a browser that somebody has left open is no place to guess at.
        switch (await signIn.TryAsync(user.Username, form[Current].ToString(), null, http.Address(), ct))
        {
            case SignInOutcome.TooMany tooMany:
                return Page(view, Waiting.Say(http, tooMany.Wait), 429);
            case SignInOutcome.Refused:
                return Page(view, NotCurrent, 422);
        }

        var hash = await passwords.HashAsync(password, ct);
        if (!await db.WriteAsync((session, token) => ReplaceAsync(session, user, hash, was ?? "", http.Address(), time, token), ct))
            return Page(view, NotCurrent, 422);
        await Sessions.BeginAsync(db, http, user, time, url.IsSecure, ct);
        once.Put(http, ShownOnce.Note, "Your password is changed. Every other browser has to sign in again.");
        return new SeeOther(Here);
    }

    private static async Task<bool> ReplaceAsync(
        Session session,
        UserRow user,
        string hash,
        string was,
        string address,
        TimeProvider time,
        CancellationToken ct
    )
    {
        if (!await UserStore.ReplacePasswordAsync(session, user.Id, hash, was, SignInLimits.Network(address), ct))
            return false;
        var changed = new UserChange(Password: hash).ForAudit;
        await Audit.WriteAsync(session, user.Username, "user_changed", $"user {user.Username}", changed, time.Milliseconds(), ct);
        return true;
    }

    private static PageAnswer Page(PageView view, string? problem, int status) =>
        Layout.Answer(
            new PageFrame(view, "Password") { Crumbs = [new Crumb("Password", Here)] },
            Html.Of(
                $"""
                <h1>Password</h1>
                <p class="muted">Every other browser in which you are signed in has to sign in again. Access tokens stay as they are.</p>
                {Forms.Problem(problem)}
                <form method="post" action="{s_change}" class="fields narrowed">
                {Forms.Token(view)}
                <label>Current password<input name="{Current}" type="password" autocomplete="current-password" maxlength="1000" required></label>
                {Forms.Field(
                    "New password",
                    Rule,
                    New,
                    Html.Of(
                        $"<input name=\"{New}\" type=\"password\" autocomplete=\"new-password\" minlength=\"{Passwords.MinLength}\" maxlength=\"{Passwords.MaxLength}\"{Forms.Described(New, Rule)} required>"
                    )
                )}
                <label>New password once more<input name="{Again}" type="password" autocomplete="new-password" maxlength="{Passwords.MaxLength}" required></label>
                <div class="acts"><button class="primary">Change password</button></div>
                </form>
                """
            ),
            status
        );
}
