using Microsoft.Extensions.DependencyInjection;
using Slipway.Server.Blobs;
using Slipway.Server.Http;
using Slipway.Server.Projects;
using Slipway.Server.Tests.Runners;
using Slipway.Server.Tests.Support;
using Xunit;

namespace Slipway.Server.Tests.Ui;

public sealed class ArtifactPagesTests
{
    private const string Evil = "<script>alert(1)</script>";

    // reliability-security S32
    [Fact]
    public async Task What_a_job_left_is_browsed_as_names_read_as_text_and_never_runs()
    {
        await using var room = await PageRoom.OpenAsync();
        var job = await ArchiveAsync(
            room,
            ("site/index.html", Evil),
            ("site/logo.svg", $"<svg xmlns='http://www.w3.org/2000/svg'>{Evil}</svg>"),
            ("../../etc/passwd", "x"),
            ($"{Evil}.txt", "x"),
            ("deep/a b#?%/ü.txt", "hello"),
            ("logo.png", "\0\u0001")
        );
        var browser = await room.SignedInAsync();
        var root = await OkAsync(browser, $"{job}/browse");
        Assert.Contains($"href=\"{job}/browse/site\"", root);
        Assert.Contains("in the download only", root);
        Assert.DoesNotContain("href=\"/etc", root);
        Assert.Contains("&lt;script&gt;", root);
        Assert.Contains($"href=\"{job}/file/site/index.html\"", await OkAsync(browser, $"{job}/browse/site"));
        Assert.Contains("&lt;script&gt;alert(1)&lt;/script&gt;", await OkAsync(browser, $"{job}/file/site/index.html"));
        Assert.Contains("hello", await OkAsync(browser, $"{job}/file/deep/a%20b%23%3F%25/%C3%BC.txt"));
        Assert.Contains("This is no text", await OkAsync(browser, $"{job}/file/logo.png"));
        foreach (
            var (path, type) in new[]
            {
                ("site/index.html", "text/plain"),
                ("site/logo.svg", "text/plain"),
                ("logo.png", "application/octet-stream"),
            }
        )
        {
            var raw = await browser.GetAsync($"{job}/raw/{path}");
            Assert.Equal(200, raw.Status);
            Assert.StartsWith(type, raw.Headers["Content-Type"]);
            Assert.StartsWith("attachment", raw.Headers["Content-Disposition"]);
            Assert.Equal("nosniff", raw.Headers["X-Content-Type-Options"]);
            Assert.StartsWith("sandbox", raw.Headers["Content-Security-Policy"]);
        }

        foreach (var missing in new[] { "browse/none", "file/none", "raw/none", "raw/site", "file/site" })
            Assert.Equal((missing, 404), (missing, (await browser.GetAsync($"{job}/{missing}")).Status));
        var eve = await room.Server.UserAsync("eve", password: PageRoom.Password);
        await room.Server.JoinAsync(new MemberOf.Project(room.Project.Id), eve.Row, Role.Guest);
        await room.Server.Db.ExecuteAsync("UPDATE artifacts SET access = 'developer'", null, default);
        var hers = await room.SignedInAsync("eve");
        foreach (var hidden in new[] { "browse", "file/logo.png", "raw/logo.png", "download" })
            Assert.Equal((hidden, 404), (hidden, (await hers.GetAsync($"{job}/{hidden}")).Status));
    }

    private static async Task<string> OkAsync(Browser browser, string path)
    {
        var page = await browser.GetAsync(path);
        Assert.Equal((path, 200), (path, page.Status));
        PageCheck.Inert(page.Text);
        return page.Text;
    }

    private static async Task<string> ArchiveAsync(PageRoom room, params (string Name, string Text)[] files)
    {
        var job = await room.JobAsync(await room.PipelineAsync("make: {script: make}"));
        using var bytes = new MemoryStream(ArtifactTests.Zip(files));
        var stored = (BlobPut.Stored)
            await room.Server.Services.GetRequiredService<IBlobStore>().PutAsync(bytes, null, long.MaxValue, CancellationToken.None);
        await room.Server.Db.ExecuteAsync(
            """
            INSERT INTO artifacts (job_id, project_id, file_type, file_format, filename, size, blob, access, created_at, locked)
            VALUES (@Id, @ProjectId, 'archive', 'zip', 'artifacts.zip', @size, @blob, 'all', @now, 0)
            """,
            new
            {
                job.Id,
                job.ProjectId,
                size = stored.Blob.Length,
                blob = stored.Blob.Digest.ToString(),
                now = room.Server.Time.Milliseconds(),
            },
            CancellationToken.None
        );
        return $"/ada/app/-/jobs/{job.Id}/artifacts";
    }
}
