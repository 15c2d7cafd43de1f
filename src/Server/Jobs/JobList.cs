using Microsoft.AspNetCore.Http;
using Slipway.Engine;
using Slipway.Server.Data;
using Slipway.Server.Http;

namespace Slipway.Server.Jobs;

/// <summary>Finds jobs and shows them.</summary>
internal sealed class JobList(Db db, JobFactsReader facts, ServerUrl url, TimeProvider time)
{
    /// <returns>Nothing when the project has no such job, or it is a trigger job.</returns>
    public Task<JobRow?> FindAsync(long project, long id, CancellationToken ct) =>
        db.FindAsync<JobRow>("SELECT * FROM jobs WHERE id = @id AND project_id = @project AND bridge = 0", new { id, project }, ct);

    /// <returns>A job or a trigger job; nothing when the project has none of that id.</returns>
    public Task<JobRow?> FindAnyAsync(long project, long id, CancellationToken ct) =>
        db.FindAsync<JobRow>("SELECT * FROM jobs WHERE id = @id AND project_id = @project", new { id, project }, ct);

    public async Task<object> JsonAsync(JobRow job, CancellationToken ct) =>
        JobJson.Of(job, await facts.ReadAsync([job], ct), time.Milliseconds(), url);

    /// <summary>A part of a list, the newest first, with what the call's <c>scope</c> leaves of it.</summary>
    /// <param name="where">Of <c>jobs j</c>; knows <c>@owner</c>.</param>
    /// <param name="more">Adds to what is shown of each.</param>
    public async Task<IResult> PageAsync(
        HttpContext http,
        string where,
        long owner,
        Parameters p,
        Paging paging,
        bool withProject,
        CancellationToken ct,
        Func<JobRow, object, Task<object>>? more = null
    )
    {
        var scope = p.List("scope") ?? [];
        if (scope.Any(word => Statuses.Parse(word) is null))
            return Answers.BadParameter("scope does not have a valid value");
        var filter = scope.Count == 0 ? "" : " AND j.status IN @scope";
        var arguments = new { owner, scope = new In<string>(scope) };
        var descending = p.Text("sort") != "asc";
        var total = await db.FindAsync<long>($"SELECT COUNT(*) FROM jobs j WHERE {where}{filter}", arguments, ct);
        var rows = await db.QueryAsync<JobRow>(
            $"SELECT j.* FROM jobs j WHERE {where}{filter} ORDER BY j.id {(descending ? "DESC" : "ASC")}{paging.Limit}",
            arguments,
            ct
        );
        var known = await facts.ReadAsync(rows, ct);
        var shown = new List<object>();
        foreach (var row in rows)
        {
            var json = JobJson.Of(row, known, time.Milliseconds(), url, withProject);
            shown.Add(more is null ? json : await more(row, json));
        }

        return http.Page(paging, total, shown);
    }
}
