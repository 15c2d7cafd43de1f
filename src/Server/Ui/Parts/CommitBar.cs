using Slipway.Server.Data;
using Slipway.Server.Git;
using Slipway.Server.Ui.Markup;

namespace Slipway.Server.Ui.Parts;

/// <summary>Which commit one looks at, and how its last pipeline went.</summary>
internal static class CommitBar
{
    public static async Task<Html> OfAsync(
        PageView view,
        ProjectRow project,
        Repository repository,
        string @ref,
        string sha,
        Db db,
        CancellationToken ct
    )
    {
        if (await repository.CommitAsync(sha, ct) is not { } commit)
            return Html.Nothing;
        var latest = await db.FindAsync<PipelineRow>(
            "SELECT * FROM pipelines WHERE project_id = @Id AND sha = @sha AND ready = 1 AND source <> 'parent_pipeline' ORDER BY id DESC LIMIT 1",
            new { project.Id, sha },
            ct
        );
        var badge = latest is null
            ? Html.Nothing
            : Html.Of($"<a href=\"{Address.To(project.FullPath, "-", "pipelines", $"{latest.Id}")}\">{StatusBadge.Of(latest.Status)}</a>");
        return Html.Of(
            $"""
            <div class="facts"><span class="mono"><bdi>{@ref}</bdi></span><span class="mono" title="{sha}">{sha[
                ..8
            ]}</span><span><bdi>{commit.Title}</bdi></span>
            <span><bdi>{commit.Author.Name}</bdi>, {Times.Ago(
                commit.Committer.Instant.ToUnixTimeMilliseconds(),
                view.Now
            )}</span>{badge}</div>
            """
        );
    }
}
