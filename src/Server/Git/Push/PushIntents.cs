using System.Text.Json;
using Slipway.Compiler;
using Slipway.Server.Data;
using Slipway.Server.Projects;
using Slipway.Server.Work;

namespace Slipway.Server.Git.Push;

/// <summary>
/// The promise that no push goes unnoticed. What is about to move stands in a row before it moves; when it has moved, one transaction takes that row away and
/// asks for the work. A process that dies in between leaves the row, and who comes after looks at the refs: what stands where the row says has moved.
/// </summary>
internal sealed class PushIntents(Db db, WorkLoop work, Repositories repositories, Instance instance, TimeProvider time)
{
    /// <summary>After this long whoever wrote a row is done or dead: moving refs may take a minute.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(3);

    /// <summary>After a push; further ones meanwhile share the same upkeep.</summary>
    private static readonly TimeSpan Rest = TimeSpan.FromMinutes(5);

    /// <summary>How long a git whose server died may still be moving a ref.</summary>
    private static readonly TimeSpan Orphans = TimeSpan.FromSeconds(10);

    /// <summary>For a push of this instance's.</summary>
    public string Id() => $"{instance.Id}{Guid.NewGuid():N}";

    public Task BeginAsync(Pushed push, CancellationToken ct) =>
        db.WriteAsync(
            async (session, token) =>
            {
                await work.AddAsync(session, PushIntent.Work, new PushIntent(push.Id), token, time.GetUtcNow() + Patience);
                return await session.ExecuteAsync(
                    "INSERT INTO push_intents (id, project_id, payload, created_at) VALUES (@Id, @ProjectId, @payload, @At)",
                    new
                    {
                        push.Id,
                        push.ProjectId,
                        payload = JsonSerializer.Serialize(new IntendedPush(push, []), PushedJson.Default.IntendedPush),
                        push.At,
                    },
                    token
                );
            },
            ct
        );

    /// <param name="push">With the refs that have really moved.</param>
    /// <param name="branches">Those there are now, when the project had none before: one of them becomes its default branch.</param>
    public async Task<string?> FinishAsync(Pushed push, IReadOnlyList<string> branches, CancellationToken ct)
    {
        var first = branches.Count == 0 ? null : Array.Find(["main", "master"], branches.Contains) ?? branches[0];
        return await db.WriteAsync(
            async (session, token) =>
            {
                await session.ExecuteAsync("DELETE FROM push_intents WHERE id = @Id", new { push.Id }, token);
                if (push.Refs.Count == 0)
                    return null;
                await TellOthersAsync(session, push, token);
                await work.AddAsync(session, Pushed.Work, push, token);
                await work.AddAsync(session, RepositoryUpkeep.Work, new RepositoryUpkeep(push.ProjectId), token, time.GetUtcNow() + Rest);
                await session.ExecuteAsync(
                    "UPDATE projects SET last_activity_at = @At WHERE id = @ProjectId AND last_activity_at < @At",
                    new { push.At, push.ProjectId },
                    token
                );
                return first is not null && await ProjectStore.SetDefaultBranchAsync(session, push.ProjectId, first, token) ? first : null;
            },
            ct
        );
    }

    /// <summary>At the start of an instance: nobody but its dead self has written these rows.</summary>
    /// <param name="alone">There is no other instance, so all rows are its own.</param>
    public async Task RecoverAllAsync(bool alone, CancellationToken ct)
    {
        const string ours = "SELECT id FROM push_intents WHERE id LIKE @ours ORDER BY created_at";
        foreach (var id in await db.QueryAsync<string>(ours, new { ours = alone ? "%" : instance.Id + "%" }, ct))
            await RecoverAsync(new PushIntent(id), ct);
    }

    /// <summary>Finishes a push whose process died, if it did.</summary>
    public async Task RecoverAsync(PushIntent intent, CancellationToken ct)
    {
        var payload = await db.FindAsync<string>("SELECT payload FROM push_intents WHERE id = @Id", intent, ct);
        if (payload is null)
            return;
        var (push, seen) = JsonSerializer.Deserialize(payload, PushedJson.Default.IntendedPush)!;
        var repository = repositories.Of(push.ProjectId);
        var moved = new List<RefUpdate>();
        if (repository.Exists)
        {
            await LocksGoneAsync(repository, push, ct);
            var now = (await repository.RefsAsync(ct)).ToDictionary(one => one.Name, one => one.Object);
            moved.AddRange(
                push.Refs.Where(update =>
                    seen.Contains(update.Ref) || (now.GetValueOrDefault(update.Ref) ?? CommitFacts.ZeroSha) == update.New
                )
            );
        }

        var created = moved.Where(update => !update.Deletes).Select(update => RefNames.Branch(update.Ref)).OfType<string>().ToList();
        if (await FinishAsync(push with { Refs = moved }, created, ct) is { } branch)
            await repository.SetDefaultBranchAsync(branch, ct);
    }

    /// <summary>
    /// Where a ref just came from and went to tells of pushes that died before: one that wanted the very same has not moved it, and one that wanted it where it
    /// was just now has.
    /// </summary>
    private static async Task TellOthersAsync(Session session, Pushed push, CancellationToken ct)
    {
        var rows = await session.QueryAsync<IntentRow>(
            "SELECT id, payload FROM push_intents WHERE project_id = @ProjectId",
            new { push.ProjectId },
            ct
        );
        foreach (var row in rows)
        {
            var (other, seen) = JsonSerializer.Deserialize(row.Payload, PushedJson.Default.IntendedPush)!;
            var left = other.Refs.Except(push.Refs).ToList();
            var moved = left.Where(update => push.Refs.Any(ours => ours.Ref == update.Ref && ours.Old == update.New));
            var intended = new IntendedPush(other with { Refs = left }, [.. seen.Union(moved.Select(update => update.Ref))]);
            await session.ExecuteAsync(
                "UPDATE push_intents SET payload = @payload WHERE id = @Id",
                new { row.Id, payload = JsonSerializer.Serialize(intended, PushedJson.Default.IntendedPush) },
                ct
            );
        }
    }

    private async Task LocksGoneAsync(Repository repository, Pushed push, CancellationToken ct)
    {
        var since = time.GetTimestamp();
        while (
            push.Refs.Any(update => File.Exists(Path.Combine(repository.Path, update.Ref + ".lock")))
            && time.GetElapsedTime(since) < Orphans
        )
            await Task.Delay(TimeSpan.FromMilliseconds(100), time, ct);
    }

    private sealed record IntentRow(string Id, string Payload);
}
