using System.Diagnostics;
using System.Text;

namespace Slipway.ServerBench;

/// <summary>A hundred jobs at once, each with a log that grows, from the first question to the last word.</summary>
internal static class JobsRow
{
    private const int Pieces = 20;

    public static async Task RunAsync(Bench bench)
    {
        await using var server = await ServerProcess.StartAsync(bench);
        var count = bench.Of(100);
        var id = await server.ProjectAsync("hundred", $"job: {{ parallel: {Math.Max(2, count)}, script: [echo] }}\n");
        var runners = await server.RunnersAsync(count);
        var calls = new List<double>();
        var begun = Stopwatch.GetTimestamp();
        var running = runners.Select(runner => Task.Run(() => LiveAsync(runner, calls))).ToList();
        await server.PostAsync($"projects/{id}/pipeline", new { @ref = "main" });
        await Task.WhenAll(running);
        var pipeline = (await server.GetAsync($"projects/{id}/pipelines"))[0];
        var seconds = Stopwatch.GetElapsedTime(begun).TotalSeconds;
        runners.ForEach(runner => runner.Dispose());
        Bench.Tell(
            $"{count} jobs at once, {Pieces} pieces of log each, 50 ms apart: the pipeline is {pipeline.GetProperty("status").GetString()}",
            $"{seconds:0.0} s, {server.ResidentAtMost():0} MiB"
        );
        Bench.Tell("one call of theirs", Bench.Percentiles(calls));
    }

    private static async Task LiveAsync(RunnerDouble runner, List<double> calls)
    {
        var job = await runner.TakeAsync();
        var (piece, at) = (Encoding.ASCII.GetBytes(new string('x', 2047) + "\n"), 0L);
        for (var n = 0; n < Pieces; n++, at += piece.Length)
        {
            await Task.Delay(50);
            await TimedAsync(() => runner.AppendAsync(job, at, piece), calls);
        }

        await TimedAsync(() => runner.EndAsync(job), calls);
    }

    private static async Task TimedAsync(Func<Task> call, List<double> calls)
    {
        var begun = Stopwatch.GetTimestamp();
        await call();
        var took = Stopwatch.GetElapsedTime(begun).TotalMilliseconds;
        lock (calls)
            calls.Add(took);
    }
}
