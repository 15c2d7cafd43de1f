using System.Diagnostics;
using System.Text;

namespace Slipway.ServerBench;

/// <summary>Logs: how fast they are taken, how soon they are seen, and how long a large one lets people wait.</summary>
internal static class TraceRows
{
    private const int Piece = 16 * 1024;

    public static async Task IngestAsync(Bench bench)
    {
        foreach (var count in (int[])[1, 32])
        {
            await using var server = await ServerProcess.StartAsync(bench);
            using var runner = await JobsAsync(server, count);
            var jobs = new List<Taken>();
            for (var n = 0; n < count; n++)
                jobs.Add(await runner.TakeAsync());
            var pieces = bench.Of(count == 1 ? 500 : 100);
            var piece = Lines(Piece);
            var times = new List<double>();
            var begun = Stopwatch.GetTimestamp();
            await Task.WhenAll(jobs.Select(job => Task.Run(() => AppendAsync(runner, job, piece, pieces, times))));
            var seconds = Stopwatch.GetElapsedTime(begun).TotalSeconds;
            var megabytes = (double)count * pieces * Piece / (1 << 20);
            Bench.Tell(
                $"logs taken, {count} jobs, pieces of 16 KiB, each on the disk",
                $"{megabytes / seconds:0} MiB/s, {count * pieces / seconds:0} pieces/s; {Bench.Percentiles(times)}"
            );
        }
    }

    public static async Task VisibleAsync(Bench bench)
    {
        await using var server = await ServerProcess.StartAsync(bench);
        using var runner = await JobsAsync(server, 1);
        var job = await runner.TakeAsync();
        using var browser = server.Client();
        using var events = new StreamReader(await browser.GetStreamAsync($"/root/logs/-/jobs/{job.Id}/trace.events"));
        var (times, length) = (new List<double>(), 0L);
        for (var n = 0; n < bench.Of(60); n++)
        {
            var line = Encoding.ASCII.GetBytes($"this is line <{n}>\n");
            var begun = Stopwatch.GetTimestamp();
            await runner.AppendAsync(job, length, line);
            length += line.Length;
            while (await events.ReadLineAsync() is { } seen && !seen.Contains($"{n}", StringComparison.Ordinal)) { }
            times.Add(Stopwatch.GetElapsedTime(begun).TotalMilliseconds);
            await Task.Delay(n * 37 % 400);
        }

        Bench.Tell("a line is sent → it is in an open page's event stream", Bench.Percentiles(times), "p95 1 s");
    }

    public static async Task LargeAsync(Bench bench)
    {
        await using var server = await ServerProcess.StartAsync(bench);
        using var runner = await JobsAsync(server, 1);
        var job = await runner.TakeAsync();
        var piece = Lines(1 << 20);
        // Just under the limit of 100 MB.
        for (var n = 0; n < bench.Of(95); n++)
            await runner.AppendAsync(job, (long)n * piece.Length, piece);
        await runner.EndAsync(job);
        using var browser = server.Client();
        var times = new List<double>();
        for (var n = 0; n < 10; n++)
            times.Add(await TimeAsync(browser, $"/root/logs/-/jobs/{job.Id}"));
        Bench.Tell("page of a job with a log of 95 MiB", Bench.Percentiles(times), "1 s");
    }

    public static async Task<double> TimeAsync(HttpClient http, string path)
    {
        var begun = Stopwatch.GetTimestamp();
        using var answer = await http.GetAsync(path);
        await answer.Content.ReadAsByteArrayAsync();
        answer.EnsureSuccessStatusCode();
        return Stopwatch.GetElapsedTime(begun).TotalMilliseconds;
    }

    public static async Task<RunnerDouble> JobsAsync(ServerProcess server, int count)
    {
        var id = await server.ProjectAsync("logs", $"job: {{ parallel: {Math.Max(2, count)}, script: [echo] }}\n");
        await server.PostAsync($"projects/{id}/pipeline", new { @ref = "main" });
        return await server.RunnerAsync();
    }

    private static async Task AppendAsync(RunnerDouble runner, Taken job, byte[] piece, int pieces, List<double> times)
    {
        for (var n = 0; n < pieces; n++)
        {
            var begun = Stopwatch.GetTimestamp();
            await runner.AppendAsync(job, (long)n * piece.Length, piece);
            var took = Stopwatch.GetElapsedTime(begun).TotalMilliseconds;
            lock (times)
                times.Add(took);
        }
    }

    public static byte[] Lines(int bytes)
    {
        var text = new StringBuilder();
        for (var n = 0; text.Length < bytes; n++)
            text.Append($"\e[32;1mline {n}\e[0;m of a log that says something about what is being built here\n");
        return Encoding.ASCII.GetBytes(text.ToString(0, bytes - 1) + "\n");
    }
}
