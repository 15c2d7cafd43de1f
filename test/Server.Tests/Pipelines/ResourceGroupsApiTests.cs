using Slipway.Protocol.Coordination;
using Slipway.Server.Tests.Runners;
using Slipway.Server.Tests.Support;
using Xunit;

namespace Slipway.Server.Tests.Pipelines;

/// <summary>https://docs.gitlab.com/api/resource_groups/</summary>
public sealed class ResourceGroupsApiTests
{
    private const string Deploy = "deploy: {script: [x], resource_group: production}";

    [Theory, EveryDatabase]
    public async Task A_group_is_there_with_its_first_job_and_its_mode_can_be_changed(DatabaseKind kind)
    {
        await using var room = await CoordinatorRoom.OpenAsync(kind);
        var path = $"projects/{room.Project.Id}/resource_groups";
        var client = room.Admin.Client;
        Assert.Equal("[]", (await client.GetApiAsync(path)).Text);
        await room.PipelineAsync(Deploy);
        await room.PipelineAsync(Deploy);
        var one = Assert.Single((await client.GetApiAsync(path)).Json.EnumerateArray());
        Assert.Equal(("production", "unordered"), (one.GetProperty("key").GetString(), one.GetProperty("process_mode").GetString()));
        Assert.Equal(
            "newest_first",
            (await client.PutApiAsync($"{path}/production", new { process_mode = "newest_first" }))["process_mode"].GetString()
        );
        Assert.Equal("newest_first", (await client.GetApiAsync($"{path}/production"))["process_mode"].GetString());
        Assert.Equal(400, (await client.PutApiAsync($"{path}/production", new { process_mode = "first" })).Status);
        Assert.Equal(404, (await client.PutApiAsync($"{path}/staging", new { process_mode = "unordered" })).Status);
        Assert.Equal(404, (await client.GetApiAsync($"{path}/staging")).Status);
    }

    [Theory, InlineData("oldest_first", 1), InlineData("newest_first", 2)]
    public async Task The_mode_says_whose_turn_is_next(string mode, int next)
    {
        await using var room = await CoordinatorRoom.OpenAsync(DatabaseKind.Sqlite);
        var runner = await room.RunnerAsync();
        var pipelines = new List<long> { await room.PipelineAsync(Deploy) };
        var first = await NextAsync(runner);
        await first.UpdateAsync(JobState.Running);
        await room.Admin.Client.PutApiAsync($"projects/{room.Project.Id}/resource_groups/production", new { process_mode = mode });
        pipelines.Add(await room.PipelineAsync(Deploy));
        pipelines.Add(await room.PipelineAsync(Deploy));
        await first.FinishAsync(JobState.Success);
        var second = await NextAsync(runner);
        Assert.Equal(pipelines[next], second.Payload.GetProperty("job_info").GetProperty("pipeline_id").GetInt64());
    }

    /// <summary>Whose turn it is is worked out behind the scenes.</summary>
    private static async Task<WireJob> NextAsync(WireRunner runner)
    {
        while (true)
        {
            var answer = await runner.RequestAsync();
            if (answer.Status == 201)
                return new WireJob(runner, answer.Json);
        }
    }
}
