using System.Globalization;
using Slipway.Server.Data;
using Slipway.Server.Http;
using Slipway.Server.Projects;

namespace Slipway.Server.Git.Api;

/// <summary>A commit in lists. https://docs.gitlab.com/api/commits/</summary>
internal sealed record CommitJson(
    string Id,
    string ShortId,
    string CreatedAt,
    IReadOnlyList<string> ParentIds,
    string Title,
    string Message,
    string AuthorName,
    string AuthorEmail,
    string AuthoredDate,
    string CommitterName,
    string CommitterEmail,
    string CommittedDate,
    IReadOnlyDictionary<string, string> Trailers,
    string WebUrl
)
{
    private const int LongTitle = 100;
    private const int ShortTitle = 81;

    public static CommitJson From(Commit commit, ProjectContext project, ServerUrl url) =>
        new(
            commit.Sha,
            commit.Sha[..8],
            Stamp(commit.Committer),
            commit.Parents,
            Shorten(commit.Title),
            commit.Message,
            commit.Author.Name,
            commit.Author.Email,
            Stamp(commit.Author),
            commit.Committer.Name,
            commit.Committer.Email,
            Stamp(commit.Committer),
            new Dictionary<string, string>(),
            url.Of($"/{project.Project.FullPath}/-/commit/{commit.Sha}")
        );

    /// <summary>With milliseconds and the writer's own offset: <c>2026-01-02T03:04:05.000+01:00</c>.</summary>
    public static string Stamp(Signature signature) =>
        signature.Instant.ToString("yyyy-MM-dd'T'HH:mm:ss.fffzzz", CultureInfo.InvariantCulture);

    /// <summary>GitLab cuts a long one at a word's end.</summary>
    private static string Shorten(string title)
    {
        if (title.Length < LongTitle)
            return title;
        var cut = title.LastIndexOf(' ', ShortTitle - 3);
        return title[..(cut > 0 ? cut : ShortTitle - 3)] + "...";
    }
}

/// <summary>A commit by itself: what it changed, and its newest pipeline.</summary>
internal sealed record CommitDetails(CommitJson Commit, CommitStats? Stats, long ProjectId, PipelineOfCommit? Pipeline)
{
    /// <summary>The shape of a list's commit, and more.</summary>
    public Dictionary<string, object?> ToJson()
    {
        var json = new Dictionary<string, object?>
        {
            ["id"] = Commit.Id,
            ["short_id"] = Commit.ShortId,
            ["created_at"] = Commit.CreatedAt,
            ["parent_ids"] = Commit.ParentIds,
            ["title"] = Commit.Title,
            ["message"] = Commit.Message,
            ["author_name"] = Commit.AuthorName,
            ["author_email"] = Commit.AuthorEmail,
            ["authored_date"] = Commit.AuthoredDate,
            ["committer_name"] = Commit.CommitterName,
            ["committer_email"] = Commit.CommitterEmail,
            ["committed_date"] = Commit.CommittedDate,
            ["trailers"] = Commit.Trailers,
            ["web_url"] = Commit.WebUrl,
        };
        if (Stats is not null)
            json["stats"] = Stats;
        json["status"] = Pipeline?.Status;
        json["project_id"] = ProjectId;
        json["last_pipeline"] = Pipeline;
        return json;
    }
}

internal sealed record CommitStats(long Additions, long Deletions, long Total);

internal sealed record PipelineOfCommit(
    long Id,
    long Iid,
    long ProjectId,
    string Sha,
    string Ref,
    string Status,
    string Source,
    DateTimeOffset CreatedAt,
    DateTimeOffset UpdatedAt,
    string WebUrl
)
{
    /// <returns>Nothing when the commit has had no pipeline.</returns>
    public static async Task<PipelineOfCommit?> FindAsync(Db db, ProjectContext project, string sha, ServerUrl url, CancellationToken ct)
    {
        var row = await db.FindAsync<Row>(
            """
            SELECT id, iid, sha, ref, status, source, created_at, updated_at FROM pipelines
            WHERE project_id = @project AND sha = @sha ORDER BY id DESC LIMIT 1
            """,
            new { project = project.Id, sha },
            ct
        );
        return row is null
            ? null
            : new PipelineOfCommit(
                row.Id,
                row.Iid,
                project.Id,
                row.Sha,
                row.Ref,
                row.Status,
                row.Source,
                row.CreatedAt.Instant(),
                row.UpdatedAt.Instant(),
                url.Of($"/{project.Project.FullPath}/-/pipelines/{row.Id}")
            );
    }

    private sealed record Row(long Id, long Iid, string Sha, string Ref, string Status, string Source, long CreatedAt, long UpdatedAt);
}
