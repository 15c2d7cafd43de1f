using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.AspNetCore.Routing.Patterns;
using Microsoft.Extensions.DependencyInjection;
using Slipway.Server.Http;
using Slipway.Server.Tests.Support;
using Slipway.Server.Ui;
using Xunit;

namespace Slipway.Server.Tests.Ui;

/// <summary>Security row S32, from the table of routes: a door that is new is held to it too. What a browser makes of it is in <c>test/Browser.Tests</c>.</summary>
public sealed class InertAnswersTests
{
    /// <summary>Addresses whose last words are no parts of a route.</summary>
    private static readonly string[] Others =
    [
        "/ada/app.git/info/refs?service=git-upload-pack",
        "/ada/app.git/HEAD",
        $"/ada/app.git/gitlab-lfs/objects/{new string('a', 64)}",
        "/v2/",
        "/v2/_catalog",
        "/v2/ada/app/tags/list",
        $"/v2/ada/app/blobs/sha256:{new string('a', 64)}",
        $"/v2/acme/dependency_proxy/containers/alpine/blobs/sha256:{new string('a', 64)}",
        "/v2/acme/dependency_proxy/containers/alpine/manifests/latest",
        "/ada/app/-/badges/main/pipeline.svg?key_text=%3Cscript%3E",
        "/ada/app/-/nothing",
        "/api/v4/nothing",
        "/no/such/thing.html",
    ];

    [Fact]
    public async Task Whatever_is_no_page_of_ours_is_sent_so_that_no_browser_runs_it()
    {
        await using var room = await PageRoom.OpenAsync();
        await room.Server.GroupAsync(room.Owner.Row, "acme");
        var sha = await room.CommitAsync("Evil", ("index.html", "<script>alert(1)</script>"));
        var job = await room.JobAsync(await room.PipelineAsync("a: {script: [x]}", sha));
        await room.LogAsync(job, "<script>alert(1)</script>\n");
        var browser = await room.SignedInAsync();
        var routes =
            from route in room.Server.Services.GetRequiredService<EndpointDataSource>().Endpoints.OfType<RouteEndpoint>()
            where route.Metadata.GetMetadata<IHttpMethodMetadata>()?.HttpMethods.Contains("GET") is not false
            select AddressOf(route.RoutePattern, sha);
        var (found, pages, wrong) = (0, 0, new List<string>());
        foreach (var address in routes.Concat(Others).Distinct())
        {
            var answer = await browser.HeadOfAsync(address);
            var type = answer.Headers.GetValueOrDefault("Content-Type") ?? "";
            var isPage = type.StartsWith("text/html", StringComparison.Ordinal);
            (found, pages) = (found + (answer.Status == 200 ? 1 : 0), pages + (isPage ? 1 : 0));
            var policy = answer.Headers.GetValueOrDefault("Content-Security-Policy");
            if (
                answer.Headers.GetValueOrDefault("X-Content-Type-Options") != "nosniff"
                || policy != (isPage ? PageAnswer.Policy : InertAnswers.Policy)
                || (type.Contains("script", StringComparison.Ordinal) && !address.StartsWith("/-/assets/", StringComparison.Ordinal))
            )
                wrong.Add($"{address}: {answer.Status} {type}, {policy}");
        }

        Assert.Empty(wrong);
        Assert.True(found > 80 && pages > 30, $"{found} were found, {pages} pages");
    }

    /// <summary>A route's address as somebody outside writes it.</summary>
    private static string AddressOf(RoutePattern pattern, string sha)
    {
        var words = pattern.PathSegments.Select(segment => string.Concat(segment.Parts.Select(part => Text(part, sha)))).ToArray();
        return words switch
        {
            ["-", "page", _, .. var page] => "/ada/app" + (page.Length > 0 ? "/-/" + string.Join('/', page) : ""),
            ["-", "group", _, .. var page] => "/groups/acme" + (page.Length > 0 ? "/-/" + string.Join('/', page) : ""),
            ["-", "space", _] => "/ada",
            _ => "/" + string.Join('/', words),
        };
    }

    private static string Text(RoutePatternPart part, string sha) =>
        part switch
        {
            RoutePatternLiteralPart literal => literal.Content,
            RoutePatternSeparatorPart separator => separator.Content,
            RoutePatternParameterPart parameter => parameter.Name switch
            {
                "project" => "ada%2Fapp",
                "group" => "acme",
                "sha" => sha,
                "ref" or "branch" => "main",
                "address" => "main/index.html",
                "file_path" => "index.html",
                "format" => "zip",
                _ => "1",
            },
            _ => throw new InvalidOperationException(part.GetType().Name),
        };
}
