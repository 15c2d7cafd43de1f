using System.Globalization;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Slipway.Server.Accounts;
using Slipway.Server.Data;
using Slipway.Server.Git;
using Slipway.Server.Http;
using Slipway.Server.Projects;

namespace Slipway.Server.Pipelines;

/// <summary>Statuses of commits: of jobs, and of what other systems tell. https://docs.gitlab.com/api/commits/#commit-status</summary>
internal static class CommitStatusesApi
{
    private const int LongestName = 255;
    private const int LongestUrl = 255;

    private static readonly string[] s_states = ["pending", "running", "success", "failed", "canceled", "skipped"];

    public static void MapCommitStatuses(this IEndpointRouteBuilder v4)
    {
        v4.MapPost("/projects/{project}/statuses/{sha}", WriteAsync).Allow(new Access.OnProject(Abilities.CreateCommitStatus));
        v4.MapGet("/projects/{project}/repository/commits/{sha}/statuses", ListAsync)
            .Allow(new Access.OnProject(Abilities.ReadCommitStatus));
    }

    private static async Task<IResult> WriteAsync(
        Actor actor,
        ProjectContext here,
        string sha,
        Parameters p,
        Db db,
        Repositories repositories,
        CommitStatusStore statuses,
        ServerUrl url,
        CancellationToken ct
    )
    {
        if (Refusal(p) is { } refusal)
            return refusal;
        var repository = repositories.Of(here.Id);
        if (!repository.Exists || await repository.CommitAsync(sha, ct) is not { } commit)
            return Answers.NotFound("Commit");
        var (name, isTag) = await RefAsync(repository, here, commit.Sha, p.Text("ref"), ct);
        if (name is null)
            return Answers.NotFound("References for commit");
        if (!await MayMoveAsync(db, actor, here, name, isTag, ct))
            return Answers.Forbidden();
        var told = new ToldStatus(
            commit.Sha,
            name,
            isTag,
            p.Text("state")!,
            p.Text("name") ?? p.Text("context") ?? "default",
            p.Number("pipeline_id")
        )
        {
            Description = p.Text("description"),
            TargetUrl = p.Text("target_url"),
            Coverage = p.Text("coverage"),
        };
        var user = actor.Responsible!;
        var (row, problem) = await db.WriteAsync((session, token) => statuses.WriteAsync(session, here.Project, user.Id, told, token), ct);
        return row is null
            ? Answers.Message(StatusCodes.Status400BadRequest, problem!)
            : Answers.Created(Json(Shown.From(row, commit.Sha), UserJson.Basic(user, url)));
    }

    private static IResult? Refusal(Parameters p) =>
        p.Text("state") is not { } state ? Answers.BadParameter("state is missing")
        : !s_states.Contains(state) ? Answers.BadParameter("state does not have a valid value")
        : (p.Text("name") ?? p.Text("context")) is { Length: 0 or > LongestName }
            ? new FieldError("name", $"is too long (maximum is {LongestName} characters)").Answer()
        : p.Text("description") is { Length: > LongestName }
            ? new FieldError("description", $"is too long (maximum is {LongestName} characters)").Answer()
        : p.Text("target_url") is { Length: > 0 } target && !IsAddress(target)
            ? new FieldError("target_url", "is blocked: Only allowed schemes are http, https").Answer()
        : p.Text("coverage") is { } coverage && !double.TryParse(coverage, NumberStyles.Float, CultureInfo.InvariantCulture, out _)
            ? Answers.BadParameter("coverage is invalid")
        : null;

    private static bool IsAddress(string text) =>
        text.Length <= LongestUrl && Uri.TryCreate(text, UriKind.Absolute, out var address) && address.Scheme is "http" or "https";

    /// <summary>The ref that is named, or a branch that the commit is the head of, or else the default branch.</summary>
    private static async Task<(string? Name, bool IsTag)> RefAsync(
        Repository repository,
        ProjectContext here,
        string sha,
        string? given,
        CancellationToken ct
    )
    {
        if (given is not { Length: > 0 })
        {
            var heads = (await repository.RefsAsync(ct)).Where(one => one.Commit == sha && RefNames.Branch(one.Name) is not null);
            return (heads.Select(one => RefNames.Branch(one.Name)).FirstOrDefault() ?? here.Project.DefaultBranch, false);
        }

        var named = await NamedRef.FindAsync(repository, given, ct);
        return named.Sha is null ? (null, false) : (named.Name, named.IsTag);
    }

    /// <summary>On a protected ref a status decides what may be deployed: it takes who may push there.</summary>
    private static async Task<bool> MayMoveAsync(Db db, Actor actor, ProjectContext here, string name, bool isTag, CancellationToken ct)
    {
        var kind = isTag ? ProtectedRefs.Tag : ProtectedRefs.Branch;
        var protection = await ProtectedRefs.MatchAsync(db, here.Id, kind, name, ct);
        return actor.Responsible is { } user && protection.MayMerge(here.Role, user.IsAdmin);
    }

