using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Slipway.Protocol;
using Slipway.Protocol.Jobs;
using Slipway.Server.Tests.Support;
using Slipway.Wire;
using Xunit;

namespace Slipway.Server.Tests.Runners;

/// <summary>The checker itself: it finds what would lose a job.</summary>
public sealed class WireCheckTests
{
    private static readonly (string Change, string Error)[] Mistakes =
    [
        ("""{"id":"12"}""", ".id: no integer"),
        ("""{"run":null}""", ".run: no text"),
        ("""{"run":""}""", ".run: holds no JSON"),
        ("""{"run":"[]"}""", ".run: beside a script: the runner refuses the job"),
        (
            """{"steps":[{"name":"script","script":"echo","timeout":1,"when":"always","allow_failure":false}]}""",
            ".steps[0].script: no list"
        ),
        ("""{"runner_info":{"timeout":1.5,"uuid":""}}""", ".runner_info.timeout: no integer"),
        ("""{"image":{"name":"a","executor_opts":{"docker":{"gpus":"all"}}}}""", ".image.executor_opts.docker.gpus: no part of the wire"),
        (
            """{"inputs":[{"key":"a","value":{"type":"number","content":"1","sensitive":false}}]}""",
            ".inputs[0].value.content: not of its type"
        ),
        ("""{"variables":[]}""", ".variables: CI is missing"),
        ("""{"services":null}""", ".services: no list"),
        (
            """{"dependencies":[{"id":1,"name":"a","token":"t","artifacts_file":{"filename":"f","size":"1"}}]}""",
            ".dependencies[0].artifacts_file.size: no integer"
        ),
    ];

    [Theory]
    [InlineData("POST", "jobs/request", 204, "x", "a body")]
    [InlineData("POST", "jobs/request", 204, "", "X-GitLab-Last-Update is expected")]
    [InlineData("POST", "jobs/request", 201, "{}", "201 with JSON, 204, 400, 403 or 409 is expected")]
    [InlineData("POST", "jobs/request", 503, "", "no error of the coordinator's own is expected")]
    [InlineData("PUT", "jobs/1", 200, "200", "Job-Status is expected")]
    [InlineData("PUT", "jobs/1", 404, "", "200, 202, 400, 403, 409, 412, 429 is expected")]
    [InlineData("PATCH", "jobs/1/trace", 202, "", "Range: 0-N is expected")]
    [InlineData("POST", "jobs/1/artifacts", 200, "", "201, 400, 403, 405, 413, 503 is expected")]
    [InlineData("POST", "jobs/1/artifacts", 500, "", "no error of the coordinator's own is expected")]
    [InlineData("GET", "jobs/1/artifacts", 302, "", "Location is expected")]
    public void Answers_that_a_runner_cannot_take_are_found(string method, string path, int status, string body, string mistake) =>
        Assert.Contains(
            $"{method} {path}: {status} {mistake}",
            new WireExchange(method, path, null, status, _ => null, Encoding.UTF8.GetBytes(body)).Mistakes()
        );

    /// <summary>runner-protocol §8.1: the runner tries up to six times.</summary>
    [Fact]
    public void An_upload_of_artifacts_may_be_told_to_come_again_when_the_store_is_away() =>
        Assert.Empty(new WireExchange("POST", "jobs/1/artifacts", null, 503, _ => null, "{}"u8.ToArray()).Mistakes());

    [Fact]
    public async Task Mistakes_are_found()
    {
        await using var room = await CoordinatorRoom.OpenAsync(DatabaseKind.Sqlite);
        await room.PipelineAsync("a: {script: [x]}");
        var good = (await (await room.RunnerAsync()).TakeAsync()).Payload.GetRawText();
        foreach (var (change, error) in Mistakes)
        {
            var job = JsonNode.Parse(good)!.AsObject();
            foreach (var (name, value) in JsonNode.Parse(change)!.AsObject())
                job[name] = value?.DeepClone();
            Assert.Contains(error, WireCheck.Job(JsonSerializer.SerializeToElement(job)));
        }
    }

    [Fact]
    public async Task A_rich_job_passes_and_is_read_back_by_our_own_runner()
    {
        await using var room = await CoordinatorRoom.OpenAsync(DatabaseKind.Sqlite);
        await room.PipelineAsync(
            """
            default: {hooks: {pre_get_sources_script: [echo]}}
            a:
              image: {name: "alpine:3", entrypoint: [""], pull_policy: [if-not-present], docker: {platform: linux/amd64, user: "1"}}
              services: [{name: "redis:7", alias: "db, cache", command: [x], variables: {A: b}}]
              variables: {V: {value: "$CI_JOB_ID", expand: false}, W: "${CI_PIPELINE_ID}x"}
              script: [one, two]
              after_script: [three]
              cache: [{key: {files: [a], prefix: p}, paths: [c], fallback_keys: [k]}]
              artifacts: {name: n, paths: [p], exclude: [q], untracked: true, expire_in: 1 day, reports: {junit: [j], dotenv: e, coverage_report: {coverage_format: cobertura, path: c}}}
              secrets: {S: {vault: a/b/c@d, file: false}}
              id_tokens: {T: {aud: x}}
              release: {tag_name: v1, description: d}
              timeout: 10m
            """
        );
        var job = await (await room.RunnerAsync()).TakeAsync();
        Assert.Equal("$CI_JOB_ID", job.Variable("V"));
        var read = WireJson.Read(Encoding.UTF8.GetBytes(job.Payload.GetRawText()), ProtocolJson.Default.JobPayload);
        Assert.Equal((job.Id, 600, 3), (read.Id, read.RunnerInfo.Timeout, read.Steps.Length));
        Assert.Equal($"+refs/pipelines/{read.JobInfo.PipelineId}:refs/pipelines/{read.JobInfo.PipelineId}", read.GitInfo.Refspecs[0]);
    }
}
