using System.Net;
using System.Text;
using System.Text.Json;
using Slipway.Protocol.Coordination;
using Slipway.Server.Http;
using Slipway.Server.Projects;
using Slipway.Server.Tests.Runners;
using Slipway.Server.Tests.Support;
using Xunit;

namespace Slipway.Server.Tests.Jobs;

/// <summary>Jobs for people and their clients (gitlab-ci-yaml §18).</summary>
public sealed class JobsApiTests
{
    private const string Two = """
        a: {stage: build, script: [x], tags: [t], artifacts: {paths: [out]}}
        b: {stage: test, script: [x], when: manual, allow_failure: false}
        """;

    [Theory, EveryDatabase]
    public async Task A_job_is_shown_with_all_that_clients_look_for(DatabaseKind kind)
    {
        await using var room = await CoordinatorRoom.OpenAsync(kind);
        var pipeline = await room.PipelineAsync(Two);
        var runner = await room.RunnerAsync(new { runner_type = "instance_type", tag_list = "t" });
        var job = await runner.StartAsync();
        job.Log = "log"u8.ToArray();
        await job.UploadAsync(ArtifactTests.Zip(("a", "b")));
        await job.FinishAsync(JobState.Failed, "script_failure", 2);

        var shown = await room.JobApiAsync(HttpMethod.Get, job.Id);
        string[] keys =
        [
            "id",
            "status",
            "stage",
            "name",
            "ref",
            "tag",
            "coverage",
            "allow_failure",
            "created_at",
            "started_at",
            "finished_at",
            "erased_at",
            "duration",
            "queued_duration",
            "user",
            "commit",
            "pipeline",
            "failure_reason",
            "web_url",
            "project",
            "artifacts",
            "artifacts_file",
            "runner",
            "runner_manager",
            "artifacts_expire_at",
            "archived",
            "tag_list",
        ];
        Assert.Equal(keys.Order(), shown.Json.EnumerateObject().Select(member => member.Name).Order());
        Assert.Equal(
            "failed script_failure build main t",
            $"{shown["status"]} {shown["failure_reason"]} {shown["stage"]} {shown["ref"]} {shown["tag_list"][0]}"
        );
        Assert.Equal(
            "archive trace",
            string.Join(' ', shown["artifacts"].EnumerateArray().Select(file => file.GetProperty("file_type").GetString()))
        );
        Assert.Equal("s_0123456789ab", shown["runner_manager"].GetProperty("system_id").GetString());
        Assert.Equal(room.Admin.Row.Username, shown["user"].GetProperty("username").GetString());

        var list = await room.Admin.Client.GetApiAsync(
            $"projects/{room.Project.Id}/pipelines/{pipeline}/jobs?scope[]=failed&scope[]=success"
        );
        Assert.Equal([job.Id], list.Json.EnumerateArray().Select(one => one.GetProperty("id").GetInt64()));
        Assert.Equal("2", (await room.Admin.Client.GetApiAsync($"projects/{room.Project.Id}/jobs")).Headers["X-Total"]);
        Assert.Equal(400, (await room.Admin.Client.GetApiAsync($"projects/{room.Project.Id}/jobs?scope[]=odd")).Status);
        Assert.Equal(404, (await room.Admin.Client.GetApiAsync($"projects/{room.Project.Id}/pipelines/999/jobs")).Status);
    }

    [Fact]
    public async Task A_job_finds_itself_by_its_token_while_it_runs()
    {
        await using var room = await CoordinatorRoom.OpenAsync(DatabaseKind.Sqlite);
        await room.PipelineAsync("a: {script: [x]}");
        var job = await (await room.RunnerAsync()).StartAsync();
        using var client = room.Server.Client(null);
        client.DefaultRequestHeaders.Add("JOB-TOKEN", job.Token);
        Assert.Equal(job.Id, (await client.GetApiAsync("job"))["id"].GetInt64());
        await job.FinishAsync(JobState.Success);
        Assert.Equal(401, (await client.GetApiAsync("job")).Status);
        Assert.Equal(401, (await room.Server.Anonymous.GetApiAsync("job")).Status);
    }

    [Theory, EveryDatabase]
    public async Task Jobs_are_played_retried_cancelled_and_erased(DatabaseKind kind)
    {
        await using var room = await CoordinatorRoom.OpenAsync(kind);
        var pipeline = await room.PipelineAsync(Two.Replace("tags: [t], ", ""));
        var runner = await room.RunnerAsync();
        var first = await runner.StartAsync();
        var manual = (await room.JobsAsync(pipeline))["b"];
        Assert.Equal(400, (await room.JobApiAsync(HttpMethod.Post, manual, "/play")).Status);
        Assert.Equal(403, (await room.JobApiAsync(HttpMethod.Post, first.Id, "/erase")).Status);
        await first.FinishAsync(JobState.Success);

        var played = await room.Admin.Client.PostApiAsync(
            $"projects/{room.Project.Id}/jobs/{manual}/play",
            new { job_variables_attributes = new[] { new { key = "WHO", value = "me" } } }
        );
        Assert.Equal((200, "pending", manual), (played.Status, played["status"].GetString(), played["id"].GetInt64()));
        var second = await runner.StartAsync();
        Assert.Equal("me", second.Variable("WHO"));
        second.Log = "oops"u8.ToArray();
        await second.FinishAsync(JobState.Failed, "script_failure");

        var again = await room.JobApiAsync(HttpMethod.Post, second.Id, "/retry");
        Assert.Equal((201, "pending"), (again.Status, again["status"].GetString()));
        Assert.NotEqual(second.Id, again["id"].GetInt64());
        Assert.Equal(403, (await room.JobApiAsync(HttpMethod.Post, second.Id, "/retry")).Status);
        var gone = await room.JobApiAsync(HttpMethod.Post, again["id"].GetInt64(), "/cancel");
        Assert.Equal((201, "canceled"), (gone.Status, gone["status"].GetString()));

        await room.ArchiveAsync(second.Id);
        var erased = await room.JobApiAsync(HttpMethod.Post, second.Id, "/erase");
        Assert.Equal(201, erased.Status);
        Assert.NotNull(erased["erased_at"].GetString());
        Assert.Equal(
            (200, ""),
            ((await room.JobApiAsync(HttpMethod.Get, second.Id, "/trace")) is var trace ? (trace.Status, trace.Text) : default)
        );
        Assert.Equal(403, (await room.JobApiAsync(HttpMethod.Post, second.Id, "/erase")).Status);
    }

