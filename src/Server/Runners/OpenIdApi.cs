using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Routing;
using Slipway.Server.Http;

namespace Slipway.Server.Runners;

/// <summary>Where those who are shown an ID token find the key that it must be signed with. https://docs.gitlab.com/ci/secrets/id_token_authentication/</summary>
internal static class OpenIdApi
{
    private static readonly Access Anybody = new Access.Everyone("a public key is for everybody");

    public static void MapOpenId(this IEndpointRouteBuilder app)
    {
        app.MapGet(
                "/.well-known/openid-configuration",
                (ServerUrl url) =>
                    Answers.Ok(
                        new
                        {
                            issuer = url.Base,
                            jwks_uri = url.Of("/oauth/discovery/keys"),
                            response_types_supported = (string[])["id_token"],
                            subject_types_supported = (string[])["public"],
                            id_token_signing_alg_values_supported = (string[])["RS256"],
                        }
                    )
            )
            .Allow(Anybody);
        app.MapGet(
                "/oauth/discovery/keys",
                async (SigningKey key, CancellationToken ct) => Answers.Ok(new { keys = (object[])[await key.PublicAsync(ct)] })
            )
            .Allow(Anybody);
    }
}
