using System.Diagnostics;

namespace Slipway.ServerBench;

/// <summary>A runner waits; somebody pushes.</summary>
internal static class PushRow
{
    private const int Pushes = 60;
    private const string Yaml = "workflow: { auto_cancel: { on_new_commit: none } }\njob: { script: [echo] }\n";

    public static async Task RunAsync(Bench bench)
    {
        await using var server = await ServerProcess.StartAsync(bench);
        await server.ProjectAsync("push", Yaml);
        var folder = server.Folder("work-push");
        using var runner = await server.RunnerAsync();
        var (after, whole) = (new List<double>(), new List<double>());
        for (var push = 0; push < bench.Of(Pushes) + 3; push++)
        {
            ServerProcess.Git(folder, "commit", "--quiet", "--allow-empty", "--message", $"push {push}");
            // The first question is answered at once, the second one is held.
            if (push == 0)
                await runner.RequestAsync();
            var taken = TakeAsync(runner);
            var begun = Stopwatch.GetTimestamp();
            ServerProcess.Git(folder, "push", "--quiet", "origin", "main");
            var accepted = Stopwatch.GetTimestamp();
            var (job, at) = await taken;
            await runner.EndAsync(job);
            if (push < 3)
                continue;
            after.Add(Math.Max(0, Stopwatch.GetElapsedTime(accepted, at).TotalMilliseconds));
            whole.Add(Stopwatch.GetElapsedTime(begun, at).TotalMilliseconds);
        }

        Bench.Tell("`git push` has ended → its job is at a waiting runner", Bench.Percentiles(after), "p50 150 ms");
        Bench.Tell("`git push` begins → its job is at a waiting runner", Bench.Percentiles(whole));
    }

    private static async Task<(Taken Job, long At)> TakeAsync(RunnerDouble runner)
    {
        await Task.Yield();
        var job = await runner.TakeAsync();
        return (job, Stopwatch.GetTimestamp());
    }
}
