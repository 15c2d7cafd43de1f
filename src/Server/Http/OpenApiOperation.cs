using System.Reflection;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.AspNetCore.Routing.Patterns;

namespace Slipway.Server.Http;

/// <summary>One call of API v4 in its OpenAPI document: what a route's pattern, its handler's parameters and its <see cref="Access"/> say.</summary>
internal static class OpenApiOperation
{
    public const string PrivateToken = "privateToken";
    public const string Bearer = "bearer";
    public const string JobToken = "jobToken";

    /// <param name="path">As the document writes it.</param>
    public static JsonObject Of(RouteEndpoint route, string path, string method)
    {
        var access = route.Metadata.GetMetadata<Access>()!;
        var handler = route.Metadata.GetMetadata<MethodInfo>();
        var operation = new JsonObject
        {
            ["operationId"] = IdOf(path, method),
            ["tags"] = new JsonArray(TagOf(path)),
            ["description"] = Whom(access),
            ["security"] = Security(access),
            ["parameters"] = Parameters(route.RoutePattern, handler),
            ["responses"] = Responses(handler),
        };
        if (!HttpMethods.IsGet(method) && !HttpMethods.IsHead(method) && Takes<Parameters>(handler))
            operation["requestBody"] = Body();
        return operation;
    }

    private static string IdOf(string path, string method) =>
        method.ToLowerInvariant() + string.Concat(path.Select(c => char.IsAsciiLetterOrDigit(c) ? c : '_')).TrimEnd('_');

    /// <summary>What it is about: the last word of the address that stands before a thing's own number, of a project's or a group's things theirs.</summary>
    private static string TagOf(string path)
    {
        var words = path.Split('/', StringSplitOptions.RemoveEmptyEntries);
        return words.Length > 2 && words[0] is "projects" or "groups" or "users" && words.Length > 2 && words[1].StartsWith('{')
            ? words[2]
            : words[0];
    }

    private static string Whom(Access access) =>
        access switch
        {
            Access.Everyone everyone => $"For everybody: {everyone.Why}.",
            Access.OwnDoor own => $"With a credential of its own: {own.Why}.",
            Access.SignedIn signedIn => $"For every user, with scope {Word(signedIn.Scope)}.",
            Access.Administrator administrator => $"For administrators, with scope {Word(administrator.Scope)}.",
            Access.OnProject project => $"For {RoleOf(project.Ability)} ({project.Ability.Name}), with scope {Word(project.Scope)}.",
            Access.OnGroup { Role: Role.None } group => $"For all who see the group, with scope {Word(group.Scope)}.",
            Access.OnGroup group => $"For the group's {group.Role} and above, with scope {Word(group.Scope)}.",
            _ => throw new InvalidOperationException(access.GetType().Name),
        };

    private static string RoleOf(Ability ability) =>
        $"the project's {ability.Least} and above"
        + (ability.Open ? ", and for all who see a project that is not private" : "")
        + (ability.DeployToken ? ", and for deploy tokens" : "");

    private static string Word(Scopes scope) =>
        string.Concat(scope.ToString().Select((c, at) => char.IsUpper(c) && at > 0 ? $"_{c}" : $"{c}")).ToLowerInvariant();

    private static JsonArray Security(Access access)
    {
        if (access is Access.Everyone or Access.OwnDoor)
            return [];
        var all = new JsonArray(Scheme(PrivateToken), Scheme(Bearer));
        if (access is Access.OnProject { Ability.JobToken: true })
            all.Add(Scheme(JobToken));
        // Nothing at all will do where a project is public.
        if (access is Access.OnProject { Ability.Open: true } or Access.OnGroup { Role: Role.None })
            all.Add(new JsonObject());
        return all;
    }

    private static JsonObject Scheme(string name) => new() { [name] = new JsonArray() };

    private static JsonArray Parameters(RoutePattern pattern, MethodInfo? handler)
    {
        var all = new JsonArray();
        foreach (var part in pattern.Parameters)
        {
            var isNumber = part.ParameterPolicies.Any(policy => policy.Content is "long" or "int");
            all.Add(Parameter(part.Name, "path", isNumber ? "integer" : "string", true));
        }

        if (!Takes<Paging>(handler))
            return all;
        all.Add(Parameter("page", "query", "integer", false));
        all.Add(Parameter("per_page", "query", "integer", false));
        return all;
    }

    private static JsonObject Parameter(string name, string where, string type, bool isRequired) =>
        new()
        {
            ["name"] = name,
            ["in"] = where,
            ["required"] = isRequired,
            ["schema"] = new JsonObject { ["type"] = type },
        };

    private static JsonObject Responses(MethodInfo? handler)
    {
        var done = new JsonObject { ["description"] = "Done." };
        if (Takes<Paging>(handler))
        {
            done["description"] = "A part of the list.";
            done["headers"] = new JsonObject();
            foreach (var name in (string[])["X-Page", "X-Per-Page", "X-Total", "X-Total-Pages", "X-Next-Page", "X-Prev-Page", "Link"])
                done["headers"]![name] = new JsonObject { ["schema"] = new JsonObject { ["type"] = "string" } };
            done["content"] = Json(
                new JsonObject
                {
                    ["type"] = "array",
                    ["items"] = new JsonObject { ["type"] = "object" },
                }
            );
        }

        return new JsonObject
        {
            ["2XX"] = done,
            ["4XX"] = new JsonObject
            {
                ["description"] = "Why not.",
                ["content"] = Json(new JsonObject { ["$ref"] = "#/components/schemas/Error" }),
            },
        };
    }

    private static JsonObject Json(JsonObject schema) => new() { ["application/json"] = new JsonObject { ["schema"] = schema } };

    private static JsonObject Body()
    {
        var content = new JsonObject();
        foreach (var type in (string[])["application/json", "application/x-www-form-urlencoded", "multipart/form-data"])
            content[type] = new JsonObject { ["schema"] = new JsonObject { ["type"] = "object" } };
        return new JsonObject { ["content"] = content };
    }

    private static bool Takes<T>(MethodInfo? handler) =>
        handler?.GetParameters().Any(parameter => parameter.ParameterType == typeof(T)) == true;
}
