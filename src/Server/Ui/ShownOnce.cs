using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Http;
using Slipway.Server.Accounts;
using Slipway.Server.Http;
using Slipway.Server.Secrets;

namespace Slipway.Server.Ui;

/// <summary>
/// What a form has to say on the page that comes after it, once: that it is done, or a secret that nobody can ever read again. It waits for two minutes in a
/// sealed cookie of the browser, for this user alone, and stands in no address.
/// </summary>
internal sealed class ShownOnce(SecretBox box, ServerUrl url)
{
    /// <summary>A sentence above the next page, whichever that is.</summary>
    public const string Note = "note";

    private const string Purpose = "ui.once";
    private const int Longest = 2000;
    private static readonly TimeSpan Life = TimeSpan.FromMinutes(2);

    /// <param name="what">What it is, so that no other page shows it: <c>token</c>, <c>runner 5</c>.</param>
    public void Put(HttpContext http, string what, string text) =>
        http.Response.Cookies.Append(
            NameOf(what),
            Base64Url.EncodeToString(box.Seal(Purpose, Bound(http, what) + (text.Length > Longest ? text[..Longest] : text))),
            Options(Life)
        );

    /// <returns>The text, which is then gone; nothing when there is none, or the page is only brought up to date.</returns>
    public string? Take(HttpContext http, string what)
    {
        var request = http.Request;
        if (request.Query.ContainsKey("part") || request.Cookies[NameOf(what)] is not { Length: > 0 } word || !Base64Url.IsValid(word))
            return null;
        http.Response.Cookies.Delete(NameOf(what), Options(null));
        try
        {
            var text = Encoding.UTF8.GetString(box.OpenBytes(Purpose, Base64Url.DecodeFromChars(word)));
            return text.StartsWith(Bound(http, what), StringComparison.Ordinal) ? text[Bound(http, what).Length..] : null;
        }
        catch (CryptographicException)
        {
            return null;
        }
    }

    private string NameOf(string what) => (url.IsSecure ? "__Host-slipway-once-" : "slipway_once_") + what.Split(' ')[0];

    private static string Bound(HttpContext http, string what) => $"{http.Actor().Responsible?.Id} {what}\n";

    private CookieOptions Options(TimeSpan? life) =>
        new()
        {
            HttpOnly = true,
            Secure = url.IsSecure,
            SameSite = SameSiteMode.Lax,
            Path = "/",
            MaxAge = life,
        };
}
