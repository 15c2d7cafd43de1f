using Slipway.Server.Data;

namespace Slipway.Server.Registry.Collecting;

/// <summary>A manifest and all that could keep it: what names it, what it says something about, and what could keep those. Either none of it is kept, or it stays.</summary>
internal static class Families
{
    /// <summary>Larger ones wait until their indexes have gone one by one.</summary>
    private const int Largest = 5000;

    /// <summary>Removes the manifest, with what would keep it if that were kept, when all of it has been unneeded since long enough.</summary>
    /// <returns>How many went.</returns>
    public static async Task<long> TakeAsync(Session session, long repository, long id, long before, CancellationToken ct)
    {
        var all = new HashSet<long>();
        IReadOnlyList<long> next = [id];
        while (next.Count > 0)
        {
            all.UnionWith(next);
            if (all.Count > Largest)
                return 0;
            var rows = await session.QueryAsync<Member>(Look, new { ids = new In<long>(next) }, ct);
            if (rows.Count < next.Count || rows.Any(row => row.Tags > 0 || row.UnusedSince is not { } since || since > before))
                return 0;
            var keepers = await session.QueryAsync<long>(
                Keepers,
                new
                {
                    repository,
                    digests = new In<string>([.. rows.Select(row => row.Digest)]),
                    // PostgreSQL takes no text among none.
                    subjects = new In<string>([.. rows.Select(row => row.Subject ?? "").Distinct()]),
                },
                ct
            );
            next = [.. keepers.Where(keeper => !all.Contains(keeper))];
        }

        var args = new { ids = new In<long>([.. all]) };
        await session.ExecuteAsync("DELETE FROM registry_links WHERE manifest_id IN @ids", args, ct);
        KillPoint.Pass("manifest half collected");
        return await session.ExecuteAsync("DELETE FROM registry_manifests WHERE id IN @ids", args, ct);
    }

    private const string Look = """
        SELECT m.digest, m.subject, m.unused_since, (SELECT COUNT(*) FROM registry_tags t WHERE t.manifest_id = m.id) AS tags
        FROM registry_manifests m WHERE m.id IN @ids
        """;

    private const string Keepers = """
        SELECT manifest_id FROM registry_links WHERE repository_id = @repository AND target IN @digests
        UNION SELECT id FROM registry_manifests WHERE repository_id = @repository AND digest IN @subjects
        """;

    private sealed record Member
    {
        public string Digest { get; init; } = "";
        public string? Subject { get; init; }
        public long? UnusedSince { get; init; }
        public long Tags { get; init; }
    }
}
