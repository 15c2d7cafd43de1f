using System.Text.Json;
using Slipway.Protocol.Coordination;
using Slipway.Server.Data;
using Slipway.Server.Tests.Support;
using Xunit;

namespace Slipway.Server.Tests.Runners;

/// <summary>Artifacts of jobs outside a job's own pipeline. https://docs.gitlab.com/ci/yaml/#needsproject</summary>
public sealed class ExternalNeedsTests
{
    private const string Maker = "make: {script: [x], artifacts: {paths: [a]}}";

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Theory, EveryDatabase]
    public async Task A_job_gets_the_artifacts_of_another_projects_newest_good_job_on_a_ref(DatabaseKind kind)
    {
        await using var room = await CoordinatorRoom.OpenAsync(kind);
        var other = await room.Server.ProjectAsync(room.Admin.Row);
        var runner = await room.RunnerAsync();
        await MadeAsync(room, runner, other, JobState.Success);
        var newest = await MadeAsync(room, runner, other, JobState.Success);
        await MadeAsync(room, runner, other, JobState.Failed);

        await room.PipelineAsync(Needing(other));
        var job = await runner.StartAsync();
        var dependency = Assert.Single(job.Payload.GetProperty("dependencies").EnumerateArray());
        Assert.Equal((newest, "make"), (dependency.GetProperty("id").GetInt64(), dependency.GetProperty("name").GetString()));
        Assert.Equal(200, await DownloadAsync(room, newest, dependency.GetProperty("token").GetString()!));
    }

    [Fact]
    public async Task Who_may_not_read_the_other_project_has_no_such_job_and_no_such_artifacts()
    {
        await using var room = await CoordinatorRoom.OpenAsync(DatabaseKind.Sqlite);
        var other = await room.Server.ProjectAsync(room.Admin.Row);
        var runner = await room.RunnerAsync();
        var made = await MadeAsync(room, runner, other, JobState.Success);
        var stranger = await room.Server.UserAsync();

        var pipeline = await room.PipelineAsync(Needing(other) + "\nplain: {script: [x]}");
        await room.Db.ExecuteAsync("UPDATE jobs SET user_id = @Id WHERE pipeline_id = @pipeline", new { stranger.Id, pipeline }, Ct);
        var plain = await runner.StartAsync();
        Assert.Equal("plain", plain.Name);
        Assert.Equal("missing_dependency_failure", (await room.JobAsync((await room.JobsAsync(pipeline))["use"])).FailureReason);
        Assert.Equal(404, await DownloadAsync(room, made, plain.Token));
    }

    [Theory, InlineData("group/nothing"), InlineData("1")]
    public async Task A_project_that_is_not_there_fails_the_job(string path)
    {
        await using var room = await CoordinatorRoom.OpenAsync(DatabaseKind.Sqlite);
        var pipeline = await room.PipelineAsync(
            $"use: {{script: [x], needs: [{{project: '{path}', job: make, ref: main, artifacts: true}}]}}"
        );
        Assert.Equal(204, (await (await room.RunnerAsync()).RequestAsync()).Status);
        Assert.Equal("missing_dependency_failure", (await room.JobAsync((await room.JobsAsync(pipeline))["use"])).FailureReason);
    }

    [Fact]
    public async Task Only_pipelines_that_hang_together_give_each_other_artifacts()
    {
        await using var room = await CoordinatorRoom.OpenAsync(DatabaseKind.Sqlite);
        var runner = await room.RunnerAsync();
        var stranger = (await room.JobAsync(await MadeAsync(room, runner, room.Project, JobState.Success))).PipelineId;
        var parent = await room.PipelineAsync(Maker + "\ndown: {trigger: group/app, when: manual}");
        var made = await runner.StartAsync();
        await made.UploadAsync([1]);
        await made.FinishAsync(JobState.Success);
        var bridge = (await room.JobsAsync(parent))["down"];

        foreach (var (id, fits) in ((long, bool)[])[(stranger, false), (parent, true)])
        {
            var child = await room.PipelineAsync($"use: {{script: [x], when: manual, needs: [{{pipeline: '{id}', job: make}}]}}");
            await room.Db.ExecuteAsync("UPDATE pipelines SET bridge_id = @bridge WHERE id = @child", new { bridge, child }, Ct);
            var use = (await room.JobsAsync(child))["use"];
            Assert.Equal(200, (await room.JobApiAsync(HttpMethod.Post, use, "/play")).Status);
            Assert.Equal(fits ? 201 : 204, (await runner.RequestAsync()).Status);
            Assert.Equal(fits ? null : "missing_dependency_failure", (await room.JobAsync(use)).FailureReason);
        }
    }

    [Theory, EveryDatabase]
    public async Task Trigger_jobs_have_a_list_of_their_own_and_can_be_played(DatabaseKind kind)
    {
        await using var room = await CoordinatorRoom.OpenAsync(kind);
        var pipeline = await room.PipelineAsync("a: {script: [x]}\ndown: {trigger: group/app, when: manual}");
        var path = $"projects/{room.Project.Id}/pipelines/{pipeline}";
        var jobs = await room.Admin.Client.GetApiAsync($"{path}/jobs");
        Assert.Equal("a", Assert.Single(jobs.Json.EnumerateArray()).GetProperty("name").GetString());
        var bridge = Assert.Single((await room.Admin.Client.GetApiAsync($"{path}/bridges")).Json.EnumerateArray());
        Assert.Equal(("down", "manual"), (bridge.GetProperty("name").GetString(), bridge.GetProperty("status").GetString()));
        Assert.Equal(JsonValueKind.Null, bridge.GetProperty("downstream_pipeline").ValueKind);

        Assert.Equal(200, (await room.JobApiAsync(HttpMethod.Post, bridge.GetProperty("id").GetInt64(), "/play")).Status);
        var child = await room.PipelineAsync("c: {script: [x]}");
        await room.Db.ExecuteAsync(
            "UPDATE pipelines SET bridge_id = @id WHERE id = @child",
            new { id = bridge.GetProperty("id").GetInt64(), child },
            Ct
        );
        var played = Assert.Single((await room.Admin.Client.GetApiAsync($"{path}/bridges")).Json.EnumerateArray());
        Assert.NotEqual("manual", played.GetProperty("status").GetString());
        Assert.Equal(child, played.GetProperty("downstream_pipeline").GetProperty("id").GetInt64());
        Assert.Equal(404, (await room.Admin.Client.GetApiAsync($"projects/{room.Project.Id}/pipelines/999/bridges")).Status);
    }

    private static string Needing(ProjectRow other) =>
        $"use: {{script: [x], needs: [{{project: {other.FullPath}, job: make, ref: main, artifacts: true}}]}}";

    /// <summary>A job <c>make</c> that has ended, with artifacts.</summary>
    private static async Task<long> MadeAsync(CoordinatorRoom room, WireRunner runner, ProjectRow project, string end)
    {
        await room.PipelineAsync(Maker, project);
        var job = await runner.StartAsync();
        await job.UploadAsync([1]);
        await job.FinishAsync(end);
        return job.Id;
    }

    private static async Task<int> DownloadAsync(CoordinatorRoom room, long job, string token)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, $"/api/v4/jobs/{job}/artifacts");
        request.Headers.Add(WireHeader.JobToken, token);
        using var response = await room.Server.Anonymous.SendAsync(request, Ct);
        return (int)response.StatusCode;
    }
}
