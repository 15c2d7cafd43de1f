using System.Collections.Concurrent;
using System.Diagnostics;

namespace Slipway.ServerBench;

/// <summary>Many jobs wait; runners take them as fast as they can.</summary>
internal static class HandoutRow
{
    private const int Pipelines = 10;
    private const int JobsEach = 500;

    public static async Task RunAsync(Bench bench)
    {
        foreach (var runners in (int[])[1, 8, 32])
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
        for (var n = 0; n < Pipelines; n++)
            await server.PostAsync($"projects/{id}/pipeline", new { @ref = "main" });
        var runners = new List<RunnerDouble>();
        for (var n = 0; n < count; n++)
            runners.Add(await server.RunnerAsync());
        var (taken, all) = (new ConcurrentBag<long>(), each * Pipelines);
        using var done = new CancellationTokenSource();
        var begun = Stopwatch.GetTimestamp();
        await Task.WhenAll(runners.Select(runner => Task.Run(() => DrainAsync(runner, taken, all, done))));
        var seconds = Stopwatch.GetElapsedTime(begun).TotalSeconds;
        runners.ForEach(runner => runner.Dispose());
        var twice = taken.Count - taken.Distinct().Count();
        Bench.Tell(
            $"hand-out, {count} runners, {taken.Count} jobs in {Pipelines} pipelines",
            $"{taken.Count / seconds:0} jobs/s, {twice} twice, {server.ResidentAtMost():0} MiB",
            "3,000 jobs/s"
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
