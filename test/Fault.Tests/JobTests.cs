using System.Net;
using System.Text;
using Slipway.Fault.Tests.Support;
using Slipway.Server.Tests.Runners;
using Slipway.Server.Tests.Support;
using Slipway.Server.Tests.Webhooks;
using Xunit;

namespace Slipway.Fault.Tests;

/// <summary>F3 to F6: the server dies while a runner speaks with it (reliability-security A4). The runner is a stock one's double.</summary>
public sealed class JobTests(Rigs rigs) : IClassFixture<Rigs>
{
    private static CancellationToken Ct => Rig.Ct;

    [Theory, EveryDatabase]
    public async Task A_log_is_what_its_runner_sent_wherever_the_server_died(DatabaseKind kind)
    {
        var rig = await rigs.OfAsync(kind);
        foreach (var point in Rig.Plan(kind, "trace opened", "trace written", "trace synced", "archive put", "archive noted"))
        {
            await rig.PushAsync();
            using var runner = await rig.RunnerAsync();
            var job = await Rig.TakeAsync(runner);
            job.Log = Encoding.UTF8.GetBytes(string.Concat(Enumerable.Range(0, 3000).Select(n => $"line {n} of {point}\n")));
            await job.PatchAsync(0, 10_000);
            job.Sent = 10_000;
            rig.KillAt(point);
            var finishing = Rig.StubbornlyAsync(() => job.FinishAsync("success"));
            await rig.DiedAsync();
            // A log can be read at every instant, from one place or the other.
            if (point.StartsWith("archive"))
                Assert.Equal(job.Log, (await rig.BytesAsync($"projects/1/jobs/{job.Id}/trace")).Bytes);

            Assert.Equal(200, (await finishing).Status);
            Assert.Equal(job.Log, (await rig.BytesAsync($"projects/1/jobs/{job.Id}/trace")).Bytes);
            await Rig.UntilAsync(() => Task.FromResult(!File.Exists(Live(rig, job.Id))));
            Assert.False(File.Exists(Live(rig, job.Id)), $"{point}: the live log is still there");
            Assert.Equal(job.Log, (await rig.BytesAsync($"projects/1/jobs/{job.Id}/trace")).Bytes);
        }

        await rig.SoundAsync("logs");
    }

    [Theory, EveryDatabase]
    public async Task An_end_that_was_not_answered_is_said_again_and_has_its_effect_once(DatabaseKind kind)
    {
        await using var rig = await Rig.StartAsync(kind, arguments: ["--allow-outbound", "127.0.0.1"]);
        await rig.BeginAsync(
            """
            workflow: { auto_cancel: { on_new_commit: none } }
            build: { script: make }
            child: { needs: [build], trigger: { include: child.yml } }
            """
        );
        using var told = new Receiver();
        await rig.ApiAsync(
            $"projects/1/hooks?url={Uri.EscapeDataString(told.Url)}&push_events=false&job_events=true&pipeline_events=true",
            HttpMethod.Post
        );
        using var runner = await rig.RunnerAsync();
        foreach (var _ in Rig.Plan(kind, "job ended"))
        {
            var (sha, _, _) = await rig.PushAsync();
            var job = await Rig.TakeAsync(runner);
            rig.KillAt("job ended");
            var finishing = Rig.StubbornlyAsync(() => job.FinishAsync("success"));
            await rig.DiedAsync();

            Assert.Equal(200, (await finishing).Status);
            var inner = await Rig.TakeAsync(runner);
            Assert.Equal("inner", inner.Name);
            Assert.Equal(200, (await inner.FinishAsync("success")).Status);
            var outer = Assert.Single(await rig.PipelinesAsync(sha)).GetProperty("id").GetInt64();
            var children = await rig.ApiAsync($"projects/1/pipelines?source=parent_pipeline&sha={sha}");
            Assert.Equal(1, children.GetArrayLength());
            await ToldOnceAsync(rig, told, [outer, children[0].GetProperty("id").GetInt64()], [job.Id, inner.Id]);
        }

        await rig.SoundAsync("ends");
    }

