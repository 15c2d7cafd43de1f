using System.Security.Cryptography;
using System.Text;
using Slipway.Server.Data;
using Slipway.Server.Secrets;

namespace Slipway.Server.Webhooks;

/// <summary>What of a webhook must be of no use to who has the database, and how events are signed.</summary>
internal sealed class WebhookSecrets(SecretBox box)
{
    private const string UrlPurpose = "webhooks.url";
    private const string TokenPurpose = "webhooks.token";
    private const string SigningPurpose = "webhooks.signing_token";
    private const string SigningPrefix = "whsec_";
    private const int KeyBytes = 32;

    public byte[] SealUrl(string url) => box.Seal(UrlPurpose, url);

    public byte[]? SealToken(string? token) => token is { Length: > 0 } ? box.Seal(TokenPurpose, token) : null;

    public byte[]? SealSigning(string? token) => token is { Length: > 0 } ? box.Seal(SigningPurpose, token) : null;

    public string UrlOf(WebhookRow hook) => box.Open(UrlPurpose, hook.Url);

    public string? TokenOf(WebhookRow hook) => hook.Token is { } token ? box.Open(TokenPurpose, token) : null;

    /// <summary>Whether it is <c>whsec_</c> and 32 bytes in base64.</summary>
    public static bool IsSigningToken(string token) => KeyOf(token) is not null;

    /// <summary>The headers that prove whom an event comes from. https://www.standardwebhooks.com</summary>
    /// <param name="id">The event's, the same at each attempt.</param>
    /// <returns>Nothing when the webhook has no signing token.</returns>
    public IReadOnlyDictionary<string, string> Sign(WebhookRow hook, string id, DateTimeOffset at, string body)
    {
        if (hook.SigningToken is not { } token || KeyOf(box.Open(SigningPurpose, token)) is not { } key)
            return new Dictionary<string, string>();
        var timestamp = at.ToUnixTimeSeconds().ToString();
        var signature = HMACSHA256.HashData(key, Encoding.UTF8.GetBytes($"{id}.{timestamp}.{body}"));
        return new Dictionary<string, string>
        {
            ["webhook-id"] = id,
            ["webhook-timestamp"] = timestamp,
            ["webhook-signature"] = $"v1,{Convert.ToBase64String(signature)}",
        };
    }

    private static byte[]? KeyOf(string token)
    {
        var key = new byte[KeyBytes + 1];
        return
            token.StartsWith(SigningPrefix, StringComparison.Ordinal)
            && Convert.TryFromBase64String(token[SigningPrefix.Length..], key, out var length)
            && length == KeyBytes
            ? key[..length]
            : null;
    }
}
