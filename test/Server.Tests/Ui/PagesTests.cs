using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Slipway.Server.Http;
using Slipway.Server.Projects;
using Slipway.Server.Tests.Support;
using Slipway.Server.Ui;
using Xunit;

namespace Slipway.Server.Tests.Ui;

public sealed class PagesTests
{
    private const string Yaml = """
        stages: [build, test]
        compile: {stage: build, script: make}
        unit: {stage: test, needs: [compile], script: make test}
        deploy: {stage: test, needs: [], when: manual, script: make deploy}
        """;

    private const string Nasty = "\"><script>alert(1)</script><img src=x onerror=alert(1)>' onmouseover='alert(1)";

    [Theory, EveryDatabase]
    public async Task Many_pipelines_with_the_largest_versions_there_are_make_a_list(DatabaseKind kind)
    {
        await using var room = await PageRoom.OpenAsync(kind);
        for (var n = 0; n < 4; n++)
            await room.PipelineAsync("job: { script: [echo] }");
        await room.Server.Db.ExecuteAsync(
            "UPDATE pipelines SET version = 9223372036854775807 - id",
            null,
            TestContext.Current.CancellationToken
        );
        var browser = await room.SignedInAsync();
        var list = await browser.GetAsync("/ada/app/-/pipelines");
        Assert.Equal(200, list.Status);
    }

    [Theory]
    [EveryDatabase]
    public async Task Somebody_signs_in_reads_a_pipeline_and_a_log_and_signs_out(DatabaseKind kind)
    {
        await using var room = await PageRoom.OpenAsync(kind);
        var sha = await room.CommitAsync("Say hello", ("README.md", "# Hello\n\n**bold** [a](docs/a.md)"), ("docs/a.md", "one\ntwo\n"));
        var pipeline = await room.PipelineAsync(Yaml, sha);
        var job = await room.JobAsync(pipeline, "compile");
        await room.LogAsync(job, "\e[32;1m$ make\e[0m\nall done\n");
        await room.SetAsync(job, "success");
        var browser = await room.SignedInAsync();

        foreach (var list in (string[])["/", "/dashboard/projects", "/explore", "/explore/projects"])
            Assert.Contains("href=\"/ada/app\"", (await ReadAsync(browser, list)).Text);
        var home = (await ReadAsync(browser, "/ada/app")).Text;
        Assert.Contains("<strong>bold</strong>", home);
        Assert.Contains("/ada/app/-/blob/main/docs/a.md", home);
        Assert.Contains($"git clone {room.Server.Address}ada/app.git", home);
        Assert.Contains("href=\"/ada/app/-/blob/main/docs/a.md\"", (await ReadAsync(browser, "/ada/app/-/tree/main/docs")).Text);
        Assert.Contains("<tr id=\"L2\">", (await ReadAsync(browser, "/ada/app/-/blob/main/docs/a.md")).Text);
        Assert.Contains("Say hello", (await ReadAsync(browser, "/ada/app/-/pipelines")).Text);
        var shown = (await ReadAsync(browser, $"/ada/app/-/pipelines/{pipeline}")).Text;
        Assert.Contains("needs <bdi>compile</bdi>", shown);
        Assert.Contains("aria-label=\"Play deploy\"", shown);
        Assert.Contains("<span class=\"f2 bo\">$ make</span>", (await ReadAsync(browser, $"/ada/app/-/jobs/{job.Id}")).Text);

        var left = await browser.PostAsync("/users/sign_out", (await browser.GetAsync("/")).Token);
        Assert.Equal((303, "/users/sign_in"), (left.Status, left.Location));
        Assert.Equal(302, (await browser.GetAsync("/ada/app")).Status);
    }

    [Fact]
    public async Task A_pipeline_is_played_cancelled_and_retried_by_its_forms()
    {
        await using var room = await PageRoom.OpenAsync();
        var pipeline = await room.PipelineAsync(Yaml);
        var browser = await room.SignedInAsync();
        var page = $"/ada/app/-/pipelines/{pipeline}";

        var canceled = await browser.PostAsync($"{page}/cancel", (await browser.GetAsync(page)).Token);
        Assert.Equal((303, page), (canceled.Status, canceled.Location));
        Assert.Equal("canceled", (await room.JobAsync(pipeline, "compile")).Status);
        await browser.PostAsync($"{page}/retry", (await browser.GetAsync(page)).Token);
        Assert.Equal("pending", (await room.JobAsync(pipeline, "compile")).Status);

        var again = await room.JobAsync(pipeline, "compile");
        var stopped = await browser.PostAsync($"/ada/app/-/jobs/{again.Id}/cancel", (await browser.GetAsync(page)).Token);
        Assert.Equal((303, $"/ada/app/-/jobs/{again.Id}"), (stopped.Status, stopped.Location));
        var retried = await browser.PostAsync($"/ada/app/-/jobs/{again.Id}/retry?from=pipeline", (await browser.GetAsync(page)).Token);
        Assert.Equal((303, page), (retried.Status, retried.Location));
        Assert.Equal("pending", (await room.JobAsync(pipeline, "compile")).Status);
        Assert.Equal(409, (await browser.PostAsync($"/ada/app/-/jobs/{again.Id}/play", (await browser.GetAsync(page)).Token)).Status);
    }