    /// <summary>Who is told twice of one event, as may be after a crash, sees by its key that it is one.</summary>
    private static async Task ToldOnceAsync(Rig rig, Receiver told, IEnumerable<long> pipelines, IEnumerable<long> jobs)
    {
        const string unsaid = "SELECT COUNT(*) FROM work WHERE kind LIKE 'webhook%'";
        string[] of = ["pending", "running", "success"];
        var all = pipelines
            .SelectMany(id => of.Select(status => $"pipeline {id} {status}"))
            .Concat(jobs.SelectMany(id => of.Select(status => $"build {id} {status}")))
            .ToList();
        var heard = new HashSet<(string What, string Key)>();
        // An event may be on its way to its row, or from it to the ear.
        await Rig.UntilAsync(async () =>
        {
            var isAllSaid = await rig.OnRowsAsync(db => db.FindAsync<long>(unsaid, null, Ct)) == 0;
            while (told.HasMore)
            {
                var one = await told.NextAsync(Ct);
                heard.Add((WhatOf(one), one.Headers["Idempotency-Key"]));
            }

            return isAllSaid && heard.Count >= all.Count;
        });
        Assert.Equal(all.Order(), heard.Select(one => one.What).Order());
    }

    private static string WhatOf(Receiver.Event one)
    {
        var kind = one.Text("object_kind");
        var (of, id, status) =
            kind == "build" ? (one.Json, "build_id", "build_status") : (one.Json.GetProperty("object_attributes"), "id", "status");
        return $"{kind} {of.GetProperty(id).GetInt64()} {of.GetProperty(status).GetString()}";
    }

    /// <summary>F5: one of the runners has a job when it takes it up, the other as soon as it is given one.</summary>
    [Theory, EveryDatabase]
    public async Task A_job_whose_handing_out_was_not_heard_goes_to_one_runner(DatabaseKind kind)
    {
        var rig = await rigs.OfAsync(kind, "workflow: { auto_cancel: { on_new_commit: none } }\nbuild: { script: make }\n");
        foreach (var style in Rig.Plan(kind, "two phases", "old style"))
        {
            await rig.PushAsync();
            using var first = await rig.RunnerAsync();
            using var second = await rig.RunnerAsync();
            first.Features = first.Features with { TwoPhaseJobCommit = style == "two phases" };
            rig.KillAt("job offered");
            await Assert.ThrowsAsync<HttpRequestException>(async () =>
            {
                while (true)
                    await first.RequestAsync(Ct);
            });
            await rig.DiedAsync();

            // While the offer stands nobody else gets it.
            Assert.Equal(204, (await second.RequestAsync(Ct)).Status);
            await LapseAsync(rig);
            if (style == "old style")
            {
                // It may be at work, until it asks for another; what it had is looked for when a server starts, and then twice a minute.
                await rig.KillAsync();
                Assert.Equal(204, (await second.RequestAsync(Ct)).Status);
                Assert.Equal(204, (await first.RequestAsync(Ct)).Status);
                await rig.KillAsync();
            }

            var job = await Rig.TakeAsync(second);
            Assert.Equal(204, (await first.RequestAsync(Ct)).Status);
            Assert.Equal(200, (await job.FinishAsync("success")).Status);
        }

        await rig.SoundAsync("offers");
    }

