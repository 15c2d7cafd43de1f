using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Routing;
using Slipway.Server.Accounts;
using Slipway.Server.Http;

namespace Slipway.Server.Registry.Tokens;

/// <summary>
/// Where registry clients get tokens. GET with basic authentication (https://distribution.github.io/distribution/spec/auth/token/), which all can, and POST of a
/// form (https://distribution.github.io/distribution/spec/auth/oauth/), which containerd and BuildKit try first. Only a POST that asks for it gets a refresh
/// token: <c>docker login</c> would store one in place of the password, and what reads Docker's file later, Kubernetes say, knows only passwords.
/// </summary>
internal static class TokenApi
{
    public const string Path = "/jwt/auth";

    private const long LargestForm = 64 * 1024;

    private static readonly Access OwnDoor = new Access.OwnDoor("basic authentication, a form, or nobody for public projects")
    {
        Alone = true,
    };

    public static void MapTokens(this IEndpointRouteBuilder app)
    {
        app.MapGet(Path, GetAsync).Allow(OwnDoor);
        app.MapPost(Path, PostAsync).Allow(OwnDoor);
    }

    private static async Task<IResult> GetAsync(
        HttpContext http,
        RegistryLogin login,
        RegistryRights rights,
        RegistryTokens tokens,
        TimeProvider time
    )
    {
        if (WhyNotService(http.Request.Query["service"]) is { } unknown)
            return unknown;
        var asked = AskedScope.Parse(http.Request.Query["scope"]);
        Actor actor = new Actor.Nobody();
        if (RegistryLogin.Basic(http.Request.Headers.Authorization.ToString()) is var (user, password))
        {
            var (found, refusal) = await login.ActorAsync(http, user, password);
            if (found is null)
                return refusal ?? Wrong(http);
            actor = found;
        }
        else if (asked.Count == 0)
            return RegistryError.Denied with { Message = "access forbidden" };

        var token = await TokenAsync(actor, asked, rights, tokens, http.RequestAborted);
        return Answer(http, token, tokens, time, null, null);
    }

    private static async Task<IResult> PostAsync(
        HttpContext http,
        RegistryLogin login,
        RegistryRights rights,
        RegistryTokens tokens,
        TimeProvider time,
        CancellationToken ct
    )
    {
        if (http.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } most)
            most.MaxRequestBodySize = LargestForm;
        if (!http.Request.HasFormContentType)
            return RegistryError.Failed(StatusCodes.Status400BadRequest, "the request is no form");
        IFormCollection form;
        try
        {
            form = await http.Request.ReadFormAsync(ct);
        }
        catch (InvalidDataException e)
        {
            return RegistryError.Failed(StatusCodes.Status400BadRequest, e.Message);
        }

        if (WhyNotService(form["service"]) is { } unknown)
            return unknown;
        var asked = AskedScope.Parse(form["scope"]);
        (string User, string Password)? given = form["grant_type"].ToString() switch
        {
            "password" => (form["username"].ToString(), form["password"].ToString()),
            "refresh_token" => tokens.OpenRefresh(form["refresh_token"].ToString()) ?? ("", ""),
            _ => null,
        };
        if (given is not var (user, password))
            return RegistryError.Failed(StatusCodes.Status400BadRequest, "grant_type must be password or refresh_token");
        if (user.Length == 0)
            return Wrong(http);
        var (actor, refusal) = await login.ActorAsync(http, user, password);
        if (actor is null)
            return refusal ?? Wrong(http);
        var token = await TokenAsync(actor, asked, rights, tokens, ct);
        var refresh =
            form["grant_type"] == "refresh_token" ? form["refresh_token"].ToString()
            : form["access_type"] == "offline" ? tokens.SealRefresh(user, password)
            : null;
        return Answer(http, token, tokens, time, string.Join(' ', token.Grants.Select(Text)), refresh);
    }

    private static string Text(Grant grant) => new AskedScope(grant.Place.FullName, grant.Actions).ToString();

    private static async Task<Pass> TokenAsync(
        Actor actor,
        IReadOnlyList<AskedScope> asked,
        RegistryRights rights,
        RegistryTokens tokens,
        CancellationToken ct
    )
    {
        var (grants, catalog) = await rights.GrantAsync(actor, asked, ct);
        return tokens.Begin(grants, catalog);
    }

    private static IResult Answer(HttpContext http, Pass pass, RegistryTokens tokens, TimeProvider time, string? scope, string? refresh)
    {
        http.Response.Headers.CacheControl = "no-store";
        var token = tokens.Seal(pass);
        var answer = new Dictionary<string, object>
        {
            ["token"] = token,
            ["access_token"] = token,
            ["expires_in"] = (long)tokens.Lifetime.TotalSeconds,
            ["issued_at"] = time.GetUtcNow().UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'"),
        };
        if (scope is not null)
            answer["scope"] = scope;
        if (refresh is not null)
            answer["refresh_token"] = refresh;
        return Results.Json(answer);
    }

    private static RegistryError? WhyNotService(string? service) =>
        string.IsNullOrEmpty(service) || service is RegistryLogin.Service or ProxyName.Service
            ? null
            : RegistryError.Failed(StatusCodes.Status404NotFound, "there is no such service");

    private static RegistryError Wrong(HttpContext http)
    {
        http.Response.Headers.WWWAuthenticate = "Basic realm=\"GitLab\"";
        return new RegistryError(
            StatusCodes.Status401Unauthorized,
            "UNAUTHORIZED",
            "HTTP Basic: Access denied. If a password was provided for Git authentication, the password was incorrect or you're required to use a token"
                + " instead of a password. If a token was provided, it was either incorrect, expired, or improperly scoped."
        );
    }
}
