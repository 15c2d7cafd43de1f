using System.Text.Json;
using System.Text.Json.Serialization;
using Slipway.Server.Data;
using Slipway.Server.Git;

namespace Slipway.Server.Events;

/// <summary>A ref that somebody moved, as API v4 tells of it.</summary>
/// <param name="Action"><c>created</c>, <c>pushed</c> or <c>removed</c>.</param>
internal sealed record PushData(
    long CommitCount,
    string Action,
    string RefType,
    string? CommitFrom,
    string? CommitTo,
    string Ref,
    string? CommitTitle
)
{
    public long? RefCount { get; init; }
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
[JsonSerializable(typeof(PushData))]
internal sealed partial class PushDataJson : JsonSerializerContext;

/// <summary>Writes down who pushed what. A push may be told of twice and is one event for each ref.</summary>
internal sealed class PushEvents(Db db, Repositories repositories)
{
    private const int MostRefs = 100;
    private const int MostCounted = 10_000;
    private const int LongestTitle = 255;

    public async Task OnPushedAsync(Pushed pushed, CancellationToken ct)
    {
        foreach (var update in pushed.Refs.Take(MostRefs))
        {
            if (await DataAsync(repositories.Of(pushed.ProjectId), update, ct) is not { } data)
                continue;
            await db.ExecuteAsync(
                """
                INSERT INTO events (project_id, author_id, action, origin, push, created_at)
                SELECT id, @UserId, 'pushed', @origin, @push, @At FROM projects WHERE id = @ProjectId AND deleted_at IS NULL
                ON CONFLICT (origin) DO NOTHING
                """,
                new
                {
                    pushed.ProjectId,
                    pushed.UserId,
                    origin = $"{pushed.Id}:{update.Ref}",
                    push = JsonSerializer.Serialize(data, PushDataJson.Default.PushData),
                    pushed.At,
                },
                ct
            );
        }
    }

    private static async Task<PushData?> DataAsync(Repository repository, RefUpdate update, CancellationToken ct)
    {
        var (branch, tag) = (RefNames.Branch(update.Ref), RefNames.Tag(update.Ref));
        if ((branch ?? tag) is not { } name)
            return null;
        var type = branch is null ? "tag" : "branch";
        if (update.Deletes)
            return new PushData(0, "removed", type, update.Old, null, name, null);
        var head = repository.Exists ? await repository.CommitAsync(update.New, ct) : null;
        var title = head is null ? null : head.Title[..Math.Min(head.Title.Length, LongestTitle)];
        return update.Creates
            ? new PushData(branch is null ? 0 : 1, "created", type, null, update.New, name, title)
            : new PushData(await CountAsync(repository, update, ct), "pushed", type, update.Old, update.New, name, title);
    }

    private static async Task<long> CountAsync(Repository repository, RefUpdate update, CancellationToken ct)
    {
        if (!repository.Exists || !RefNames.IsSha(update.Old) || !RefNames.IsSha(update.New))
            return 0;
        var call = new GitCall("rev-list", "--count", $"--max-count={MostCounted}", $"{update.Old}..{update.New}");
        var answer = await repository.RunAsync(call, ct);
        return answer.Ok && long.TryParse(answer.Line, out var count) ? count : 0;
    }
}