    [Theory, EveryDatabase]
    public async Task An_artifact_is_whole_or_not_there_wherever_the_server_died(DatabaseKind kind)
    {
        var rig = await rigs.OfAsync(kind);
        foreach (var point in Rig.Plan(kind, "", "artifact stored", "artifact kept"))
        {
            await rig.PushAsync();
            using var runner = await rig.RunnerAsync();
            var job = await Rig.TakeAsync(runner);
            var archive = new byte[300_000];
            Random.Shared.NextBytes(archive);
            if (point.Length > 0)
            {
                rig.KillAt(point);
                await Assert.ThrowsAsync<HttpRequestException>(() => job.UploadAsync(archive));
                await rig.DiedAsync();
            }
            else
            {
                await HalfAsync(rig, job, archive);
            }

            var isThere = (await rig.BytesAsync($"projects/1/jobs/{job.Id}/artifacts")).Status == HttpStatusCode.OK;
            Assert.Equal(point == "artifact kept", isThere);
            // It is swept when the server is there again, and that is ready before.
            var incoming = Path.Combine(rig.DataFolder, "blobs", "incoming");
            await Rig.UntilAsync(() => Task.FromResult(Directory.GetFiles(incoming).Length == 0));
            Assert.Empty(Directory.GetFiles(incoming));
            Assert.Equal(201, (await Rig.StubbornlyAsync(() => job.UploadAsync(archive))).Status);
            Assert.Equal(400, (await job.UploadAsync([1, 2, 3])).Status);
            Assert.Equal(archive, (await rig.BytesAsync($"projects/1/jobs/{job.Id}/artifacts")).Bytes);
            Assert.Equal(200, (await job.FinishAsync("success")).Status);
        }

        await rig.SoundAsync("artifacts");
    }

    /// <summary>F22: what a proxy sends twice has one effect.</summary>
    [Theory, EveryDatabase]
    public async Task Every_word_of_a_runner_may_come_twice(DatabaseKind kind)
    {
        var rig = await rigs.OfAsync(kind);
        using var runner = await rig.RunnerAsync();
        for (var cycle = 0; cycle < Rig.Cycles; cycle++)
        {
            await rig.PushAsync();
            var job = await Rig.TakeAsync(runner);
            job.Log = Encoding.UTF8.GetBytes("one\ntwo\n");

            Assert.Equal(200, (await job.UpdateAsync("running")).Status);
            Assert.Equal(202, (await job.PatchAsync(0, 4)).Status);
            Assert.Equal(416, (await job.PatchAsync(0, 4)).Status);
            job.Sent = 4;
            Assert.Equal(201, (await job.UploadAsync([1, 2, 3])).Status);
            Assert.Equal(201, (await job.UploadAsync([1, 2, 3])).Status);
            Assert.Equal(200, (await job.FinishAsync("success")).Status);
            Assert.Equal(200, (await job.FinishAsync("success")).Status);
            Assert.Equal(403, (await job.UpdateAsync("failed")).Status);
            Assert.Equal(job.Log, (await rig.BytesAsync($"projects/1/jobs/{job.Id}/trace")).Bytes);
        }

        await rig.SoundAsync("twice");
    }

    private static string Live(Rig rig, long job) => Path.Combine(rig.DataFolder, "traces", (job % 256).ToString("x2"), $"{job}.log");

    /// <summary>Dies when half of the body has come.</summary>
    private static async Task HalfAsync(Rig rig, WireJob job, byte[] archive)
    {
        var half = new TaskCompletionSource();
        using var request = new HttpRequestMessage(
            HttpMethod.Post,
            $"/api/v4/jobs/{job.Id}/artifacts?artifact_format=zip&artifact_type=archive"
        );
        request.Headers.Add("JOB-TOKEN", job.Token);
        request.Headers.TransferEncodingChunked = true;
        var form = new MultipartFormDataContent { { new StreamContent(new HalfStream(archive, half)), "file", "artifacts.zip" } };
        request.Content = form;
        using var over = new CancellationTokenSource();
        var sending = rig.Http.SendAsync(request, over.Token);
        await half.Task;
        await rig.Server.KillAsync();
        await over.CancelAsync();
        await Assert.ThrowsAnyAsync<Exception>(() => sending);
        await rig.AgainAsync();
    }

    /// <summary>As two minutes would.</summary>
    private static Task<int> LapseAsync(Rig rig) =>
        rig.OnRowsAsync(db => db.ExecuteAsync("UPDATE jobs SET offered_until = 1 WHERE offered_until IS NOT NULL", null, Ct));
}
