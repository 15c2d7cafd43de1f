using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Slipway.Server.Accounts;
using Slipway.Server.Blobs;
using Slipway.Server.Data;
using Slipway.Server.Http;
using Slipway.Server.Projects;

namespace Slipway.Server.Jobs.TestReports;

/// <summary>What a pipeline's tests said. https://docs.gitlab.com/api/pipelines/#get-a-test-report-for-a-pipeline</summary>
internal static class TestReportsApi
{
    public static void MapTestReports(this IEndpointRouteBuilder v4)
    {
        var pipeline = v4.MapGroup("/projects/{project}/pipelines/{pipeline:long}");
        pipeline.MapGet("/test_report", WholeAsync).Allow(new Access.OnProject(Abilities.ReadJob));
        pipeline.MapGet("/test_report_summary", SummaryAsync).Allow(new Access.OnProject(Abilities.ReadJob));
    }

    private static async Task<IResult> WholeAsync(
        Actor actor,
        ProjectContext here,
        long pipeline,
        Db db,
        TestSuites suites,
        IBlobStore blobs,
        CancellationToken ct
    ) =>
        await IsThereAsync(db, here, pipeline, ct)
            ? new TestReportAnswer(await suites.OfAsync(pipeline, actor, here, ct), blobs)
            : Answers.NotFound();

    private static async Task<IResult> SummaryAsync(
        Actor actor,
        ProjectContext here,
        long pipeline,
        Db db,
        TestSuites suites,
        CancellationToken ct
    )
    {
        if (!await IsThereAsync(db, here, pipeline, ct))
            return Answers.NotFound();
        var found = await suites.OfAsync(pipeline, actor, here, ct);
        var total = found.Aggregate(TestCounts.None, (sum, suite) => sum + suite.Counts);
        return Answers.Ok(
            new
            {
                total = new
                {
                    time = total.Seconds,
                    count = total.Total,
                    success = total.Success,
                    failed = total.Failed,
                    skipped = total.Skipped,
                    error = total.Errors,
                    suite_error = (string?)null,
                },
                test_suites = found.Select(suite => new
                {
                    name = suite.Name,
                    total_time = suite.Counts.Seconds,
                    total_count = suite.Counts.Total,
                    success_count = suite.Counts.Success,
                    failed_count = suite.Counts.Failed,
                    skipped_count = suite.Counts.Skipped,
                    error_count = suite.Counts.Errors,
                    build_ids = suite.Parts.Select(part => part.JobId),
                    suite_error = suite.Counts.SuiteError,
                }),
            }
        );
    }

    private static async Task<bool> IsThereAsync(Db db, ProjectContext here, long pipeline, CancellationToken ct)
    {
        const string there = "SELECT id FROM pipelines WHERE id = @pipeline AND project_id = @Id AND ready = 1";
        return await db.FindAsync<long>(there, new { pipeline, here.Id }, ct) != 0;
    }
}
