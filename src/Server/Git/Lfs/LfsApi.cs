using System.Collections.Concurrent;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Slipway.Server.Blobs;
using Slipway.Server.Blobs.Sweeping;
using Slipway.Server.Data;
using Slipway.Server.Git.Smart;
using Slipway.Server.Http;
using Slipway.Server.Projects;

namespace Slipway.Server.Git.Lfs;

/// <summary>
/// Large files beside a repository: the batch call says where each is fetched from and sent to, which is here. A file belongs to a project because a row says
/// so; who names a digest without having the bytes gets nothing by it. https://github.com/git-lfs/git-lfs/tree/main/docs/api
/// </summary>
internal static class LfsApi
{
    private const string Media = "application/vnd.git-lfs+json";
    private const string Batch = "/info/lfs/objects/batch";
    private const string Objects = "/gitlab-lfs/objects/";

    /// <summary>Files of one batch: the client sends a hundred at a time.</summary>
    private const int MostObjects = 1000;

    /// <summary>Of how many the store is asked at once.</summary>
    private const int MostAsked = 8;

    /// <summary>Bytes of one file. 5 GiB.</summary>
    private const long Largest = 5L << 30;

    public static void MapLfs(this IEndpointRouteBuilder app)
    {
        var failed = new FailedAs(Refusal);
        app.Map(HttpMethods.Post, new GitPath(Batch, dotGit: true), BatchAsync).WithMetadata(failed);
        app.Map(HttpMethods.Get, new GitPath(Objects, dotGit: true), DownloadAsync).WithMetadata(failed);
        app.Map(HttpMethods.Put, new GitPath(Objects, dotGit: true), UploadAsync).WithMetadata(failed);
    }

    private static async Task<IResult> BatchAsync(
        HttpContext http,
        GitLogin login,
        Db db,
        IBlobStore blobs,
        ServerUrl url,
        CancellationToken ct
    )
    {
        if (await LfsBatch.ReadAsync(http.Request.Body, MostObjects, ct) is not { } batch)
            return Refusal(StatusCodes.Status422UnprocessableEntity, "The batch cannot be read.");
        var (project, refusal) = await EnterAsync(http, login, writes: batch.Operation == "upload");
        if (project is null)
            return refusal!;
        var ours = await OursAsync(db, project.Id, batch.Objects, ct);
        // Whoever still has a file that the store has lost can bring it back only when he is asked for it.
        if (batch.Operation == "upload")
            ours = await KeptAsync(blobs, [.. batch.Objects.Where(one => ours.Contains(one.Oid))], ct);
        var authorization = http.Request.Headers.Authorization.ToString();
        return Results.Json(
            new
            {
                transfer = "basic",
                objects = batch.Objects.Select(Answer),
                hash_algo = "sha256",
            },
            contentType: Media
        );

        object Answer(LfsObject one)
        {
            var known = ours.Contains(one.Oid);
            var href = url.Of($"/{project.Project.FullPath}.git{Objects}{one.Oid}");
            // The client must send what it has shown us here: we give out no credential of our own.
            var header = authorization.Length == 0 ? [] : new Dictionary<string, string> { ["Authorization"] = authorization };
            object? action =
                batch.Operation == "download"
                    ? known
                        ? new { download = new { href, header } }
                        : null
                    : known
                        ? null
                        : new { upload = new { href = $"{href}/{one.Size}", header } };
            if (batch.Operation == "download" && !known)
                return new
                {
                    oid = one.Oid,
                    size = one.Size,
                    error = new { code = 404, message = "Object does not exist on the server or you don't have permissions to access it" },
                };
            return new
            {
                oid = one.Oid,
                size = one.Size,
                authenticated = true,
                actions = action,
            };
        }
    }

    private static async Task<IResult> DownloadAsync(HttpContext http, GitLogin login, Db db, IBlobStore blobs, CancellationToken ct)
    {
        if (Address(http) is not { } address)
            return Refusal(StatusCodes.Status404NotFound, "Not found");
        var (project, refusal) = await EnterAsync(http, login, writes: false);
        if (project is null)
            return refusal!;
        var size = await db.FindAsync<long?>(
            "SELECT size FROM lfs_objects WHERE project_id = @Id AND oid = @Hex",
            new { project.Id, address.Digest.Hex },
            ct
        );
        if (size is null)
            return Refusal(StatusCodes.Status404NotFound, "Object does not exist on the server");
        var content = await blobs.OpenKeptAsync(new Blob(address.Digest, size.Value), null, ct);
        http.Response.ContentLength = size;
        return Results.Stream(content, "application/octet-stream");
    }

