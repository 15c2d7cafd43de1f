namespace Slipway.ServerBench;

/// <summary>Long lists: ten thousand pipelines of a project, a thousand projects.</summary>
internal static class ListRow
{
    public static async Task RunAsync(Bench bench)
    {
        await using var server = await ServerProcess.StartAsync(bench);
        var id = await server.ProjectAsync("list", "job: { script: [echo] }\n");
        await ManyAsync(bench.Of(10_000), 8, _ => server.PostAsync($"projects/{id}/pipeline", new { @ref = "main" }));
        await ManyAsync(
            bench.Of(1_000),
            4,
            n =>
                server.PostAsync(
                    "projects",
                    new
                    {
                        name = $"p{n}",
                        path = $"p{n}",
                        visibility = "public",
                    }
                )
        );
        var last = bench.Of(10_000) / 20;
        await TellAsync(server.Http, "pipelines, first page of 10,000, API", $"/api/v4/projects/{id}/pipelines");
        await TellAsync(server.Http, "pipelines, last page of 10,000, API", $"/api/v4/projects/{id}/pipelines?page={last}");
        await TellAsync(server.Http, "pipelines of one ref and status, API", $"/api/v4/projects/{id}/pipelines?ref=main&status=success");
        await TellAsync(server.Http, "jobs, first page of 10,000, API", $"/api/v4/projects/{id}/jobs");
        await TellAsync(server.Http, "projects, first page of 1,000, API", "/api/v4/projects");
        using var visitor = server.Client();
        await TellAsync(visitor, "pipelines, page in a browser", "/root/list/-/pipelines");
        await TellAsync(visitor, "projects, page in a browser", "/explore");
    }

    private static async Task TellAsync(HttpClient http, string what, string path)
    {
        var times = new List<double>();
        for (var n = 0; n < 55; n++)
        {
            var took = await TraceRows.TimeAsync(http, path);
            if (n >= 5)
                times.Add(took);
        }

        Bench.Tell(what, Bench.Percentiles(times), "50 ms");
    }

    private static Task ManyAsync(int count, int at, Func<int, Task> make) =>
        Parallel.ForEachAsync(
            Enumerable.Range(0, count),
            new ParallelOptions { MaxDegreeOfParallelism = at },
            async (n, _) => await make(n)
        );
}
