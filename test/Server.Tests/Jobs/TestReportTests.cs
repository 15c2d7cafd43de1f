using System.Text;
using System.Text.Json;
using Slipway.Protocol.Coordination;
using Slipway.Server.Tests.Runners;
using Slipway.Server.Tests.Support;
using Xunit;

namespace Slipway.Server.Tests.Jobs;

/// <summary>JUnit reports on their way from jobs to the test report of their pipeline (gitlab-ci-yaml §17.8).</summary>
public sealed class TestReportTests
{
    private const string Two = """
        unit: {script: [x], parallel: 2, artifacts: {reports: {junit: report.xml}}}
        lint: {script: [x]}
        """;

    [Theory, EveryDatabase]
    public async Task A_pipelines_report_has_a_suite_for_each_job(DatabaseKind kind)
    {
        await using var room = await CoordinatorRoom.OpenAsync(kind);
        var pipeline = await room.PipelineAsync(Two);
        var runner = await room.RunnerAsync();
        var first = await runner.StartAsync();
        await UploadAsync(
            first,
            """
            <testsuite><testcase classname="A" name="ok" time="0.25"/><testcase classname="A" name="ok"><failure/></testcase>
            <testcase classname="A" name="bad" time="1" file="a.rb"><failure message="no">it &lt;broke&gt;</failure></testcase></testsuite>
            """
        );
        await first.FinishAsync(JobState.Failed, "script_failure");
        await UploadAsync(
            await runner.StartAsync(),
            "<testsuite><testcase name='later'><skipped/></testcase><testcase><error/></testcase><oops"
        );

        var path = $"projects/{room.Project.Id}/pipelines/{pipeline}";
        var whole = await room.Admin.Client.GetApiAsync($"{path}/test_report");
        Assert.Equal(
            (1.25, 4, 1, 1, 1, 1),
            (
                whole["total_time"].GetDouble(),
                whole["total_count"].GetInt32(),
                whole["success_count"].GetInt32(),
                whole["failed_count"].GetInt32(),
                whole["skipped_count"].GetInt32(),
                whole["error_count"].GetInt32()
            )
        );
        var suite = Assert.Single(whole["test_suites"].EnumerateArray());
        Assert.Equal("unit", suite.GetProperty("name").GetString());
        Assert.StartsWith("the JUnit report cannot be read", suite.GetProperty("suite_error").GetString());
        var cases = suite.GetProperty("test_cases").EnumerateArray().ToList();
        Assert.Equal(
            ["success A.ok ", "failed A.bad it <broke>", "skipped .later ", "error .(No name) "],
            cases.Select(one => $"{Text(one, "status")} {Text(one, "classname")}.{Text(one, "name")} {Text(one, "system_output")}")
        );
        Assert.Equal(("a.rb", 1.0), (Text(cases[1], "file"), cases[1].GetProperty("execution_time").GetDouble()));

        var summary = await room.Admin.Client.GetApiAsync($"{path}/test_report_summary");
        Assert.Equal((4, 1.25), (summary["total"].GetProperty("count").GetInt32(), summary["total"].GetProperty("time").GetDouble()));
        Assert.Equal(2, summary["test_suites"][0].GetProperty("build_ids").GetArrayLength());
        Assert.Equal(404, (await room.Admin.Client.GetApiAsync($"projects/{room.Project.Id}/pipelines/99/test_report")).Status);

        // Erased, a job has no report; and another attempt's takes its place.
        await room.JobApiAsync(HttpMethod.Post, first.Id, "/erase");
        Assert.Equal(2, (await room.Admin.Client.GetApiAsync($"{path}/test_report_summary"))["total"].GetProperty("count").GetInt32());
    }

    [Fact]
    public async Task A_report_that_few_may_see_shows_the_others_numbers_alone()
    {
        await using var room = await CoordinatorRoom.OpenAsync(DatabaseKind.Sqlite);
        var open = await room.Server.ProjectAsync(room.Admin.Row, visibility: "public");
        var pipeline = await room.PipelineAsync("a: {script: [x], artifacts: {access: developer, reports: {junit: r.xml}}}", open);
        var job = await (await room.RunnerAsync()).StartAsync();
        await UploadAsync(job, "<testsuite><testcase name='secret'/></testsuite>");
        var path = $"projects/{open.Id}/pipelines/{pipeline}/test_report";
        Assert.Equal(1, CountOf(await room.Admin.Client.GetApiAsync(path)));
        var shown = await room.Server.Anonymous.GetApiAsync(path);
        Assert.Equal((0, 1), (CountOf(shown), shown["total_count"].GetInt32()));

        static int CountOf(Answer answer) => answer["test_suites"][0].GetProperty("test_cases").GetArrayLength();
    }

    private static string? Text(JsonElement one, string name) => one.GetProperty(name).GetString();

    private static async Task UploadAsync(WireJob job, string xml)
    {
        var answer = await job.UploadAsync(ArtifactTests.Gzip(xml), "junit.xml.gz", "artifact_format=gzip&artifact_type=junit");
        Assert.Equal(201, answer.Status);
    }
}
