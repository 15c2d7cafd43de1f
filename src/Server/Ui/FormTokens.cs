using System.Buffers.Text;
using System.Security.Cryptography;
using Microsoft.AspNetCore.Http;
using Slipway.Server.Accounts;
using Slipway.Server.Http;
using Slipway.Server.Secrets;

namespace Slipway.Server.Ui;

/// <summary>
/// The word that proves that a form is one of ours. It is sealed by the server and bound to a cookie that only this browser has and to who is signed in; other
/// sites can neither make one nor read one.
/// </summary>
internal sealed class FormTokens(SecretBox box, ServerUrl url)
{
    /// <summary>Its name in a form.</summary>
    public const string Field = "authenticity_token";

    private const string Purpose = "ui.form";
    private const int LongestToken = 1000;

    private string Cookie => url.IsSecure ? "__Host-slipway-form" : "slipway_form";

    /// <param name="user">Who is signed in; 0 nobody.</param>
    public string Issue(HttpContext http, long user)
    {
        var word = Word(http.Request);
        if (word is null)
        {
            word = Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(32));
            http.Response.Cookies.Append(
                Cookie,
                word,
                new CookieOptions
                {
                    HttpOnly = true,
                    Secure = url.IsSecure,
                    SameSite = SameSiteMode.Lax,
                    Path = "/",
                }
            );
        }

        return Base64Url.EncodeToString(box.Seal(Purpose, Bound(word, user)));
    }

    public bool IsGood(HttpRequest request, string? token, long user)
    {
        if (token is null or { Length: > LongestToken } || Word(request) is not { } word || !Base64Url.IsValid(token))
            return false;
        try
        {
            var opened = box.OpenBytes(Purpose, Base64Url.DecodeFromChars(token));
            return CryptographicOperations.FixedTimeEquals(opened, System.Text.Encoding.UTF8.GetBytes(Bound(word, user)));
        }
        catch (CryptographicException)
        {
            return false;
        }
    }

    private string? Word(HttpRequest request) => request.Cookies[Cookie] is { Length: 43 } word ? word : null;

    private static string Bound(string word, long user) => $"{Tokens.Hash(word)} {user}";
}
