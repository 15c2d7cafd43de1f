using System.Text.Json;
using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Slipway.Server.Http;
using Slipway.Server.Tests.Support;
using Xunit;

namespace Slipway.Server.Tests.Projects;

public sealed partial class OpenApiTests
{
    [Fact]
    public async Task Every_route_of_the_api_is_in_the_document_with_who_may_come_in()
    {
        await using var server = await TestServer.StartAsync(DatabaseKind.Sqlite);
        var document = (await server.Anonymous.GetApiAsync("openapi.json")).Json;
        Assert.Equal("3.0.3", document.GetProperty("openapi").GetString());
        var routes = OpenApi.Routes(server.Services.GetRequiredService<EndpointDataSource>()).ToList();
        Assert.True(routes.Count > 150, $"{routes.Count} routes");
        foreach (var route in routes)
        foreach (var method in OpenApi.MethodsOf(route))
        {
            var operation = document
                .GetProperty("paths")
                .GetProperty(OpenApi.PathOf(route.RoutePattern))
                .GetProperty(method.ToLowerInvariant());
            Assert.NotEqual("", operation.GetProperty("description").GetString());
            var isOpen = route.Metadata.GetMetadata<Access>() is Access.Everyone or Access.OwnDoor;
            Assert.Equal(isOpen, operation.GetProperty("security").GetArrayLength() == 0);
        }
    }

    [Fact]
    public async Task The_document_holds_together()
    {
        await using var server = await TestServer.StartAsync(DatabaseKind.Sqlite);
        var document = (await server.Anonymous.GetApiAsync("openapi.json")).Json;
        var ids = new HashSet<string>();
        foreach (var path in document.GetProperty("paths").EnumerateObject())
        foreach (var operation in path.Value.EnumerateObject())
        {
            Assert.True(ids.Add(operation.Value.GetProperty("operationId").GetString()!), $"{operation.Name} {path.Name}");
            var named = operation
                .Value.GetProperty("parameters")
                .EnumerateArray()
                .Where(one => one.GetProperty("in").GetString() == "path");
            Assert.Equal(
                Braces().Matches(path.Name).Select(match => match.Groups[1].Value),
                named.Select(one => one.GetProperty("name").GetString())
            );
        }

        Assert.Contains("get_projects__project__pipelines", ids);
        var list = document.GetProperty("paths").GetProperty("/projects/{project}/pipelines").GetProperty("get");
        Assert.Equal(
            "For the project's Guest and above, and for all who see a project that is not private (read_pipeline), with scope api.",
            list.GetProperty("description").GetString()
        );
        Assert.Equal(
            ["project", "page", "per_page"],
            list.GetProperty("parameters").EnumerateArray().Select(one => one.GetProperty("name").GetString())
        );
        Assert.Contains(list.GetProperty("security").EnumerateArray(), one => one.TryGetProperty("jobToken", out _));
        var create = document.GetProperty("paths").GetProperty("/projects/{project}/pipeline").GetProperty("post");
        Assert.True(create.GetProperty("requestBody").GetProperty("content").TryGetProperty("application/json", out _));
        Assert.DoesNotContain(create.GetProperty("security").EnumerateArray(), one => one.TryGetProperty("jobToken", out _));
    }

    [Theory]
    [InlineData("nothing")]
    [InlineData("projects/1/nothing/at/all")]
    public async Task What_no_route_is_for_is_told_as_clients_know_it(string path)
    {
        await using var server = await TestServer.StartAsync(DatabaseKind.Sqlite);
        var answer = await server.Anonymous.GetApiAsync(path);
        Assert.Equal((404, """{"error":"404 Not Found"}"""), (answer.Status, answer.Text));
    }

    [GeneratedRegex(@"\{([^}]+)\}")]
    private static partial Regex Braces();
}
