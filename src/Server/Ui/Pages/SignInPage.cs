using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Slipway.Server.Accounts;
using Slipway.Server.Data;
using Slipway.Server.Http;
using Slipway.Server.Ui.Markup;
using Slipway.Server.Ui.Parts;

namespace Slipway.Server.Ui.Pages;

/// <summary>Signing in and out.</summary>
internal static class SignInPage
{
    private const string Login = "user[login]";
    private const string Password = "user[password]";
    private const string Code = "user[otp_attempt]";
    private const string ReturnTo = "return_to";

    private static readonly Access Anybody = new Access.Everyone("who is to sign in is not signed in");

    public static void MapSignIn(this IEndpointRouteBuilder app)
    {
        app.MapPage("/users/sign_in", ShowAsync, Anybody);
        app.MapForm("/users/sign_in", SignInAsync, Anybody);
        app.MapForm("/users/sign_out", SignOutAsync, new Access.Everyone("signing out twice is no harm"));
    }

    private static async Task<IResult> ShowAsync(HttpContext http, PageView view, FirstRun first, CancellationToken ct)
    {
        var back = ReturnPath.Check(http.Request.Query[ReturnTo]);
        if (view.User is not null)
            return Results.Redirect(back);
        return await first.IsNeededAsync(ct) ? Results.Redirect(SetUpPage.Here.Text) : Page(view, "", back, null, false, 200);
    }

    private static async Task<IResult> SignInAsync(
        HttpContext http,
        PageView view,
        SignIn signIn,
        Db db,
        TimeProvider time,
        ServerUrl url,
        CancellationToken ct
    )
    {
        var form = await http.Request.ReadFormAsync(ct);
        var (login, back) = (form[Login].ToString().Trim(), ReturnPath.Check(form[ReturnTo]));
        var outcome = await signIn.TryAsync(login, form[Password].ToString(), form[Code], http.Address(), ct);
        switch (outcome)
        {
            case SignInOutcome.Welcome welcome:
                await Sessions.BeginAsync(db, http, welcome.User, time, url.IsSecure, ct);
                http.Response.StatusCode = StatusCodes.Status303SeeOther;
                http.Response.Headers.Location = back;
                return Results.Empty;
            case SignInOutcome.CodeNeeded:
                return Page(view, login, back, "Enter your password again, and the code of your authenticator.", true, 200);
            case SignInOutcome.TooMany tooMany:
                return Page(view, login, back, Waiting.Say(http, tooMany.Wait), false, 429);
            default:
                return Page(view, login, back, "Name, password or code are not right.", !string.IsNullOrEmpty(form[Code]), 422);
        }
    }

    private static async Task<IResult> SignOutAsync(HttpContext http, Db db, ServerUrl url, CancellationToken ct)
    {
        await Sessions.EndAsync(db, http, url.IsSecure, ct);
        return new SeeOther(Address.To("users", "sign_in"));
    }

    private static PageAnswer Page(PageView view, string login, string back, string? problem, bool withCode, int status)
    {
        var note = problem is null
            ? Html.Nothing
            : Html.Of($"<p class=\"note {(status == 200 ? "busy" : "bad")}\" role=\"alert\">{problem}</p>");
        var code = Html.Of(
            $"<label>Code<input name=\"{Code}\" inputmode=\"numeric\" autocomplete=\"one-time-code\" maxlength=\"32\"></label>"
        );
        return Layout.Answer(
            new PageFrame(view, "Sign in"),
            Html.Of(
                $"""
                <div class="sign">
                <h1>Sign in</h1>
                {note}
                <form method="post" action="{Address.To("users", "sign_in")}" class="fields">
                {Forms.Token(view)}
                <input type="hidden" name="{ReturnTo}" value="{back}">
                <label>Name or e-mail address<input name="{Login}" value="{login}" autocomplete="username" autocapitalize="none" maxlength="255" required></label>
                <label>Password<input name="{Password}" type="password" autocomplete="current-password" maxlength="1000" required></label>
                {code.When(withCode)}
                <button class="primary">Sign in</button>
                </form>
                </div>
                """
            ),
            status
        );
    }
}
