using System.Diagnostics;

namespace Slipway.ServerBench;

/// <summary>One pipeline as large as a pipeline may be: runners take its jobs and end them, all of them, while each end changes the one pipeline.</summary>
internal static class WideRow
{
    private const int Names = 25;
    private const int JobsOfOne = 200;

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
        var each = bench.Of(JobsOfOne);
        var config = string.Concat(Enumerable.Range(1, Names).Select(n => $"job{n}: {{ parallel: {each}, script: [echo] }}\n"));
        var id = await server.ProjectAsync("wide", config);
        var runners = await server.RunnersAsync(count);
        await server.PostAsync($"projects/{id}/pipeline", new { @ref = "main" });
        var (all, ends) = (Names * each, new List<double>());
        using var done = new CancellationTokenSource();
        var (worked, stored, begun) = (server.Worked(), ServerProcess.DatabaseWorked(), Stopwatch.GetTimestamp());
        await Task.WhenAll(runners.Select(runner => Task.Run(() => WorkAsync(runner, ends, all, done))));
        var seconds = Stopwatch.GetElapsedTime(begun).TotalSeconds;
        var pipeline = (await server.GetAsync($"projects/{id}/pipelines"))[0];
        runners.ForEach(runner => runner.Dispose());
        var theirs = ServerProcess.DatabaseWorked() - stored;
        Bench.Tell(
            $"{count} runners take and end the {all} jobs of one pipeline: it is {pipeline.GetProperty("status").GetString()}",
            $"{all / seconds:0} jobs/s, {(server.Worked() - worked) / all:0.00} ms of processor each{(theirs > 0 ? $" and {theirs / all:0.00} ms of PostgreSQL's" : "")}, {server.ResidentAtMost():0} MiB"
        );
        Bench.Tell("the end of one", Bench.Percentiles(ends));
    }

    private static async Task WorkAsync(RunnerDouble runner, List<double> ends, int all, CancellationTokenSource done)
    {
        try
        {
            while (true)
            {
                if (await runner.RequestAsync(done.Token) is not { } job)
                    continue;
                var begun = Stopwatch.GetTimestamp();
                await runner.EndAsync(job);
                bool isLast;
                lock (ends)
                {
                    ends.Add(Stopwatch.GetElapsedTime(begun).TotalMilliseconds);
                    isLast = ends.Count == all;
                }

                if (isLast)
                    await done.CancelAsync();
            }
        }
        catch (OperationCanceledException) when (done.IsCancellationRequested) { }
        catch
        {
            // The others would wait for its jobs.
            await done.CancelAsync();
            throw;
        }
    }
}
