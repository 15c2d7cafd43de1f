using Microsoft.AspNetCore.Http;
using Slipway.Server.Data;
using Slipway.Server.Projects;
using Slipway.Server.Ui.Markup;

namespace Slipway.Server.Ui.Pages;

/// <summary>When an open page of pipelines must be brought up to date. Every change of a pipeline or its jobs makes its version another one.</summary>
internal static class PipelineChanges
{
    private const int Newest = 20;

    /// <summary>Where the script listens, for <c>data-live</c>.</summary>
    /// <param name="pipeline">One, with its child pipelines; nothing: the newest of the project.</param>
    /// <param name="seen">The version that the page shows.</param>
    public static Html Live(ProjectContext here, long? pipeline, string seen)
    {
        var events = Address.To(here.Project.FullPath, "-", "pipelines", "events").With(("pipeline", pipeline?.ToString()), ("seen", seen));
        return Html.Of($" data-live=\"{events.Text}\"");
    }

    public static IResult EventsAsync(HttpContext http, ProjectContext here, Db db)
    {
        var pipeline = long.TryParse(http.Request.Query["pipeline"], out var id) ? id : (long?)null;
        return new ChangeEvents(ct => db.ReadAsync((session, token) => VersionAsync(session, here, pipeline, token), ct));
    }

    public static async Task<string> VersionAsync(Session session, ProjectContext here, long? pipeline, CancellationToken ct)
    {
        var rows = pipeline is null
            ? $"SELECT id, version FROM pipelines WHERE project_id = @Id AND ready = 1 AND source <> 'parent_pipeline' ORDER BY id DESC LIMIT {Newest}"
            : """
                SELECT id, version FROM pipelines WHERE id = @pipeline AND project_id = @Id
                UNION ALL SELECT id, version FROM pipelines WHERE bridge_id IN (SELECT id FROM jobs WHERE pipeline_id = @pipeline AND project_id = @Id AND bridge = 1)
                """;
        // Versions are any numbers of 63 bits: whole ones would not fit into a sum. Their lower halves tell as much.
        var seen = await session.FindAsync<Seen>(
            $"SELECT COALESCE(MAX(id), 0) AS newest, CAST(COALESCE(SUM(version % 4294967296), 0) AS bigint) AS versions FROM ({rows}) seen",
            new { here.Id, pipeline },
            ct
        );
        return $"{seen!.Newest}.{seen.Versions}";
    }

    private sealed record Seen
    {
        public required long Newest { get; init; }
        public required long Versions { get; init; }
    }
}