    [Fact]
    public async Task What_is_hidden_and_what_is_not_there_look_the_same()
    {
        await using var room = await PageRoom.OpenAsync();
        await room.Server.UserAsync("eve", password: PageRoom.Password);
        var pipeline = await room.PipelineAsync(Yaml);
        var (nobody, eve) = (room.Browser(), await room.SignedInAsync("eve"));
        foreach (
            var (hidden, missing) in new[]
            {
                ("/ada/app", "/ada/none"),
                ($"/ada/app/-/pipelines/{pipeline}", $"/ada/none/-/pipelines/{pipeline}"),
            }
        )
        {
            var (one, other) = (await eve.GetAsync(hidden), await eve.GetAsync(missing));
            Assert.Equal((404, 404), (one.Status, other.Status));
            Assert.Equal(Without(one), Without(other));
            Assert.Equal("/users/sign_in?return_to=" + Uri.EscapeDataString(hidden), (await nobody.GetAsync(hidden)).Location);
            Assert.Equal(302, (await nobody.GetAsync(missing)).Status);
        }

        static string Without(Shown page) => page.Text.Replace(page.Token!, "");
    }

    [Fact]
    public async Task Anybody_reads_a_public_project_and_changes_nothing_there()
    {
        await using var room = await PageRoom.OpenAsync(visibility: "public");
        var pipeline = await room.PipelineAsync(Yaml);
        var nobody = room.Browser();
        Assert.Contains("href=\"/ada/app\"", (await ReadAsync(nobody, "/")).Text);
        Assert.Contains("Nothing has been pushed yet", (await ReadAsync(nobody, "/ada/app")).Text);
        var shown = await ReadAsync(nobody, $"/ada/app/-/pipelines/{pipeline}");
        Assert.DoesNotContain("<form", shown.Text);
        var token = (await nobody.GetAsync("/users/sign_in")).Token;
        Assert.Equal(403, (await nobody.PostAsync($"/ada/app/-/pipelines/{pipeline}/cancel", token)).Status);
        Assert.Equal("pending", (await room.JobAsync(pipeline, "compile")).Status);
    }

    [Fact]
    public async Task Names_files_messages_and_logs_cannot_become_part_of_a_page()
    {
        await using var room = await PageRoom.OpenAsync();
        string[] files =
        [
            "a<script>alert(1)</script>.txt",
            "b\" onclick=\"x",
            "'><img src=x onerror=alert(1)>",
            "javascript:alert(1)",
            "ü \u202e#?%.md",
        ];
        var sha = await room.CommitAsync(
            Nasty,
            [
                .. files.Select(file => (file.Replace('/', '∕'), (string?)Nasty)),
                ("README.md", $"<script>alert(1)</script>\n[x](javascript:alert(1))\n{Nasty}"),
            ]
        );
        var pipeline = await room.PipelineAsync("""{"\"><script>alert(1)</script>": {"stage": "test", "script": "x"}}""", sha);
        var broken = await room.BrokenAsync(Nasty);
        var job = await room.JobAsync(pipeline);
        await room.LogAsync(
            job,
            $"{Nasty}\nsection_end:1:2<script>alert(1)</script>\n\e]8;;javascript:alert(1)\ax\e]8;;\a\nsection_start:1:<b>\r\e[0K\n"
        );
        await room.Server.Db.ExecuteAsync("UPDATE projects SET name = @Nasty, description = @Nasty", new { Nasty }, CancellationToken.None);
        await room.Server.Db.ExecuteAsync("UPDATE users SET name = @Nasty", new { Nasty }, CancellationToken.None);
        await room.Server.Db.ExecuteAsync(
            "UPDATE pipelines SET name = @Nasty, ref = @Nasty WHERE id = @broken",
            new { Nasty, broken },
            CancellationToken.None
        );
        await room.Server.Db.ExecuteAsync(
            "UPDATE jobs SET stage = @Nasty, environment = @Nasty, coverage = @Nasty, tags = '[\"<i>\"]', failure_reason = @Nasty, status = 'failed'",
            new { Nasty },
            CancellationToken.None
        );
        var browser = await room.SignedInAsync();
        string[] pages =
        [
            "/",
            "/ada/app",
            "/ada/app/-/tree/main",
            "/ada/app/-/pipelines",
            $"/ada/app/-/pipelines?ref={Uri.EscapeDataString(Nasty)}&status={Uri.EscapeDataString(Nasty)}",
            $"/ada/app/-/pipelines/{pipeline}",
            $"/ada/app/-/pipelines/{broken}",
            $"/ada/app/-/jobs/{job.Id}",
            .. files.Select(file => "/ada/app/-/blob/main/" + Uri.EscapeDataString(file.Replace('/', '∕'))),
        ];
        foreach (var page in pages)
            Assert.Contains("alert(1)", (await ReadAsync(browser, page)).Text);
        var lost = await browser.GetAsync("/ada/" + Uri.EscapeDataString(Nasty));
        Assert.Equal(404, lost.Status);
        PageCheck.Inert(lost.Text);
        var refused = await room.Browser().SignInAsync(Nasty, "x", "/" + Uri.EscapeDataString(Nasty));
        Assert.Equal(422, refused.Status);
        PageCheck.Inert(refused.Text);
    }

