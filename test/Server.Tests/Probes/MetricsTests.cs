using Slipway.Server.Tests.Runners;
using Slipway.Server.Tests.Support;
using Xunit;

namespace Slipway.Server.Tests.Probes;

public sealed class MetricsTests
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Theory, EveryDatabase]
    public async Task Numbers_are_for_administrators_and_in_Prometheus_format(DatabaseKind kind)
    {
        await using var room = await CoordinatorRoom.OpenAsync(kind);
        await room.PipelineAsync("build: { script: make }\ntest: { script: make, when: manual }\n");
        var runner = await room.RunnerAsync();
        await runner.StartAsync();
        var somebody = await room.Server.UserAsync();

        Assert.Equal(401, (int)(await room.Server.Anonymous.GetAsync("/-/metrics", Ct)).StatusCode);
        Assert.Equal(403, (int)(await somebody.Client.GetAsync("/metrics", Ct)).StatusCode);
        var answer = await room.Admin.Client.GetAsync("/-/metrics", Ct);
        var lines = (await answer.Content.ReadAsStringAsync(Ct)).Split('\n', StringSplitOptions.RemoveEmptyEntries);

        Assert.StartsWith("text/plain; version=0.0.4", answer.Content.Headers.ContentType!.ToString());
        Assert.All(
            lines,
            line => Assert.Matches(@"^(# (HELP|TYPE) [a-z_]+ .+|[a-z_]+(\{[a-z]+=""[^""]*""(,[a-z]+=""[^""]*"")*\})? [0-9.E+-]+)$", line)
        );
        Assert.Contains("slipway_jobs{status=\"running\"} 1", lines);
        Assert.Contains("slipway_jobs{status=\"manual\"} 1", lines);
        Assert.Contains("slipway_job_wait_seconds_count 1", lines);
        Assert.Contains("slipway_runners_online 1", lines);
        Assert.Contains(lines, line => line.StartsWith("slipway_http_requests_total{method=\"GET\",status=\"4xx\"} 2"));
        Assert.Contains(lines, line => line.StartsWith("process_resident_memory_bytes ") && line.Split(' ')[1].Length > 6);
    }

    [Fact]
    public async Task A_server_that_ends_is_not_ready_and_still_answers()
    {
        await using var server = await TestServer.StartAsync(DatabaseKind.Sqlite);
        Assert.Equal(200, (int)(await server.Anonymous.GetAsync("/-/readiness", Ct)).StatusCode);
        server.BeginEnd();

        Assert.Equal(503, (int)(await server.Anonymous.GetAsync("/-/readiness", Ct)).StatusCode);
        Assert.Equal(200, (int)(await server.Anonymous.GetAsync("/-/liveness", Ct)).StatusCode);
    }
}