    [Fact]
    public async Task A_cancel_can_be_forced_by_who_answers_for_the_project()
    {
        await using var room = await CoordinatorRoom.OpenAsync(DatabaseKind.Sqlite);
        await room.PipelineAsync("a: {script: [x]}");
        var job = await (await room.RunnerAsync()).StartAsync();
        var developer = await room.Server.UserAsync();
        await room.Server.JoinAsync(new MemberOf.Project(room.Project.Id), developer.Row, Role.Developer);
        Assert.Equal(403, (await developer.Client.PostApiAsync($"projects/{room.Project.Id}/jobs/{job.Id}/cancel?force=true")).Status);
        Assert.Equal(
            "canceling",
            (await developer.Client.PostApiAsync($"projects/{room.Project.Id}/jobs/{job.Id}/cancel"))["status"].GetString()
        );
        Assert.Equal("canceled", (await room.JobApiAsync(HttpMethod.Post, job.Id, "/cancel?force=true"))["status"].GetString());
        Assert.Equal("canceled", (await job.UpdateAsync(JobState.Running))[WireHeader.JobStatus]);
    }

    [Theory, EveryDatabase]
    public async Task Artifacts_are_read_whole_one_by_one_and_by_ref(DatabaseKind kind)
    {
        await using var room = await CoordinatorRoom.OpenAsync(kind);
        await room.PipelineAsync("a: {script: [x], artifacts: {paths: [out]}}");
        var job = await (await room.RunnerAsync()).StartAsync();
        var zip = ArtifactTests.Zip(
            ("out/page.html", "<script>alert(1)</script>"),
            ("out/deep/x y.txt", new string('z', 100_000)),
            ("../up", "up")
        );
        await job.UploadAsync(zip);
        await job.FinishAsync(JobState.Success);

        var root = $"/api/v4/projects/{room.Project.Id}/jobs";
        Assert.Equal(zip, await GetAsync(room, $"{root}/{job.Id}/artifacts", "application/zip"));
        Assert.Equal(
            "<script>alert(1)</script>",
            Encoding.UTF8.GetString(await GetAsync(room, $"{root}/{job.Id}/artifacts/out/page.html", "text/plain"))
        );
        Assert.Equal(100_000, (await GetAsync(room, $"{root}/{job.Id}/artifacts/out/deep/x%20y.txt", "text/plain")).Length);
        Assert.Equal(zip, await GetAsync(room, $"{root}/artifacts/main/download?job=a", "application/zip"));
        Assert.Equal(25, (await GetAsync(room, $"{root}/artifacts/main/raw/out/page.html?job=a", "text/plain")).Length);
        foreach (
            var missing in new[]
            {
                $"{job.Id}/artifacts/out",
                $"{job.Id}/artifacts/etc/passwd",
                $"{job.Id}/artifacts/%2e%2e/%2e%2e/secret.key",
                "artifacts/other/download?job=a",
                "artifacts/main/download?job=b",
                "999/artifacts",
            }
        )
            Assert.Equal(404, (await room.Admin.Client.GetApiAsync($"projects/{room.Project.Id}/jobs/{missing}")).Status);

        var kept = await room.JobApiAsync(HttpMethod.Post, job.Id, "/artifacts/keep");
        Assert.Equal(JsonValueKind.Null, kept["artifacts_expire_at"].ValueKind);
        Assert.Equal(204, (await room.JobApiAsync(HttpMethod.Delete, job.Id, "/artifacts")).Status);
        Assert.Equal(404, (await room.JobApiAsync(HttpMethod.Get, job.Id, "/artifacts")).Status);
    }

    [Fact]
    public async Task Artifacts_for_few_are_for_few()
    {
        await using var room = await CoordinatorRoom.OpenAsync(DatabaseKind.Sqlite);
        var open = await room.Server.ProjectAsync(room.Admin.Row, visibility: "public");
        await room.PipelineAsync("a: {script: [x], artifacts: {paths: [out], access: developer}}", open);
        var job = await (await room.RunnerAsync()).StartAsync();
        await job.UploadAsync([1]);
        var path = $"projects/{open.Id}/jobs/{job.Id}/artifacts";
        Assert.Equal(404, (await room.Server.Anonymous.GetApiAsync(path)).Status);
        Assert.Equal(200, (await room.Admin.Client.GetApiAsync(path)).Status);
    }

    private static async Task<byte[]> GetAsync(CoordinatorRoom room, string path, string type)
    {
        using var response = await room.Admin.Client.GetAsync(path);
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Equal(type, response.Content.Headers.ContentType?.MediaType);
        Assert.Equal("attachment", response.Content.Headers.ContentDisposition?.DispositionType);
        Assert.StartsWith("sandbox", response.Headers.GetValues("Content-Security-Policy").Single());
        return await response.Content.ReadAsByteArrayAsync();
    }
}
