using System.Text;
using Slipway.Protocol.Checksums;
using Slipway.Protocol.Coordination;
using Slipway.Server.Jobs.Traces;
using Slipway.Server.Tests.Support;
using Xunit;

namespace Slipway.Server.Tests.Runners;

/// <summary>Logs: byte for byte what the runner had, whatever happens on the way (runner-protocol §5.4, §6; reliability-security F3).</summary>
public sealed class TraceTests
{
    private const string One = "a: {script: [x], coverage: '/Total: \\d+%/'}";

    [Theory, EveryDatabase]
    public async Task A_log_is_kept_and_read_back_live_and_archived(DatabaseKind kind)
    {
        await using var room = await CoordinatorRoom.OpenAsync(kind);
        await room.PipelineAsync(One);
        var job = await (await room.RunnerAsync()).StartAsync();
        job.Log = Encoding.UTF8.GetBytes("début\u001b[0m\n" + new string('x', 2_500_000) + "\nTotal: 83%\n");

        await job.SendLogAsync();
        Assert.Equal(job.Log, await ReadAsync(room, job.Id));
        Assert.Equal(200, (await job.FinishAsync(JobState.Success)).Status);
        Assert.Equal(job.Log, await ReadAsync(room, job.Id));
        await room.ArchiveAsync(job.Id);

        Assert.Equal(job.Log, await ReadAsync(room, job.Id));
        Assert.Equal(0, room.Part<TraceFolder>().Size(job.Id));
        var row = await room.JobAsync(job.Id);
        Assert.Equal(("83", job.Log.Length), (row.Coverage, row.TraceSize));
        // Once more does no harm.
        await room.ArchiveAsync(job.Id);
        Assert.Equal(job.Log[^12..], await ReadAsync(room, job.Id, "bytes=-12"));
        Assert.Equal(job.Log[2..6], await ReadAsync(room, job.Id, "bytes=2-5"));
    }

    [Fact]
    public async Task A_piece_that_begins_elsewhere_is_refused_with_the_place_where_to_go_on()
    {
        await using var room = await CoordinatorRoom.OpenAsync(DatabaseKind.Sqlite);
        await room.PipelineAsync(One);
        var job = await (await room.RunnerAsync()).StartAsync();
        job.Log = "0123456789"u8.ToArray();

        var first = await job.PatchAsync(0, 4);
        Assert.Equal((202, "0-4", "running"), (first.Status, first[WireHeader.Range], first[WireHeader.JobStatus]));
        // A proxy repeats it; its answer was lost; it comes too late; it comes too early.
        foreach (var (start, length) in new[] { (0, 4), (0, 10), (2, 2), (5, 5) })
        {
            var answer = await job.PatchAsync(start, length);
            Assert.Equal((416, "0-4"), (answer.Status, answer[WireHeader.Range]));
        }

        job.Sent = 0;
        Assert.Equal(202, (await job.SendLogAsync())!.Status);
        Assert.Equal(job.Log, await ReadAsync(room, job.Id));
    }

    [Fact]
    public async Task A_piece_without_a_place_or_for_nobody_is_refused()
    {
        await using var room = await CoordinatorRoom.OpenAsync(DatabaseKind.Sqlite);
        await room.PipelineAsync(One);
        var runner = await room.RunnerAsync();
        var job = await runner.StartAsync();
        using var bare = new HttpRequestMessage(HttpMethod.Patch, $"/api/v4/jobs/{job.Id}/trace") { Content = new ByteArrayContent([1]) };
        bare.Headers.Add(WireHeader.JobToken, job.Token);
        Assert.Equal(400, (await runner.SendAsync(bare)).Status);
        using var strange = new HttpRequestMessage(HttpMethod.Patch, $"/api/v4/jobs/{job.Id}/trace")
        {
            Content = new ByteArrayContent([1]),
        };
        strange.Headers.Add(WireHeader.JobToken, "glcbt-strange");
        Assert.Equal(403, (await runner.SendAsync(strange)).Status);
        using var nowhere = new HttpRequestMessage(HttpMethod.Patch, "/api/v4/jobs/999/trace") { Content = new ByteArrayContent([1]) };
        nowhere.Headers.Add(WireHeader.JobToken, job.Token);
        Assert.Equal(403, (await runner.SendAsync(nowhere)).Status);
    }

    [Theory, EveryDatabase]
    public async Task A_log_that_the_disk_has_damaged_is_asked_for_once_more(DatabaseKind kind)
    {
        await using var room = await CoordinatorRoom.OpenAsync(kind);
        await room.PipelineAsync(One);
        var job = await (await room.RunnerAsync()).StartAsync();
        job.Log = "what the job really said"u8.ToArray();
        await job.SendLogAsync();
        var path = Directory.EnumerateFiles(room.Server.DataFolder, $"{job.Id}.log", SearchOption.AllDirectories).Single();
        await File.WriteAllBytesAsync(path, Encoding.UTF8.GetBytes(new string('?', job.Log.Length)));

        var refused = await job.UpdateAsync(
            JobState.Success,
            output: new TraceOutput { Checksum = TraceChecksum.Text(Crc32.Append(0, job.Log)), Bytesize = job.Log.Length }
        );
        Assert.Equal((412, "running"), (refused.Status, refused[WireHeader.JobStatus]));
        job.Sent = 0;
        Assert.Equal(200, (await job.FinishAsync(JobState.Success)).Status);
        Assert.Equal(job.Log, await ReadAsync(room, job.Id));
    }