    [Fact]
    public async Task Raw_files_and_logs_are_plain_text_in_a_box()
    {
        await using var room = await PageRoom.OpenAsync();
        await room.CommitAsync("x", ("evil.html", "<script>alert(1)</script>"));
        var job = await room.JobAsync(await room.PipelineAsync(Yaml), "compile");
        await room.LogAsync(job, "<script>alert(1)</script>\n");
        var browser = await room.SignedInAsync();
        foreach (var path in new[] { "/ada/app/-/raw/main/evil.html", $"/ada/app/-/jobs/{job.Id}/raw" })
        {
            var raw = await browser.GetAsync(path);
            Assert.Equal((200, "text/plain; charset=utf-8"), (raw.Status, raw.Headers["Content-Type"]));
            Assert.Equal("nosniff", raw.Headers["X-Content-Type-Options"]);
            Assert.Contains("sandbox", raw.Headers["Content-Security-Policy"]);
            Assert.StartsWith("<script>", raw.Text);
        }
    }

    [Fact]
    public async Task No_form_goes_through_without_its_token_or_from_another_site()
    {
        await using var room = await PageRoom.OpenAsync();
        var pipeline = await room.PipelineAsync(Yaml);
        var job = await room.JobAsync(pipeline, "compile");
        await room.Server.GroupAsync(room.Owner.Row, "harbour");
        await room.Server.Db.ExecuteAsync("UPDATE users SET admin = 1", null, CancellationToken.None);
        var browser = await room.SignedInAsync();
        var token = (await browser.GetAsync("/")).Token!;
        var others = (await (await room.SignedInAsync()).GetAsync("/")).Token!;
        var routes = room
            .Server.Services.GetRequiredService<EndpointDataSource>()
            .Endpoints.OfType<RouteEndpoint>()
            .Where(endpoint => endpoint.Metadata.GetMetadata<RefusedAs>() is not null)
            .Where(endpoint =>
                endpoint.Metadata.GetMetadata<HttpMethodMetadata>()!.HttpMethods.Any(method => method is not ("GET" or "HEAD"))
            )
            .Select(endpoint => "/" + endpoint.RoutePattern.RawText!.TrimStart('/'))
            .Select(pattern =>
                pattern
                    .Replace("/-/page/{project}", "/ada/app/-")
                    .Replace("/-/group/{group}", "/groups/harbour/-")
                    .Replace("{pipeline:long}", $"{pipeline}")
                    .Replace("{id:long}", $"{job.Id}")
                    .Replace("{tag}", "1")
                    .Replace("{digest}", "sha256:0")
            )
            .ToList();
        Assert.Contains($"/ada/app/-/jobs/{job.Id}/cancel", routes);
        Assert.Contains("/users/sign_in", routes);
        foreach (var route in routes)
        {
            Assert.DoesNotContain("{", route);
            foreach (
                var (form, origin) in new[]
                {
                    (null, null),
                    ("", null),
                    ("AAAA", null),
                    (others, null),
                    (token, "https://evil.example"),
                    (token, "null"),
                }
            )
                Assert.Equal((route, 403), (route, (await browser.PostAsync(route, form, origin)).Status));
        }

        Assert.Equal("pending", (await room.JobAsync(pipeline, "compile")).Status);
    }

    [Fact]
    public async Task Passwords_are_limited_and_nobody_is_sent_to_another_server()
    {
        await using var room = await PageRoom.OpenAsync();
        var browser = room.Browser();
        var back = await browser.SignInAsync("ada", PageRoom.Password, "//evil.example/x");
        Assert.Equal((303, "/"), (back.Status, back.Location));
        Assert.Contains("httponly", back.Headers["Set-Cookie"], StringComparison.OrdinalIgnoreCase);
        var there = await room.Browser().SignInAsync("ada", PageRoom.Password, "/ada/app/-/pipelines?page=2");
        Assert.Equal("/ada/app/-/pipelines?page=2", there.Location);
        Assert.Equal("/", (await browser.GetAsync("/users/sign_in?return_to=https://evil.example")).Location);
        var guesser = room.Browser();
        for (var i = 0; i < 10; i++)
            Assert.Equal(422, (await guesser.SignInAsync("ada", "wrong")).Status);
        var limited = await guesser.SignInAsync("ada", PageRoom.Password);
        Assert.Equal(429, limited.Status);
        Assert.Contains("Too many tries", limited.Text);
    }

