using Microsoft.AspNetCore.Http;
using Slipway.Server.Accounts;
using Slipway.Server.Http;
using Slipway.Server.Ui.Markup;

namespace Slipway.Server.Ui.Parts;

/// <summary>Pages for those who do not get what they asked for.</summary>
internal static class Refusals
{
    /// <summary>
    /// What stands behind a page's address for whoever may not see it. What is not there and what is hidden look the same: who is not signed in is asked to sign in,
    /// everybody else is told that there is nothing.
    /// </summary>
    public static IResult Of(HttpContext http)
    {
        if (!http.IsSafe())
            return http.Actor().Responsible is null || http.Actor() is Actor.Person { BySession: true } && !IsOurs(http)
                ? NotOurs(http)
                : NotFound(http);
        return http.Actor().Responsible is null
            ? Results.Redirect(ReturnPath.SignIn(ReturnPath.Check(PagePath.Requested(http))).Text)
            : NotFound(http);
    }

    public static PageAnswer NotFound(HttpContext http) =>
        Message(
            http,
            404,
            "There is nothing here",
            "Either it does not exist, or you may not see it. Check the address, or ask whoever owns the project."
        );

    /// <summary>A form that is not one of ours, or is too old.</summary>
    public static PageAnswer NotOurs(HttpContext http) =>
        Message(http, 403, "This form has expired", "Nothing was changed. Go back, load the page again, and send the form once more.");

    public static PageAnswer Message(HttpContext http, int status, string title, string words)
    {
        var view = PageView.Of(http);
        return Layout.Answer(
            new PageFrame(view, title),
            Lists.Alone(title, Html.Of($"<p>{words}</p><p><a class=\"button\" href=\"{Address.To()}\">Go to the projects</a></p>")),
            status
        );
    }

    private static bool IsOurs(HttpContext http) => http.IsFromOurPages((ServerUrl)http.RequestServices.GetService(typeof(ServerUrl))!);
}