    private static async Task<IResult> UploadAsync(
        HttpContext http,
        GitLogin login,
        Db db,
        IBlobStore blobs,
        TimeProvider time,
        CancellationToken ct
    )
    {
        if (Address(http) is not { Size: { } size } address || size > Largest)
            return Refusal(StatusCodes.Status404NotFound, "Not found");
        var (project, refusal) = await EnterAsync(http, login, writes: true);
        if (project is null)
            return refusal!;
        await using var body = GitBody.Open(http);
        var begunAt = time.Milliseconds();
        // What is there may be damaged: it is what whoever sends this was asked for.
        if (await blobs.ReplaceAsync(body, address.Digest, size, ct) is not BlobPut.Stored stored || stored.Blob.Length != size)
            return Refusal(StatusCodes.Status422UnprocessableEntity, "The bytes are not those of that name and size.");
        const string sql = """
            INSERT INTO lfs_objects (project_id, oid, size, created_at) VALUES (@Id, @Hex, @size, @begunAt)
            ON CONFLICT (project_id, oid) DO NOTHING
            """;
        var row = new
        {
            project.Id,
            address.Digest.Hex,
            size,
            begunAt,
        };
        await db.WriteAsync(
            async (session, token) =>
            {
                await BlobClaims.ClaimAsync(session, address.Digest, begunAt, token);
                return await session.ExecuteAsync(sql, row, token);
            },
            ct
        );
        return Results.Ok();
    }

    /// <summary>Those that the store has, as far as it can be seen without reading them. A store that cannot be asked has lost nothing.</summary>
    private static async Task<IReadOnlySet<string>> KeptAsync(
        IBlobStore blobs,
        IReadOnlyCollection<LfsObject> objects,
        CancellationToken ct
    )
    {
        var lost = new ConcurrentBag<string>();
        try
        {
            await Parallel.ForEachAsync(
                objects,
                new ParallelOptions { MaxDegreeOfParallelism = MostAsked, CancellationToken = ct },
                async (one, token) =>
                {
                    if ((await blobs.StatAsync(BlobDigest.Parse("sha256:" + one.Oid, null), token))?.Length != one.Size)
                        lost.Add(one.Oid);
                }
            );
        }
        catch (BlobStoreException)
        {
            lost.Clear();
        }

        return objects.Select(one => one.Oid).Except(lost).ToHashSet();
    }

    /// <returns>The project, or the refusal.</returns>
    private static async Task<(ProjectContext? Project, IResult? Refusal)> EnterAsync(HttpContext http, GitLogin login, bool writes)
    {
        var (actor, denied) = await login.ActorAsync(http);
        if (actor is null)
            return (null, denied);
        if (!writes)
            return await login.ReadAsync(http, actor);
        var (pusher, refusal) = await login.WriteAsync(http, actor, await login.FindAsync(http));
        return (pusher?.Project, refusal);
    }

    /// <summary>Which of these are the project's.</summary>
    private static async Task<IReadOnlySet<string>> OursAsync(
        Db db,
        long project,
        IReadOnlyList<LfsObject> objects,
        CancellationToken ct
    ) =>
        (
            await db.QueryAsync<string>(
                "SELECT oid FROM lfs_objects WHERE project_id = @project AND oid IN @oids",
                new { project, oids = new In<string>([.. objects.Select(one => one.Oid)]) },
                ct
            )
        ).ToHashSet();

    /// <summary>What stands behind <c>/gitlab-lfs/objects/</c>: a digest, and for an upload its size.</summary>
    private static (BlobDigest Digest, long? Size)? Address(HttpContext http)
    {
        var path = (string)http.Request.RouteValues["path"]!;
        var parts = path[(path.IndexOf(Objects, StringComparison.Ordinal) + Objects.Length)..].Split('/');
        if (parts.Length > 2 || !BlobDigest.TryParse("sha256:" + parts[0], out var digest))
            return null;
        return parts.Length == 1 ? (digest, null)
            : long.TryParse(parts[1], out var size) && size >= 0 ? (digest, size)
            : null;
    }

    private static IResult Refusal(int status, string message) => Results.Json(new { message }, contentType: Media, statusCode: status);
}

/// <param name="Oid">SHA-256, 64 lower-case hex digits.</param>
internal sealed record LfsObject(string Oid, long Size);

/// <param name="Operation"><c>upload</c> or <c>download</c>.</param>
internal sealed record LfsBatch(string Operation, IReadOnlyList<LfsObject> Objects)
{
    /// <returns>Nothing when it is none, or asks for a transfer or a hash that is not ours.</returns>
    public static async Task<LfsBatch?> ReadAsync(Stream body, int mostObjects, CancellationToken ct)
    {
        try
        {
            using var json = await JsonDocument.ParseAsync(body, new JsonDocumentOptions { MaxDepth = 8 }, ct);
            return Of(json.RootElement, mostObjects);
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or FormatException)
        {
            return null;
        }
    }

    private static LfsBatch? Of(JsonElement json, int mostObjects)
    {
        if (!json.TryGetProperty("operation", out var operation) || operation.GetString() is not ("upload" or "download"))
            return null;
        if (json.TryGetProperty("transfers", out var transfers) && transfers.EnumerateArray().All(one => one.GetString() != "basic"))
            return null;
        if (json.TryGetProperty("hash_algo", out var hash) && hash.GetString() != "sha256")
            return null;
        if (!json.TryGetProperty("objects", out var list) || list.GetArrayLength() > mostObjects)
            return null;
        var objects = new List<LfsObject>();
        foreach (var one in list.EnumerateArray())
        {
            var (oid, size) = (one.GetProperty("oid").GetString(), one.GetProperty("size").GetInt64());
            if (!BlobDigest.TryParse("sha256:" + oid, out var digest) || size < 0)
                return null;
            objects.Add(new LfsObject(digest.Hex, size));
        }

        return new LfsBatch(operation.GetString()!, objects);
    }
}
