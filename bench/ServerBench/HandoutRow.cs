using System.Collections.Concurrent;
using System.Diagnostics;

namespace Slipway.ServerBench;

/// <summary>Many jobs wait; runners take them as fast as they can.</summary>
internal static class HandoutRow
{
    private const int Pipelines = 10;
    private const int JobsEach = 500;

    /// <summary>
    /// Handed out before the clock runs, twice: the runtime counts which methods are called often only when the server has been quiet once, and compiles them anew
    /// while they are called again.
    /// </summary>
    private const int WarmingPipelines = 3;

    public static async Task RunAsync(Bench bench)
    {
        foreach (var runners in bench.Runners)
        {
            await using var server = await ServerProcess.StartAsync(bench);
            await OnceAsync(bench, server, runners);
        }
    }

    private static async Task OnceAsync(Bench bench, ServerProcess server, int count)
    {
        var each = bench.Of(JobsEach);
        var id = await server.ProjectAsync(
            "many",
            $"job:\n  parallel: {Math.Min(200, each)}\n  script: [echo]\n"
                + string.Concat(Enumerable.Range(0, Math.Max(0, each - 200)).Select(n => $"job{n}: {{ script: [echo] }}\n"))
        );
        var runners = await server.RunnersAsync(count);
        await RoundAsync(server, id, runners, WarmingPipelines, each);
        await RoundAsync(server, id, runners, WarmingPipelines, each);
        var (taken, seconds, worked, stored, asked) = await RoundAsync(server, id, runners, Pipelines, each);
        runners.ForEach(runner => runner.Dispose());
        var twice = taken.Count - taken.Distinct().Count();
        Bench.Tell(
            $"hand-out, {count} runners, {taken.Count} jobs in {Pipelines} pipelines",
            $"{taken.Count / seconds:0} jobs/s, {worked / taken.Count:0.00} ms of processor each, {(stored > 0 ? $"{stored / taken.Count:0.00} ms of PostgreSQL's and " : "")}{asked / taken.Count:0.00} ms of the runners', {twice} twice, {server.ResidentAtMost():0} MiB",
            "3,000 jobs/s"
        );
    }

    private static async Task<(ConcurrentBag<long> Taken, double Seconds, double Worked, double Stored, double Asked)> RoundAsync(
        ServerProcess server,
        long project,
        List<RunnerDouble> runners,
        int pipelines,
        int each
    )
    {
        for (var n = 0; n < pipelines; n++)
            await server.PostAsync($"projects/{project}/pipeline", new { @ref = "main" });
        // What was compiled in haste is compiled again when there has been quiet for some seconds.
        await Task.Delay(TimeSpan.FromSeconds(4));
        var (taken, all) = (new ConcurrentBag<long>(), each * pipelines);
        using var done = new CancellationTokenSource();
        var (worked, stored, asked, begun) = (
            server.Worked(),
            ServerProcess.DatabaseWorked(),
            Environment.CpuUsage.TotalTime,
            Stopwatch.GetTimestamp()
        );
        await Task.WhenAll(runners.Select(runner => Task.Run(() => DrainAsync(runner, taken, all, done))));
        var seconds = Stopwatch.GetElapsedTime(begun).TotalSeconds;
        return (
            taken,
            seconds,
            server.Worked() - worked,
            ServerProcess.DatabaseWorked() - stored,
            (Environment.CpuUsage.TotalTime - asked).TotalMilliseconds
        );
    }

    private static async Task DrainAsync(RunnerDouble runner, ConcurrentBag<long> taken, int all, CancellationTokenSource done)
    {
        try
        {
            while (true)
            {
                if (await runner.RequestAsync(done.Token) is { } job)
                    taken.Add(job.Id);
                // Those that are held by now would wait for nothing.
                if (taken.Count >= all)
                    await done.CancelAsync();
            }
        }
        catch (OperationCanceledException) when (done.IsCancellationRequested) { }
    }
}
