using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Slipway.Server.Accounts;
using Slipway.Server.Data;
using Slipway.Server.Http;
using Slipway.Server.Ui.Markup;
using Slipway.Server.Ui.Parts;

namespace Slipway.Server.Ui.Pages;

/// <summary>The first user is made, with the code that the server printed when it started. Afterwards this page is not there.</summary>
internal static class SetUpPage
{
    private static readonly Access Anybody = new Access.Everyone("there is no user yet, and the server's code is asked for");

    private static readonly string Rule = $"at least {Passwords.MinLength} characters";

    public static Address Here => Address.To("setup");

    public static void MapSetUp(this IEndpointRouteBuilder app)
    {
        app.MapPage("/setup", ShowAsync, Anybody);
        app.MapForm("/setup", SetUpAsync, Anybody);
    }

    private static async Task<IResult> ShowAsync(HttpContext http, PageView view, FirstRun first, CancellationToken ct) =>
        await first.IsNeededAsync(ct) ? Page(view, "", "", null, 200) : Refusals.NotFound(http);

    private static async Task<IResult> SetUpAsync(
        HttpContext http,
        PageView view,
        FirstRun first,
        Db db,
        TimeProvider time,
        ServerUrl url,
        ShownOnce once,
        CancellationToken ct
    )
    {
        var form = await http.Request.ReadFormAsync(ct);
        string Given(string name) => form[name].ToString().Trim();
        var (username, email, password) = (Given("username"), Given("email"), form["password"].ToString());
        if (password != form["password_confirmation"])
            return Page(view, username, email, "The two passwords are not the same.", 422);
        switch (await first.TryAsync(Given("code"), username, email, password, http.Address(), ct))
        {
            case FirstRunOutcome.Made made:
                await Sessions.BeginAsync(db, http, made.Administrator, time, url.IsSecure, ct);
                return new SeeOther(Address.To());
            case FirstRunOutcome.Invalid invalid:
                return Page(view, username, email, $"{invalid.Error}.", 422);
            case FirstRunOutcome.TooMany tooMany:
                return Page(view, username, email, Waiting.Say(http, tooMany.Wait), 429);
            case FirstRunOutcome.WrongCode:
                return Page(view, username, email, "That is not the code which the server printed when it started this time.", 422);
            default:
                return Refusals.NotFound(http);
        }
    }

    private static PageAnswer Page(PageView view, string username, string email, string? problem, int status) =>
        Layout.Answer(
            new PageFrame(view, "Set up"),
            Html.Of(
                $"""
                <div class="sign">
                <h1>Set up this server</h1>
                <p class="muted">Make the first user, who is its administrator. The code stands where the server was started: in its terminal, or in its log.</p>
                {Forms.Problem(problem)}
                <form method="post" action="{Here}" class="fields">
                {Forms.Token(view)}
                <label>Code<input name="code" class="mono" autocomplete="off" autocapitalize="characters" maxlength="64" required></label>
                <label>User name<input name="username" value="{username}" autocomplete="username" autocapitalize="none" maxlength="255" required></label>
                <label>E-mail address<input name="email" type="email" value="{email}" autocomplete="email" maxlength="254" required></label>
                {Forms.Field(
                    "Password",
                    Rule,
                    "password",
                    Html.Of(
                        $"<input name=\"password\" type=\"password\" autocomplete=\"new-password\" minlength=\"{Passwords.MinLength}\" maxlength=\"{Passwords.MaxLength}\"{Forms.Described("password", Rule)} required>"
                    )
                )}
                <label>Password once more<input name="password_confirmation" type="password" autocomplete="new-password" maxlength="{Passwords.MaxLength}" required></label>
                <button class="primary">Create the administrator</button>
                </form>
                </div>
                """
            ),
            status
        );
}