    [Fact]
    public async Task A_running_log_comes_as_events_that_go_on_where_the_browser_was()
    {
        await using var room = await PageRoom.OpenAsync();
        var job = await room.JobAsync(await room.PipelineAsync(Yaml), "compile");
        await room.LogAsync(job, "one\n\e[31mtwo\nthr");
        var browser = await room.SignedInAsync();
        var page = (await ReadAsync(browser, $"/ada/app/-/jobs/{job.Id}")).Text;
        Assert.Contains($"data-events=\"/ada/app/-/jobs/{job.Id}/trace.events?start=0&amp;line=1&amp;done=2\"", page);
        Assert.Contains("<div data-partial>", page);
        Assert.DoesNotContain("data-events", (await ReadAsync(browser, $"/ada/app/-/jobs/{job.Id}?part=1")).Text);
        await room.LogAsync(job, "ee\n<b>\n", "one\n\e[31mtwo\nthr".Length);
        await room.SetAsync(job, "success");
        var events = await browser.GetAsync($"/ada/app/-/jobs/{job.Id}/trace.events?start=0&line=1&done=2");
        Assert.Equal("text/event-stream", events.Headers["Content-Type"]);
        Assert.Contains("""data: [["line",3,null,[["f1","three"]]],["line",4,null,[["f1","\u003Cb\u003E"]]]]""", events.Text);
        Assert.Contains("id: 4\n", events.Text);
        Assert.Contains("event: end", events.Text);
    }

    [Fact]
    public async Task Of_a_long_log_the_end_is_shown_with_the_numbers_of_the_whole()
    {
        await using var room = await PageRoom.OpenAsync();
        var job = await room.JobAsync(await room.PipelineAsync(Yaml), "compile");
        var line = new string('x', 99) + "\n";
        await room.LogAsync(job, string.Concat(Enumerable.Repeat(line, 30_000)));
        await room.SetAsync(job, "success");
        var page = (await ReadAsync(await room.SignedInAsync(), $"/ada/app/-/jobs/{job.Id}")).Text;
        Assert.Contains("id=\"L30000\"", page);
        Assert.DoesNotContain("id=\"L1\"", page);
        Assert.DoesNotContain("id=\"L30001\"", page);
        Assert.Contains("Only the end", page);
    }

    [Fact]
    public async Task A_page_carries_its_policy_and_its_assets_are_kept_for_ever()
    {
        await using var room = await PageRoom.OpenAsync();
        var page = await ReadAsync(room.Browser(), "/users/sign_in");
        Assert.Equal(PageAnswer.Policy, page.Headers["Content-Security-Policy"]);
        var style = page.Text.Split("rel=\"stylesheet\" href=\"")[1].Split('"')[0];
        var asset = await room.Browser().GetAsync(style);
        Assert.Equal((200, "text/css; charset=utf-8"), (asset.Status, asset.Headers["Content-Type"]));
        Assert.Contains("immutable", asset.Headers["Cache-Control"]);
        Assert.True(asset.Headers.ContainsKey("ETag"));
        Assert.Equal(404, (await room.Browser().GetAsync("/-/assets/0000000000000000/slipway.css")).Status);
    }

    [Fact]
    public async Task Lists_are_filtered_and_come_in_pages()
    {
        await using var room = await PageRoom.OpenAsync();
        for (var i = 0; i < 3; i++)
            await room.BrokenAsync($"problem {i}");
        var browser = await room.SignedInAsync();
        var first = (await ReadAsync(browser, "/ada/app/-/pipelines?per_page=2&status=failed")).Text;
        Assert.Contains("Older", first);
        Assert.DoesNotContain("Newer", first);
        Assert.Contains("No pipeline is like that", (await ReadAsync(browser, "/ada/app/-/pipelines?status=success")).Text);
        Assert.Contains("<option value=\"failed\" selected>", first);
    }

    private static async Task<Shown> ReadAsync(Browser browser, string path)
    {
        var page = await browser.GetAsync(path);
        Assert.True(page.Status == 200, $"{path}: {page.Status} {page.Location} {page.Text[..Math.Min(300, page.Text.Length)]}");
        PageCheck.Inert(page.Text);
        Assert.Contains("<main id=\"main\"", page.Text);
        Assert.Single(System.Text.RegularExpressions.Regex.Matches(page.Text, "<h1"));
        return page;
    }
}