    [Fact]
    public async Task A_runner_that_never_agrees_is_not_asked_for_ever()
    {
        await using var room = await CoordinatorRoom.OpenAsync(DatabaseKind.Sqlite);
        await room.PipelineAsync(One);
        var job = await (await room.RunnerAsync()).StartAsync();
        var wrong = new TraceOutput { Checksum = "crc32:deadbeef", Bytesize = 12 };
        Assert.Equal(412, (await job.UpdateAsync(JobState.Success, output: wrong)).Status);
        Assert.Equal(200, (await job.UpdateAsync(JobState.Success, output: wrong)).Status);
        Assert.Equal("success", await room.StatusAsync(job.Id));
    }

    [Fact]
    public async Task A_log_that_grows_too_long_ends_its_job()
    {
        await using var room = await CoordinatorRoom.OpenAsync(DatabaseKind.Sqlite, with: o => o with { TraceBytes = 10 });
        await room.PipelineAsync(One);
        var job = await (await room.RunnerAsync()).StartAsync();
        job.Log = new byte[11];
        Assert.Equal(202, (await job.PatchAsync(0, 10)).Status);
        var answer = await job.PatchAsync(10, 1);
        Assert.Equal((403, "failed"), (answer.Status, answer[WireHeader.JobStatus]));
        Assert.Equal("trace_size_exceeded", (await room.JobAsync(job.Id)).FailureReason);
    }

    [Fact]
    public async Task Who_looks_on_gets_the_log_sooner()
    {
        var clock = new Clock();
        await using var room = await CoordinatorRoom.OpenAsync(DatabaseKind.Sqlite, clock);
        await room.PipelineAsync(One);
        var job = await (await room.RunnerAsync()).StartAsync();
        job.Log = "abc"u8.ToArray();
        Assert.Equal("60", (await job.PatchAsync(0, 1))[WireHeader.TraceUpdateInterval]);
        await room.JobApiAsync(HttpMethod.Get, job.Id, "/trace");
        Assert.Equal("3", (await job.PatchAsync(1, 1))[WireHeader.TraceUpdateInterval]);
        clock.Advance(TimeSpan.FromSeconds(11));
        Assert.Equal("60", (await job.PatchAsync(2, 1))[WireHeader.TraceUpdateInterval]);
    }

    [Fact]
    public async Task A_log_left_behind_is_archived_by_a_sweep()
    {
        var clock = new Clock();
        await using var room = await CoordinatorRoom.OpenAsync(DatabaseKind.Sqlite, clock);
        await room.PipelineAsync(One);
        var job = await (await room.RunnerAsync()).StartAsync();
        job.Log = "half of it"u8.ToArray();
        await job.SendLogAsync();
        clock.Advance(TimeSpan.FromMinutes(61));
        await room.SweepAsync();

        var row = await room.JobAsync(job.Id);
        Assert.Equal(("failed", "stuck_or_timeout_failure"), (row.Status, row.FailureReason));
        await room.ArchiveAsync(job.Id);
        Assert.Equal(job.Log, await ReadAsync(room, job.Id));
        Assert.Equal(403, (await job.UpdateAsync(JobState.Running)).Status);
    }

    [Fact]
    public async Task A_debug_log_is_for_developers()
    {
        await using var room = await CoordinatorRoom.OpenAsync(DatabaseKind.Sqlite);
        var open = await room.Server.ProjectAsync(room.Admin.Row, visibility: "public");
        await room.PipelineAsync(One, open);
        var job = await (await room.RunnerAsync()).StartAsync();
        job.Log = "+ secret"u8.ToArray();
        var path = $"projects/{open.Id}/jobs/{job.Id}/trace";
        await job.PatchAsync(0, 2);
        Assert.Equal(200, (await room.Server.Anonymous.GetApiAsync(path)).Status);
        await job.PatchAsync(2, 6, debug: true);
        Assert.Equal(403, (await room.Server.Anonymous.GetApiAsync(path)).Status);
        Assert.Equal(200, (await room.Admin.Client.GetApiAsync(path)).Status);
    }

    private static async Task<byte[]> ReadAsync(CoordinatorRoom room, long job, string? range = null)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, $"/api/v4/projects/{room.Project.Id}/jobs/{job}/trace");
        if (range is not null)
            request.Headers.Add("Range", range);
        using var response = await room.Admin.Client.SendAsync(request);
        Assert.Equal(range is null ? 200 : 206, (int)response.StatusCode);
        Assert.Equal("text/plain", response.Content.Headers.ContentType?.MediaType);
        Assert.Equal("nosniff", response.Headers.GetValues("X-Content-Type-Options").Single());
        return await response.Content.ReadAsByteArrayAsync();
    }
}
