using Slipway.Server.Accounts;
using Slipway.Server.Data;
using Slipway.Server.Http;
using Slipway.Server.Projects;

namespace Slipway.Server.Jobs.TestReports;

/// <summary>A suite of a pipeline's test report: a job, or all the jobs that <c>parallel</c> made of one.</summary>
internal sealed record TestSuite(string Name, TestCounts Counts, IReadOnlyList<TestSuite.Part> Parts)
{
    /// <param name="Blob">The report itself; nothing when it is gone, or is not for whoever asks.</param>
    public sealed record Part(long JobId, string? Blob);
}

/// <summary>Finds a pipeline's test reports, with those of its child pipelines. Of several attempts at a job the last counts.</summary>
internal sealed class TestSuites(Db db, TimeProvider time)
{
    public async Task<IReadOnlyList<TestSuite>> OfAsync(long pipeline, Actor actor, ProjectContext here, CancellationToken ct)
    {
        var rows = await db.QueryAsync<Row>(
            $"""
            WITH RECURSIVE family (id) AS (
              SELECT id FROM pipelines WHERE id = @pipeline AND project_id = @project
              UNION SELECT p.id FROM pipelines p JOIN jobs b ON b.id = p.bridge_id JOIN family f ON b.pipeline_id = f.id
              WHERE p.source = 'parent_pipeline')
            SELECT j.id, j.name, t.success, t.skipped, t.failed, t.errors, t.milliseconds, t.suite_error, a.blob, a.access
            FROM family f JOIN jobs j ON j.pipeline_id = f.id JOIN test_reports t ON t.job_id = j.id
            LEFT JOIN artifacts a ON a.job_id = j.id AND a.file_type = 'junit' AND {ArtifactRow.IsThere}
            WHERE j.retried = 0 ORDER BY j.id
            """,
            new
            {
                pipeline,
                project = here.Id,
                now = time.Milliseconds(),
            },
            ct
        );
        return
        [
            .. rows.GroupBy(row => NameOf(row.Name))
                .Select(suite => new TestSuite(
                    suite.Key,
                    suite.Aggregate(TestCounts.None, (sum, row) => sum + row.Counts),
                    [.. suite.Select(row => new TestSuite.Part(row.Id, IsFor(row, actor, here) ? row.Blob : null))]
                )),
        ];
    }

    private static bool IsFor(Row row, Actor actor, ProjectContext here) =>
        row.Access is not null && ArtifactFinder.IsFor(row.Access, here.Id, actor, here);

    /// <summary><c>test 2/5</c> is one of five that are one suite; those of a matrix are suites of their own.</summary>
    private static string NameOf(string job)
    {
        var space = job.LastIndexOf(' ');
        var slash = job.LastIndexOf('/');
        return space > 0 && slash > space + 1 && slash < job.Length - 1 && IsNumber(job[(space + 1)..slash]) && IsNumber(job[(slash + 1)..])
            ? job[..space]
            : job;
    }

    private static bool IsNumber(string text) => text.All(char.IsAsciiDigit);

    private sealed record Row
    {
        public long Id { get; init; }
        public required string Name { get; init; }
        public long Success { get; init; }
        public long Skipped { get; init; }
        public long Failed { get; init; }
        public long Errors { get; init; }
        public long Milliseconds { get; init; }
        public string? SuiteError { get; init; }
        public string? Blob { get; init; }
        public string? Access { get; init; }

        public TestCounts Counts => new(Success, Skipped, Failed, Errors, Milliseconds, SuiteError);
    }
}
