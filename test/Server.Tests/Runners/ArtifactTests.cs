using System.IO.Compression;
using System.Text;
using Slipway.Protocol.Coordination;
using Slipway.Server.Jobs.Artifacts;
using Slipway.Server.Tests.Support;
using Xunit;

namespace Slipway.Server.Tests.Runners;

/// <summary>What jobs leave and what later ones get of it (runner-protocol §8).</summary>
public sealed class ArtifactTests
{
    private const string Two = """
        make: {stage: build, script: [x], artifacts: {paths: [out], reports: {dotenv: .env}, expire_in: 1 week}}
        use: {stage: test, script: [x]}
        """;

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Theory, EveryDatabase]
    public async Task An_archive_and_variables_reach_the_job_that_comes_after(DatabaseKind kind)
    {
        await using var room = await CoordinatorRoom.OpenAsync(kind);
        await room.PipelineAsync(Two);
        var runner = await room.RunnerAsync();
        var maker = await runner.StartAsync();
        var archive = Zip(("out/a.txt", "hello"), ("out/b/", ""));
        Assert.Equal(201, (await maker.UploadAsync(archive, "/tmp/../x/out.zip")).Status);
        Assert.Equal(
            201,
            (
                await maker.UploadAsync(Gzip("VERSION=1.2\nURL=http://$VERSION\n"), ".env.gz", "artifact_format=gzip&artifact_type=dotenv")
            ).Status
        );
        await maker.FinishAsync(JobState.Success);

        var user = await runner.StartAsync();
        Assert.Equal("1.2", user.Variable("VERSION"));
        Assert.Equal("http://1.2", user.Variable("URL"));
        var dependency = Assert.Single(user.Payload.GetProperty("dependencies").EnumerateArray());
        Assert.Equal(
            ("make", "out.zip"),
            (dependency.GetProperty("name").GetString(), dependency.GetProperty("artifacts_file").GetProperty("filename").GetString())
        );
        Assert.Equal(archive, await DownloadAsync(room, maker.Id, dependency.GetProperty("token").GetString()!, 200));
        Assert.Equal(archive[10..20], await DownloadAsync(room, maker.Id, user.Token, 206, "bytes=10-19"));
        await DownloadAsync(room, maker.Id, "glcbt-strange", 403);
        await DownloadAsync(room, user.Id, user.Token, 404);
        await user.FinishAsync(JobState.Success);
        await DownloadAsync(room, maker.Id, user.Token, 403);
    }

    [Theory, EveryDatabase]
    public async Task The_same_file_twice_is_kept_once_and_another_in_its_place_refused(DatabaseKind kind)
    {
        await using var room = await CoordinatorRoom.OpenAsync(kind);
        await room.PipelineAsync(Two);
        var job = await (await room.RunnerAsync()).StartAsync();
        Assert.Equal(201, (await job.UploadAsync([1, 2])).Status);
        Assert.Equal(201, (await job.UploadAsync([1, 2])).Status);
        Assert.Equal(400, (await job.UploadAsync([1, 3])).Status);
        await job.FinishAsync(JobState.Success);
        Assert.Equal(403, (await job.UploadAsync([1, 2])).Status);
        Assert.Equal(1, await room.Db.FindAsync<long>("SELECT COUNT(*) FROM artifacts", null, Ct));
    }

    [Theory]
    [InlineData("artifact_type=dotenv&artifact_format=zip", 400)]
    [InlineData("artifact_type=made_up", 400)]
    [InlineData("artifact_type=junit&artifact_format=gzip", 201)]
    [InlineData("artifact_type=sast&artifact_format=raw", 201)]
    [InlineData("", 201)]
    public async Task A_type_has_its_format(string query, int status)
    {
        await using var room = await CoordinatorRoom.OpenAsync(DatabaseKind.Sqlite);
        await room.PipelineAsync(Two);
        var job = await (await room.RunnerAsync()).StartAsync();
        Assert.Equal(status, (await job.UploadAsync([1], "f", query)).Status);
    }

    [Theory]
    [InlineData("no equals sign", "Invalid Format")]
    [InlineData("a-b=c", "Validation failed: Key can contain only letters, digits and '_'.")]
    public async Task A_dotenv_report_in_error_is_refused(string text, string error)
    {
        await using var room = await CoordinatorRoom.OpenAsync(DatabaseKind.Sqlite);
        await room.PipelineAsync(Two);
        var job = await (await room.RunnerAsync()).StartAsync();
        foreach (
            var file in new[] { Gzip(text), Encoding.UTF8.GetBytes("no gzip"), Gzip(new string('x', 5000) + "=" + new string('y', 5000)) }
        )
        {
            var answer = await job.UploadAsync(file, ".env.gz", "artifact_format=gzip&artifact_type=dotenv");
            Assert.Equal(400, answer.Status);
            if (file.Length > 20 && file.Length < 100)
                Assert.Equal(error, answer.Json.GetProperty("message").GetString());
        }

        Assert.Equal(0, await room.Db.FindAsync<long>("SELECT COUNT(*) FROM artifacts", null, Ct));
    }

    [Fact]
    public async Task A_byte_too_many_is_refused()
    {
        await using var room = await CoordinatorRoom.OpenAsync(DatabaseKind.Sqlite, with: o => o with { ArtifactBytes = 1000 });
        await room.PipelineAsync(Two);
        var job = await (await room.RunnerAsync()).StartAsync();
        Assert.Equal(413, (await job.UploadAsync(new byte[1001])).Status);
        Assert.Equal(201, (await job.UploadAsync(new byte[1000])).Status);
    }

    [Fact]
    public async Task A_form_that_is_none_is_refused()
    {
        await using var room = await CoordinatorRoom.OpenAsync(DatabaseKind.Sqlite);
        await room.PipelineAsync(Two);
        var runner = await room.RunnerAsync();
        var job = await runner.StartAsync();
        using var request = new HttpRequestMessage(HttpMethod.Post, $"/api/v4/jobs/{job.Id}/artifacts")
        {
            Content = new ByteArrayContent([1]),
        };
        request.Headers.Add(WireHeader.JobToken, job.Token);
        Assert.Equal(400, (await runner.SendAsync(request)).Status);
    }

    [Theory, EveryDatabase]
    public async Task What_has_expired_is_gone_and_a_job_that_needs_it_fails(DatabaseKind kind)
    {
        var clock = new Clock();
        await using var room = await CoordinatorRoom.OpenAsync(kind, clock);
        var pipeline = await room.PipelineAsync(Two + "\nlate: {stage: test, script: [x], needs: [make]}");
        var runner = await room.RunnerAsync();
        var maker = await runner.StartAsync();
        await maker.UploadAsync([1], query: "expire_in=1%20week");
        await maker.FinishAsync(JobState.Success);
        await room.Db.ExecuteAsync("UPDATE artifacts SET locked = 0", null, Ct);

        clock.Advance(TimeSpan.FromDays(8));
        Assert.Equal(404, (await room.JobApiAsync(HttpMethod.Get, maker.Id, "/artifacts")).Status);
        await room.Part<ArtifactSweep>().RunAsync(Ct);
        Assert.Equal(0, await room.Db.FindAsync<long>("SELECT COUNT(*) FROM artifacts", null, Ct));
        Assert.Equal(204, (await runner.RequestAsync()).Status);

        var jobs = await room.JobsAsync(pipeline);
        Assert.Equal("missing_dependency_failure", (await room.JobAsync(jobs["use"])).FailureReason);
        Assert.Equal("missing_dependency_failure", (await room.JobAsync(jobs["late"])).FailureReason);
    }

    [Theory, EveryDatabase]
    public async Task Those_of_the_latest_good_pipeline_of_a_ref_are_kept_beyond_their_time(DatabaseKind kind)
    {
        var clock = new Clock();
        await using var room = await CoordinatorRoom.OpenAsync(kind, clock);
        var runner = await room.RunnerAsync();
        var ids = new List<long>();
        for (var n = 0; n < 2; n++)
        {
            await room.PipelineAsync("make: {script: [x]}");
            var job = await runner.StartAsync();
            await job.UploadAsync([(byte)n], query: "expire_in=1%20hour");
            await job.FinishAsync(JobState.Success);
            ids.Add(job.Id);
        }

        clock.Advance(TimeSpan.FromHours(2));
        await room.Part<ArtifactSweep>().RunAsync(Ct);
        Assert.Equal([ids[1]], await room.Db.QueryAsync<long>("SELECT job_id FROM artifacts", null, Ct));
        Assert.Equal(200, (await room.JobApiAsync(HttpMethod.Get, ids[1], "/artifacts")).Status);
    }

    [Fact]
    public async Task An_erased_dependency_is_missed()
    {
        await using var room = await CoordinatorRoom.OpenAsync(DatabaseKind.Sqlite);
        var pipeline = await room.PipelineAsync(Two);
        var runner = await room.RunnerAsync();
        var maker = await runner.StartAsync();
        await maker.UploadAsync([1]);
        await maker.FinishAsync(JobState.Success);
        Assert.Equal(201, (await room.JobApiAsync(HttpMethod.Post, maker.Id, "/erase")).Status);
        Assert.Equal(204, (await runner.RequestAsync()).Status);
        Assert.Equal("missing_dependency_failure", (await room.JobAsync((await room.JobsAsync(pipeline))["use"])).FailureReason);
    }

    private static async Task<byte[]> DownloadAsync(CoordinatorRoom room, long job, string token, int status, string? range = null)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, $"/api/v4/jobs/{job}/artifacts?direct_download=true");
        request.Headers.Add(WireHeader.JobToken, token);
        if (range is not null)
            request.Headers.Add("Range", range);
        using var response = await room.Server.Anonymous.SendAsync(request, Ct);
        Assert.Equal(status, (int)response.StatusCode);
        return await response.Content.ReadAsByteArrayAsync(Ct);
    }

    internal static byte[] Zip(params (string Name, string Text)[] files)
    {
        using var bytes = new MemoryStream();
        using (var zip = new ZipArchive(bytes, ZipArchiveMode.Create, leaveOpen: true))
            foreach (var (name, text) in files)
            {
                using var entry = zip.CreateEntry(name).Open();
                entry.Write(Encoding.UTF8.GetBytes(text));
            }

        return bytes.ToArray();
    }

    internal static byte[] Gzip(string text)
    {
        using var bytes = new MemoryStream();
        using (var gzip = new GZipStream(bytes, CompressionLevel.Fastest))
            gzip.Write(Encoding.UTF8.GetBytes(text));
        return bytes.ToArray();
    }
}
