namespace Slipway.ServerBench;

/// <summary>From nothing to the first answer, and what it takes to sit there.</summary>
internal static class StartRow
{
    private const int Runs = 7;
    private static readonly TimeSpan Rest = TimeSpan.FromSeconds(5);

    public static async Task RunAsync(Bench bench)
    {
        var (times, memory) = (new List<double>(), new List<double>());
        for (var run = 0; run <= bench.Of(Runs); run++)
        {
            await using var server = await ServerProcess.StartAsync(bench, hasUser: false);
            // The first one brings the binary into memory, and makes the tables where the database outlives the server.
            if (run == 0)
                continue;
            times.Add(server.Started.TotalMilliseconds);
            if (run > 2)
                continue;
            await Task.Delay(Rest);
            memory.Add(server.Resident());
        }

        Bench.Tell("start to first 200, new data folder", Bench.Percentiles(times), "700 ms");
        if (memory.Count > 0)
            Bench.Tell("memory, idle", $"{memory.Max():0} MiB", "150 MiB");
    }
}
