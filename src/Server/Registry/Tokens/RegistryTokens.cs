using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Slipway.Server.Http;
using Slipway.Server.Secrets;

namespace Slipway.Server.Registry.Tokens;

/// <summary>
/// Tokens that need no row: sealed with the server's key, so nobody can read or make one, and every instance can open it. To clients a token is a word.
/// </summary>
internal sealed class RegistryTokens(SecretBox box, TimeProvider time, ServerOptions options)
{
    private const string Access = "registry.token";
    private const string Refresh = "registry.refresh";

    /// <summary>Longer ones are none of ours.</summary>
    private const int Longest = 16 * 1024;

    private static readonly TimeSpan RefreshLifetime = TimeSpan.FromDays(90);

    public TimeSpan Lifetime => options.Registry.TokenLifetime;

    /// <summary>A pass that begins now.</summary>
    public Pass Begin(IReadOnlyList<Grant> grants, bool catalog) =>
        new(grants, catalog, time.Milliseconds() + (long)Lifetime.TotalMilliseconds);

    public string Seal(Pass pass) => Seal(Access, pass, PassJson.Default.Pass);

    /// <returns>Nothing when it is none of ours. It may have expired.</returns>
    public Pass? Open(string token) => Open(Access, token, PassJson.Default.Pass);

    /// <summary>Stands for a credential, which is looked at anew each time: what has been revoked opens nothing.</summary>
    public string SealRefresh(string user, string password) =>
        Seal(Refresh, new Login(user, password, time.Milliseconds() + (long)RefreshLifetime.TotalMilliseconds), PassJson.Default.Login);

    public (string User, string Password)? OpenRefresh(string token) =>
        Open(Refresh, token, PassJson.Default.Login) is { } login && login.ExpiresAt > time.Milliseconds()
            ? (login.User, login.Password)
            : null;

    private string Seal<T>(string purpose, T value, JsonTypeInfo<T> json) =>
        Base64Url.EncodeToString(box.SealBytes(purpose, JsonSerializer.SerializeToUtf8Bytes(value, json)));

    private T? Open<T>(string purpose, string token, JsonTypeInfo<T> json)
        where T : class
    {
        if (token.Length > Longest || !Base64Url.IsValid(token))
            return null;
        try
        {
            return JsonSerializer.Deserialize(box.OpenBytes(purpose, Base64Url.DecodeFromChars(token)), json);
        }
        catch (CryptographicException)
        {
            return null;
        }
    }

    /// <summary>What a refresh token holds.</summary>
    internal sealed record Login(string User, string Password, long ExpiresAt);
}
