using System.Text;
using Slipway.Server.Data;
using Slipway.Server.Http;

namespace Slipway.Server.Registry.Contents;

/// <summary>The tags of a repository, and what their images weigh.</summary>
internal sealed class TagStore(Db db)
{
    private const string From = "FROM registry_tags t JOIN registry_manifests m ON m.id = t.manifest_id";
    private const string Columns =
        "t.name, t.manifest_id, m.digest, m.media_type, m.artifact_type, t.created_at, t.updated_at, m.pulled_at";

    /// <summary>What manifests need, and what those need in turn that they name; each blob once, for layers are shared.</summary>
    /// <param name="roots">A query of the manifests' ids.</param>
    private static string Sizes(string roots) =>
        $"""
            WITH RECURSIVE reach (root, target) AS (
              SELECT l.manifest_id, l.target FROM registry_links l WHERE l.manifest_id IN {roots}
              UNION SELECT reach.root, l.target FROM reach
                JOIN registry_manifests n ON n.repository_id = @repository AND n.digest = reach.target
                JOIN registry_links l ON l.manifest_id = n.id
            ), sizes (root, size) AS (
              SELECT reach.root, CAST(SUM(b.size) AS bigint) FROM reach
                JOIN registry_blobs b ON b.repository_id = @repository AND b.digest = reach.target GROUP BY reach.root
            )
            """;

    private static readonly string BySize =
        Sizes("(SELECT manifest_id FROM registry_tags WHERE repository_id = @repository)")
        + $" SELECT {Columns} {From} LEFT JOIN sizes s ON s.root = m.id";

    /// <param name="search">Words that the name holds; empty: all tags.</param>
    public Task<(IReadOnlyList<ImageTag> Rows, long Total)> ListAsync(
        long repository,
        string search,
        TagOrder order,
        Paging paging,
        CancellationToken ct
    ) =>
        db.ReadAsync(
            async (session, token) =>
            {
                var args = new { repository, search = Search.Pattern(search) };
                var which = "WHERE t.repository_id = @repository";
                if (search.Length > 0)
                    which += $" AND LOWER(t.name) LIKE @search {Search.Escape}";
                var total = await session.FindAsync<long>($"SELECT COUNT(*) FROM registry_tags t {which}", args, token);
                var rows = await session.QueryAsync<ImageTag>(
                    order == TagOrder.Largest
                        ? $"{BySize} {which} ORDER BY COALESCE(s.size, 0) DESC, t.name_key {paging.Limit}"
                        : $"SELECT {Columns} {From} {which} ORDER BY {By(order)} {paging.Limit}",
                    args,
                    token
                );
                return (rows, total);
            },
            ct
        );

    /// <summary>The first so many names.</summary>
    public Task<IReadOnlyList<string>> NamesAsync(long repository, int most, CancellationToken ct) =>
        db.QueryAsync<string>(
            "SELECT name FROM registry_tags WHERE repository_id = @repository ORDER BY name_key LIMIT @most",
            new { repository, most },
            ct
        );

    public Task<ImageTag?> FindAsync(long repository, string name, CancellationToken ct) =>
        db.FindAsync<ImageTag>(
            $"SELECT {Columns} {From} WHERE t.repository_id = @repository AND t.name_key = @key",
            new { repository, key = Encoding.UTF8.GetBytes(name) },
            ct
        );

    /// <summary>Tags at a manifest, in the order of their names.</summary>
    public Task<IReadOnlyList<string>> AtAsync(long manifest, int most, CancellationToken ct) =>
        db.QueryAsync<string>(
            "SELECT name FROM registry_tags WHERE manifest_id = @manifest ORDER BY name_key LIMIT @most",
            new { manifest, most },
            ct
        );

    /// <summary>Bytes of what each manifest needs, each blob once.</summary>
    public async Task<IReadOnlyDictionary<long, long>> SizesAsync(long repository, IReadOnlyList<long> manifests, CancellationToken ct)
    {
        var rows = await db.QueryAsync<Weight>(
            $"{Sizes("@manifests")} SELECT root, size FROM sizes",
            new { repository, manifests = new In<long>(manifests) },
            ct
        );
        return rows.ToDictionary(row => row.Root, row => row.Size);
    }

    private static string By(TagOrder order) => order == TagOrder.Newest ? "t.updated_at DESC, t.name_key" : "t.name_key";

    private sealed record Weight
    {
        public long Root { get; init; }
        public long Size { get; init; }
    }
}
