using System.Net;
using System.Text;
using Slipway.Fault.Tests.Support;
using Slipway.Server.Tests.Runners;
using Slipway.Server.Tests.Support;
using Xunit;

namespace Slipway.Fault.Tests;

/// <summary>F15: the disk is full, and there is room again (reliability-security A4).</summary>
public sealed class FullDiskTests
{
    private static CancellationToken Ct => Rig.Ct;

    [Theory, EveryDatabase]
    public async Task A_server_whose_disk_is_full_says_so_loses_nothing_and_goes_on(DatabaseKind kind)
    {
        await using var rig = await Rig.StartAsync(kind, megabytes: 48);
        using var runner = await rig.RunnerAsync();
        foreach (var _ in Rig.Plan(kind, "full"))
        {
            var (before, _, _) = await rig.PushAsync();
            var job = await Rig.TakeAsync(runner);
            job.Log = Encoding.UTF8.GetBytes(string.Concat(Enumerable.Range(0, 20_000).Select(n => $"line {n}\n")));
            Assert.Equal(202, (await job.PatchAsync(0, 50_000)).Status);
            var archive = new byte[300_000];
            Random.Shared.NextBytes(archive);

            rig.Disk!.Fill();
            await RefusedAsync(rig, job, archive);
            await rig.Git.ShellAsync("head -c 300000 /dev/urandom > large");
            var (refused, isTaken, said) = await rig.PushAsync();
            Assert.False(isTaken, said);
            Assert.Contains("No space left on device", said);
            // What is there can be read.
            var (status, log) = await rig.BytesAsync($"projects/1/jobs/{job.Id}/trace");
            Assert.Equal((HttpStatusCode.OK, true), (status, job.Log.AsSpan(0, 50_000).SequenceEqual(log)));
            Assert.Single(await rig.PipelinesAsync(before));
            Assert.StartsWith(before, await rig.Git.LineAsync("ls-remote", rig.Remote, "refs/heads/main"));

            rig.Disk.Free();
            var since = new FairStopwatch();
            await rig.Git.OkAsync("push", "-q", rig.Remote, "HEAD:refs/heads/main");
            Assert.Single(await rig.PipelinesAsync(refused));
            job.Sent = 50_000;
            Assert.Equal(201, (await job.UploadAsync(archive)).Status);
            Assert.Equal(200, (await job.FinishAsync("success")).Status);
            Assert.True(since.Elapsed < TimeSpan.FromSeconds(10), $"it took {since.Elapsed} to go on");
            Assert.Equal(job.Log, (await rig.BytesAsync($"projects/1/jobs/{job.Id}/trace")).Bytes);
            Assert.Equal(archive, (await rig.BytesAsync($"projects/1/jobs/{job.Id}/artifacts")).Bytes);
            await rig.CancelAllAsync();
        }

        await rig.SoundAsync("full disk");
    }

    /// <summary>The log of a job that says more than its runner has room for.</summary>
    [Fact]
    public async Task A_runner_whose_disk_is_full_says_so_in_the_log_of_its_job()
    {
        await using var rig = await Rig.StartAsync();
        using var disk = SmallDisk.Mount(rig.Place("tmp"), 1);
        await rig.BeginAsync("build: { script: [\"seq 400000\"] }\n");
        using var runner = await RunnerProcess.StartAsync(
            rig,
            environment: [new("TMPDIR", rig.Place("tmp")), new("DOTNET_EnableDiagnostics", "0")]
        );
        var (sha, _, _) = await rig.PushAsync();
        var pipeline = Assert.Single(await rig.PipelinesAsync(sha)).GetProperty("id").GetInt64();
        var job = (await rig.ApiAsync($"projects/1/pipelines/{pipeline}/jobs"))[0].GetProperty("id").GetInt64();

        await Rig.UntilAsync(async () => await rig.StatusAsync(job) is not ("created" or "pending" or "running"));
        var ended = await rig.ApiAsync($"projects/1/jobs/{job}");
        Assert.Equal(
            ("failed", "runner_system_failure"),
            (ended.GetProperty("status").GetString(), ended.GetProperty("failure_reason").GetString())
        );
        var log = Encoding.UTF8.GetString((await rig.BytesAsync($"projects/1/jobs/{job}/trace")).Bytes);
        Assert.Contains("ERROR: Job failed (system failure): ", log);
        Assert.Contains("No space left on device", log.Split('\n')[^2]);
    }

    /// <summary>A runner is told to come again, for each thing it brings.</summary>
    private static async Task RefusedAsync(Rig rig, WireJob job, byte[] archive)
    {
        var piece = new ByteArrayContent(job.Log, 50_000, job.Log.Length - 50_000);
        piece.Headers.TryAddWithoutValidation("Content-Range", $"50000-{job.Log.Length - 1}");
        var form = new MultipartFormDataContent { { new ByteArrayContent(archive), "file", "artifacts.zip" } };
        foreach (
            var (method, path, content) in new (HttpMethod, string, HttpContent)[]
            {
                (HttpMethod.Patch, "trace", piece),
                (HttpMethod.Post, "artifacts?artifact_format=zip&artifact_type=archive", form),
            }
        )
        {
            using var answer = await rig.TellAsync(job, method, path, content);
            Assert.Equal((path, HttpStatusCode.ServiceUnavailable), (path, answer.StatusCode));
            Assert.NotNull(answer.Headers.RetryAfter);
        }
    }
}
