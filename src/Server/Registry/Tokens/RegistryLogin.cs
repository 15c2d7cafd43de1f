using System.Globalization;
using System.Text;
using Microsoft.AspNetCore.Http;
using Slipway.Server.Accounts;
using Slipway.Server.Http;
using Slipway.Server.Registry.Local;

namespace Slipway.Server.Registry.Tokens;

/// <summary>Who knocks at the registry: with a token of ours, or, as scripts do, with name and password themselves.</summary>
internal sealed class RegistryLogin(
    Authentication authentication,
    RegistryTokens tokens,
    RegistryRights rights,
    ServerUrl url,
    ServerOptions options,
    TimeProvider time,
    RunGuest? guest = null
)
{
    public const string Service = "container_registry";

    /// <param name="asked">What the request needs.</param>
    /// <param name="late">A token that has expired will do: what it began with it says for itself.</param>
    /// <returns>What the request may do; or the refusal.</returns>
    public async Task<(Pass? Pass, IResult? Refusal)> EnterAsync(HttpContext http, IReadOnlyList<AskedScope> asked, bool late)
    {
        var header = http.Request.Headers.Authorization.ToString();
        if (Bearer(header) is { } token)
            return tokens.Open(token) is { } pass && (late || !IsOver(pass))
                ? (pass, null)
                : (null, Challenge(http, asked, "invalid_token"));
        if (Basic(header) is not var (user, password))
            return (null, Challenge(http, asked, null));
        var (actor, refusal) = await ActorAsync(http, user, password);
        if (actor is null)
            return (null, refusal ?? Challenge(http, asked, null));
        var (grants, catalog) = await rights.GrantAsync(actor, asked, http.RequestAborted);
        return (tokens.Begin(grants, catalog), null);
    }

    /// <summary>Whether its time has passed.</summary>
    public bool IsOver(Pass pass) => pass.ExpiresAt <= time.Milliseconds();

    /// <summary>Who it is. Nobody, and no refusal: a credential that is no good.</summary>
    public async Task<(Actor? Actor, IResult? Refusal)> ActorAsync(HttpContext http, string user, string password) =>
        guest is not null ? (guest.Find(password), null)
        : user.Contains('\0') ? (null, null)
        : await authentication.BasicAsync(user, password, http.Address(), http.RequestAborted) switch
        {
            Credential.Good good when !RegistryRights.IsForRegistry(good.Actor) => (null, RegistryError.Denied),
            Credential.Good good => (good.Actor, null),
            Credential.TooMany tooMany => (null, TooMany(http, tooMany.Wait)),
            _ => (null, null),
        };

    /// <summary>Not with this token, or with none. What is not there and what is not for who asks are the same.</summary>
    public RegistryError Challenge(HttpContext http, IReadOnlyList<AskedScope> asked, string? error)
    {
        var isProxy = asked.Any(scope => scope.Name is { } name && ProxyName.Parse(name) is not null);
        var text = new StringBuilder($"Bearer realm=\"{Realm(http)}\",service=\"{(isProxy ? ProxyName.Service : Service)}\"");
        if (asked.Count > 0)
            text.Append(CultureInfo.InvariantCulture, $",scope=\"{string.Join(' ', asked)}\"");
        if (error is not null)
            text.Append(CultureInfo.InvariantCulture, $",error=\"{error}\"");
        http.Response.Headers.WWWAuthenticate = text.ToString();
        return error == "insufficient_scope"
            ? RegistryError.Denied with
            {
                Status = StatusCodes.Status401Unauthorized,
            }
            : new RegistryError(StatusCodes.Status401Unauthorized, "UNAUTHORIZED", "authentication required");
    }

    /// <returns>Nothing when there is no such header; nonsense in it is a credential that is no good.</returns>
    public static (string User, string Password)? Basic(string header)
    {
        if (!header.StartsWith("Basic ", StringComparison.OrdinalIgnoreCase))
            return null;
        var bytes = new byte[header.Length];
        if (!Convert.TryFromBase64String(header["Basic ".Length..].Trim(), bytes, out var length))
            return ("", "");
        var parts = Encoding.UTF8.GetString(bytes, 0, length).Split(':', 2);
        return (parts[0], parts.Length == 2 ? parts[1] : "");
    }

    private static string? Bearer(string header) =>
        header.StartsWith("Bearer ", StringComparison.OrdinalIgnoreCase) ? header["Bearer ".Length..].Trim() : null;

    /// <summary>Where tokens are to be had. A server that was not told its name has the one it was called by: loopback, a bridge's address, …</summary>
    private string Realm(HttpContext http) =>
        options.ExternalUrl is null && http.Request.Host.HasValue
            ? $"{http.Request.Scheme}://{http.Request.Host.ToUriComponent()}{TokenApi.Path}"
            : url.Of(TokenApi.Path);

    private static RegistryError TooMany(HttpContext http, TimeSpan wait)
    {
        http.Response.Headers.RetryAfter = Math.Ceiling(wait.TotalSeconds).ToString(CultureInfo.InvariantCulture);
        return new RegistryError(StatusCodes.Status429TooManyRequests, "TOOMANYREQUESTS", "too many tries to sign in, retry later");
    }
}
