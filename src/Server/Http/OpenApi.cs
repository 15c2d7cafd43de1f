using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.AspNetCore.Routing.Patterns;
using Slipway.Compiler;

namespace Slipway.Server.Http;

/// <summary>
/// What API v4 can be asked for, as an OpenAPI document: made of the routes themselves and of what they say of who may come in, so it cannot lag behind.
/// What a call takes and gives is GitLab's: https://docs.gitlab.com/api/rest/
/// </summary>
internal static class OpenApi
{
    private const string Root = "/api/v4/";

    public static void MapOpenApi(this IEndpointRouteBuilder v4) =>
        v4.MapGet(
                "/openapi.json",
                (EndpointDataSource all, ServerUrl url) => Results.Text(Describe(all, url).ToJsonString(Answers.Json), "application/json")
            )
            .Allow(new Access.Everyone("which calls there are is no secret"));

    /// <summary>The whole document.</summary>
    public static JsonObject Describe(EndpointDataSource all, ServerUrl url)
    {
        var paths = new JsonObject();
        foreach (var route in Routes(all).OrderBy(route => PathOf(route.RoutePattern), StringComparer.Ordinal))
        {
            var path = PathOf(route.RoutePattern);
            if (paths[path] is not JsonObject methods)
                paths[path] = methods = [];
            foreach (var method in MethodsOf(route))
                methods[method.ToLowerInvariant()] = OpenApiOperation.Of(route, path, method);
        }

        return new JsonObject
        {
            ["openapi"] = "3.0.3",
            ["info"] = new JsonObject { ["title"] = "Slipway API v4", ["version"] = new ServerFacts().Version },
            ["servers"] = new JsonArray(new JsonObject { ["url"] = url.Of(Root.TrimEnd('/')) }),
            ["paths"] = paths,
            ["components"] = Components(),
        };
    }

    /// <summary>The routes it is about.</summary>
    public static IEnumerable<RouteEndpoint> Routes(EndpointDataSource all) =>
        all.Endpoints.OfType<RouteEndpoint>().Where(route => route.RoutePattern.RawText?.StartsWith(Root) == true);

    public static IReadOnlyList<string> MethodsOf(RouteEndpoint route) =>
        route.Metadata.GetMetadata<IHttpMethodMetadata>()?.HttpMethods ?? [HttpMethods.Get];

    /// <summary>A route's address as the document writes it: behind <c>/api/v4</c>, without what its parts must look like.</summary>
    public static string PathOf(RoutePattern pattern) =>
        "/" + string.Join('/', pattern.PathSegments.Skip(2).Select(segment => string.Concat(segment.Parts.Select(Text))));

    private static string Text(RoutePatternPart part) =>
        part switch
        {
            RoutePatternLiteralPart literal => literal.Content,
            RoutePatternSeparatorPart separator => separator.Content,
            RoutePatternParameterPart parameter => $"{{{parameter.Name}}}",
            _ => throw new InvalidOperationException(part.GetType().Name),
        };

    private static JsonObject Components() =>
        new()
        {
            ["securitySchemes"] = new JsonObject
            {
                [OpenApiOperation.PrivateToken] = Header("PRIVATE-TOKEN", "An access token of a user, a project or a group."),
                [OpenApiOperation.Bearer] = new JsonObject { ["type"] = "http", ["scheme"] = "bearer" },
                [OpenApiOperation.JobToken] = Header("JOB-TOKEN", "CI_JOB_TOKEN of a running job."),
            },
            ["schemas"] = new JsonObject
            {
                ["Error"] = new JsonObject
                {
                    ["type"] = "object",
                    ["properties"] = new JsonObject
                    {
                        ["message"] = new JsonObject { ["description"] = "A sentence, or the sentences about each field." },
                        ["error"] = new JsonObject { ["type"] = "string" },
                    },
                },
            },
        };

    private static JsonObject Header(string name, string description) =>
        new()
        {
            ["type"] = "apiKey",
            ["in"] = "header",
            ["name"] = name,
            ["description"] = description,
        };
}
