using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Slipway.Server.Data;
using Slipway.Server.Http;
using Slipway.Server.Projects;

namespace Slipway.Server.Ui.Badges;

/// <summary><c>/-/badges/REF/pipeline.svg</c> and <c>/-/badges/REF/coverage.svg?job=NAME</c>: whoever sees the project's pipelines sees them.</summary>
internal static class BadgeRoutes
{
    public static void MapBadges(this IEndpointRouteBuilder project) =>
        project
            .MapMethods("/badges/{**path}", [HttpMethods.Get, HttpMethods.Head], ShowAsync)
            .Allow(new Access.OnProject(Abilities.ReadPipeline));

    private static async Task<IResult> ShowAsync(
        HttpContext http,
        ProjectContext here,
        string path,
        Parameters p,
        Db db,
        CancellationToken ct
    )
    {
        // A ref may hold slashes.
        var slash = path.LastIndexOf('/');
        var (@ref, picture) = slash < 0 ? ("", path) : (path[..slash], path[(slash + 1)..]);
        var badge = picture switch
        {
            "pipeline.svg" => Badge.OfPipeline(await StatusAsync(db, here, @ref, p.Flag("ignore_skipped") ?? false, ct)),
            "coverage.svg" => Badge.OfCoverage(await CoverageAsync(db, here, @ref, p.Text("job"), ct)),
            _ => null,
        };
        if (badge is null || @ref.Length == 0)
            return Answers.NotFound();
        http.Response.Headers.CacheControl = "private, no-cache";
        return Results.Text(badge.With(p.Text("key_text"), p.Number("key_width")).ToSvg(), "image/svg+xml; charset=utf-8");
    }

    private static Task<string?> StatusAsync(Db db, ProjectContext here, string @ref, bool ignoresSkipped, CancellationToken ct) =>
        db.FindAsync<string>(
            $"""
            SELECT status FROM pipelines WHERE project_id = @Id AND ref = @ref AND ready = 1 AND source <> 'parent_pipeline'
              {(ignoresSkipped ? "AND status <> 'skipped'" : "")}
            ORDER BY id DESC LIMIT 1
            """,
            new { here.Id, @ref },
            ct
        );

    private static Task<double?> CoverageAsync(Db db, ProjectContext here, string @ref, string? job, CancellationToken ct) =>
        db.FindAsync<double?>(
            $"""
            SELECT AVG(CAST(coverage AS REAL)) FROM jobs WHERE retried = 0 {(job is null ? "" : "AND name = @job")} AND pipeline_id = (
              SELECT id FROM pipelines WHERE project_id = @Id AND ref = @ref AND status = 'success' AND source <> 'parent_pipeline' ORDER BY id DESC LIMIT 1)
            """,
            new
            {
                here.Id,
                @ref,
                job,
            },
            ct
        );
}