    private static async Task<IResult> ListAsync(
        HttpContext http,
        ProjectContext here,
        string sha,
        Parameters p,
        Paging paging,
        Db db,
        Repositories repositories,
        ServerUrl url,
        CancellationToken ct
    )
    {
        var repository = repositories.Of(here.Id);
        if (!repository.Exists || await repository.CommitAsync(sha, ct) is not { } commit)
            return Answers.NotFound("Commit");
        var filter = string.Concat(
            p.Text("ref") is null ? "" : " AND p.ref = @ref",
            p.Text("stage") is null ? "" : " AND s.stage = @stage",
            p.Text("name") is null ? "" : " AND s.name = @name",
            p.Number("pipeline_id") is null ? "" : " AND p.id = @pipeline",
            p.Flag("all") == true ? "" : " AND s.retried = 0"
        );
        var from = $"FROM ({All}) s JOIN pipelines p ON p.id = s.pipeline_id WHERE p.project_id = @Id AND p.sha = @Sha{filter}";
        var arguments = new
        {
            here.Id,
            commit.Sha,
            @ref = p.Text("ref"),
            stage = p.Text("stage"),
            name = p.Text("name"),
            pipeline = p.Number("pipeline_id"),
        };
        var total = await db.FindAsync<long>($"SELECT COUNT(*) {from}", arguments, ct);
        var order = p.Text("sort") == "desc" ? "DESC" : "ASC";
        var rows = await db.QueryAsync<Shown>(
            $"SELECT s.*, p.sha, p.ref {from} ORDER BY s.pipeline_id {order}, s.kind, s.id {order}{paging.Limit}",
            arguments,
            ct
        );
        var users = await db.QueryAsync<UserRow>(
            $"SELECT {UserRow.Columns} FROM users WHERE id IN @ids",
            new { ids = new In<long>([.. rows.Select(row => row.UserId).Distinct()]) },
            ct
        );
        return http.Page(
            paging,
            total,
            rows.Select(row =>
                Json(
                    row.Kind == 0 ? row with { TargetUrl = url.Of($"/{here.Project.FullPath}/-/jobs/{row.Id}") } : row,
                    users.FirstOrDefault(user => user.Id == row.UserId) is { } user ? UserJson.Basic(user, url) : null
                )
            )
        );
    }

    private const string All = $"""
        SELECT 0 AS kind, id, pipeline_id, user_id, name, stage, status, retried, allow_failure, coverage, CAST(NULL AS text) AS description,
          CAST(NULL AS text) AS target_url, created_at, started_at, finished_at
        FROM jobs
        UNION ALL
        SELECT 1 AS kind, id, pipeline_id, user_id, name, '{ExternalStatuses.Stage}' AS stage, status, retried, 0 AS allow_failure, coverage, description,
          target_url, created_at, started_at, finished_at
        FROM commit_statuses
        """;

    private static object Json(Shown row, UserJson? author) =>
        new
        {
            id = row.Id,
            sha = row.Sha,
            @ref = row.Ref,
            status = row.Status,
            name = row.Name,
            target_url = row.TargetUrl,
            description = row.Description,
            created_at = row.CreatedAt.Instant(),
            started_at = row.StartedAt.Instant(),
            finished_at = row.FinishedAt.Instant(),
            allow_failure = row.AllowFailure == 1,
            coverage = double.TryParse(row.Coverage, CultureInfo.InvariantCulture, out var percent) ? percent : (double?)null,
            pipeline_id = row.PipelineId,
            author,
        };

    /// <summary>A job, or what another system tells.</summary>
    private sealed record Shown
    {
        public long Kind { get; init; }
        public long Id { get; init; }
        public long PipelineId { get; init; }
        public long UserId { get; init; }
        public required string Sha { get; init; }
        public required string Ref { get; init; }
        public required string Name { get; init; }
        public required string Status { get; init; }
        public long AllowFailure { get; init; }
        public string? Coverage { get; init; }
        public string? Description { get; init; }
        public string? TargetUrl { get; init; }
        public long CreatedAt { get; init; }
        public long? StartedAt { get; init; }
        public long? FinishedAt { get; init; }

        public static Shown From(CommitStatusRow row, string sha) =>
            new()
            {
                Kind = 1,
                Id = row.Id,
                PipelineId = row.PipelineId,
                UserId = row.UserId,
                Sha = sha,
                Ref = row.Ref,
                Name = row.Name,
                Status = row.Status,
                Coverage = row.Coverage,
                Description = row.Description,
                TargetUrl = row.TargetUrl,
                CreatedAt = row.CreatedAt,
                StartedAt = row.StartedAt,
                FinishedAt = row.FinishedAt,
            };
    }
}
