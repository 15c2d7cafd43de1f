using System.Text;
using Slipway.Fault.Tests.Support;
using Slipway.Server.Tests.Support;
using Xunit;

namespace Slipway.Fault.Tests;

/// <summary>F12: our own runner is told to end while it runs a job (reliability-security A4).</summary>
public sealed class SignalTests(Rigs rigs) : IClassFixture<Rigs>
{
    /// <summary>And not the minutes after which a silent runner's jobs are lost.</summary>
    private static readonly TimeSpan AtOnce = TimeSpan.FromSeconds(10);

    private static CancellationToken Ct => Rig.Ct;

    /// <summary>Each way to say it in its turn, to one machine that comes back each time.</summary>
    private static IEnumerable<string> Signals =>
        from cycle in Enumerable.Range(0, Math.Max(2, Rig.Cycles))
        select cycle % 2 == 0 ? "TERM" : "QUIT";

    [Fact]
    public async Task One_signal_lets_the_job_finish_and_no_other_is_taken()
    {
        foreach (var signal in Signals)
        {
            var rig = await RigAsync("while [ -e BEGUN ] && [ ! -e GO ]; do sleep 0.1; done");
            using var runner = await RunnerProcess.StartAsync(rig, "told", atOnce: 2, isHeard: true);
            var job = await RunningAsync(rig);
            runner.Signal(signal);
            await runner.HeardAsync("no more jobs are taken");
            var (sha, _, _) = await rig.PushAsync();
            Assert.Single(await rig.PipelinesAsync(sha));
            // It has room for it, and asks every second.
            await Task.Delay(TimeSpan.FromSeconds(3), Ct);
            Assert.Equal((signal, "running"), (signal, await rig.StatusAsync(job)));
            await File.WriteAllTextAsync(rig.Place("go"), "", Ct);

            Assert.Equal((signal, 0), (signal, await runner.ExitAsync()));
            Assert.Equal("success", await rig.StatusAsync(job));
            var waiting = Assert.Single((await rig.ApiAsync("projects/1/jobs?scope=pending")).EnumerateArray());
            Assert.Equal(sha, waiting.GetProperty("commit").GetProperty("id").GetString());
            // Nobody has it, so it is for who comes next.
            using var next = await rig.RunnerAsync();
            Assert.Equal(200, (await (await Rig.TakeAsync(next)).FinishAsync("success")).Status);
            await rig.SoundAsync(signal);
        }
    }

    [Fact]
    public async Task A_second_signal_ends_the_job_and_the_server_knows_at_once_and_why()
    {
        foreach (var signal in Signals)
        {
            var rig = await RigAsync("sleep 987654");
            using var runner = await RunnerProcess.StartAsync(rig, "twice", isHeard: true);
            var job = await RunningAsync(rig);
            runner.Signal(signal);
            await runner.HeardAsync("no more jobs are taken");
            runner.Signal(signal);

            var since = new FairStopwatch();
            Assert.Equal((signal, 130), (signal, await runner.ExitAsync()));
            Assert.True(since.Elapsed < AtOnce, $"after {signal} it took {since.Elapsed} to end");
            var ended = await rig.ApiAsync($"projects/1/jobs/{job}");
            Assert.Equal(
                ("failed", "runner_interrupted"),
                (ended.GetProperty("status").GetString(), ended.GetProperty("failure_reason").GetString())
            );
            var log = Encoding.UTF8.GetString((await rig.BytesAsync($"projects/1/jobs/{job}/trace")).Bytes);
            Assert.Contains("Job failed (system failure): aborted: terminated", log);
            Assert.Contains("its status is failed", log);
            Assert.True(File.Exists(rig.Place("after")), log);
            await rig.SoundAsync(signal);
        }
    }

    /// <param name="script">What the job does once it has begun.</param>
    private Task<Rig> RigAsync(string script) =>
        rigs.OfAsync(
            DatabaseKind.Sqlite,
            rig =>
            {
                foreach (var name in (string[])["begun", "go", "after"])
                    File.Delete(rig.Place(name));
                script = script.Replace("BEGUN", rig.Place("begun")).Replace("GO", rig.Place("go"));
                return $$"""
                    workflow: { auto_cancel: { on_new_commit: none } }
                    build:
                      script: ["touch {{rig.Place("begun")}}", "{{script}}"]
                      after_script: ["echo its status is $CI_JOB_STATUS", "touch {{rig.Place("after")}}"]
                    """;
            }
        );

    private static async Task<long> RunningAsync(Rig rig)
    {
        await rig.PushAsync();
        await Rig.UntilAsync(() => Task.FromResult(File.Exists(rig.Place("begun"))));
        return Assert.Single((await rig.ApiAsync("projects/1/jobs?scope=running")).EnumerateArray()).GetProperty("id").GetInt64();
    }
}
