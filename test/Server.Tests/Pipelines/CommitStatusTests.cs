using Slipway.Server.Data;
using Slipway.Server.Projects;
using Slipway.Server.Tests.Git;
using Slipway.Server.Tests.Support;
using Xunit;

namespace Slipway.Server.Tests.Pipelines;

/// <summary>What other systems say of a commit. https://docs.gitlab.com/api/commits/#commit-status</summary>
public sealed class CommitStatusTests
{
    [Theory, EveryDatabase]
    public async Task Another_system_tells_how_its_jobs_go(DatabaseKind kind)
    {
        await using var server = await GitServer.StartAsync(kind: kind);
        var sha = await PushAsync(server, "");
        var client = server.Owner.Client;
        var first = await TellAsync(
            new
            {
                state = "pending",
                name = "jenkins",
                description = "waits",
                target_url = "https://ci.example.com/1",
            }
        );
        Assert.Equal((201, "pending", "jenkins"), (first.Status, first["status"].GetString(), first["name"].GetString()));
        Assert.Equal(("main", sha), (first["ref"].GetString(), first["sha"].GetString()));
        var pipeline = first["pipeline_id"].GetInt64();
        Assert.Equal("pending", await StatusAsync());
        Assert.Equal(400, (await TellAsync(new { state = "pending", name = "jenkins" })).Status);
        Assert.Equal(first["id"].GetInt64(), (await TellAsync(new { state = "running", name = "jenkins" }))["id"].GetInt64());
        Assert.Equal("running", await StatusAsync());
        Assert.Equal(
            201,
            (
                await TellAsync(
                    new
                    {
                        state = "success",
                        context = "lint",
                        coverage = 12.5,
                    }
                )
            ).Status
        );
        Assert.Equal("running", await StatusAsync());
        Assert.Equal("waits", (await TellAsync(new { state = "failed", name = "jenkins" }))["description"].GetString());
        Assert.Equal("failed", await StatusAsync());
        Assert.Equal(pipeline, (
                await TellAsync(
                    new
                    {
                        state = "success",
                        name = "jenkins",
                        pipeline_id = pipeline,
                    }
                )
            )["pipeline_id"].GetInt64());
        Assert.Equal("success", await StatusAsync());

        Assert.Equal(["lint success", "jenkins success"], await ListAsync(""));
        Assert.Equal(["jenkins failed", "lint success", "jenkins success"], await ListAsync("?all=true&stage=external"));
        Assert.Equal(["lint success"], await ListAsync($"?name=lint&ref=main&pipeline_id={pipeline}"));

        async Task<string?> StatusAsync() =>
            (await client.GetApiAsync($"projects/{server.Project.Id}/pipelines/{pipeline}"))["status"].GetString();

        Task<Answer> TellAsync(object body) => client.PostApiAsync($"projects/{server.Project.Id}/statuses/{sha}", body);

        async Task<IEnumerable<string>> ListAsync(string query) =>
            (await client.GetApiAsync($"projects/{server.Project.Id}/repository/commits/{sha}/statuses{query}"))
                .Json.EnumerateArray()
                .Select(one => $"{one.GetProperty("name").GetString()} {one.GetProperty("status").GetString()}");
    }

    [Theory, EveryDatabase]
    public async Task What_others_say_counts_beside_a_pipelines_own_jobs(DatabaseKind kind)
    {
        await using var server = await GitServer.StartAsync(kind: kind);
        var sha = await PushAsync(server, "go: {script: [x], when: manual}");
        var client = server.Owner.Client;
        var path = $"projects/{server.Project.Id}";
        var pipeline = (await client.PostApiAsync($"{path}/pipeline", new { @ref = "main" }))["id"].GetInt64();
        var told = await client.PostApiAsync($"{path}/statuses/{sha}", new { state = "running", name = "outside" });
        Assert.Equal(pipeline, told["pipeline_id"].GetInt64());
        Assert.Equal("running", await StatusAsync());
        var job = (await client.GetApiAsync($"{path}/pipelines/{pipeline}/jobs")).Json[0].GetProperty("id").GetInt64();
        await client.PostApiAsync($"{path}/jobs/{job}/play");
        await client.PostApiAsync($"{path}/jobs/{job}/cancel");
        Assert.Equal("running", await StatusAsync());
        await client.PostApiAsync($"{path}/statuses/{sha}", new { state = "failed", name = "outside" });
        Assert.Equal("failed", await StatusAsync());

        async Task<string?> StatusAsync() => (await client.GetApiAsync($"{path}/pipelines/{pipeline}"))["status"].GetString();
    }

    [Fact]
    public async Task What_makes_no_sense_is_refused()
    {
        await using var server = await GitServer.StartAsync();
        var sha = await PushAsync(server, "");
        var path = $"projects/{server.Project.Id}/statuses";
        var client = server.Owner.Client;
        Assert.Equal(400, (await client.PostApiAsync($"{path}/{sha}", new { name = "x" })).Status);
        Assert.Equal(400, (await client.PostApiAsync($"{path}/{sha}", new { state = "odd" })).Status);
        Assert.Equal(400, (await client.PostApiAsync($"{path}/{sha}", new { state = "success", target_url = "javascript:x" })).Status);
        Assert.Equal(400, (await client.PostApiAsync($"{path}/{sha}", new { state = "success", coverage = "much" })).Status);
        Assert.Equal(400, (await client.PostApiAsync($"{path}/{sha}", new { state = "success", pipeline_id = 99 })).Status);
        Assert.Equal(404, (await client.PostApiAsync($"{path}/{sha}", new { state = "success", @ref = "nowhere" })).Status);
        Assert.Equal(404, (await client.PostApiAsync($"{path}/{new string('9', 40)}", new { state = "success" })).Status);

        // The default branch is protected: who may not merge there says nothing of it.
        var developer = await server.Server.UserAsync();
        await server.Server.JoinAsync(new MemberOf.Project(server.Project.Id), developer.Row, Http.Role.Developer);
        Assert.Equal(403, (await developer.Client.PostApiAsync($"{path}/{sha}", new { state = "success" })).Status);
    }

    private static async Task<string> PushAsync(GitServer server, string yaml)
    {
        var git = await server.WorkAsync();
        if (yaml.Length > 0)
            await git.CommitAsync("ci [skip ci]", (".gitlab-ci.yml", yaml));
        await git.OkAsync("push", "-q", "origin", "main");
        // The push has a pipeline too, a skipped one, as soon as its work is done: what comes after is newer.
        while (
            yaml.Length > 0
            && await server.Server.Db.FindAsync<long>(
                "SELECT COUNT(*) FROM pipelines WHERE ready = 1",
                null,
                TestContext.Current.CancellationToken
            ) == 0
        )
            await Task.Delay(20, TestContext.Current.CancellationToken);
        return (await server.RefsAsync())["main"];
    }
}
