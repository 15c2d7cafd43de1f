using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Slipway.Server.Data;

namespace Slipway.Server.Registry.Manifests;

/// <summary>
/// What says something about a manifest: signatures, bills of materials. Those that older clients list under a tag <c>sha256-…</c> are among them, for each has its
/// subject in itself. https://github.com/opencontainers/distribution-spec/blob/main/spec.md#listing-referrers
/// </summary>
internal sealed class ReferrerCalls(Db db)
{
    /// <summary>Referrers of one answer.</summary>
    private const long Most = 1000;

    /// <summary>Media types have a plus, which JSON need not escape.</summary>
    private static readonly JsonWriterOptions Plain = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>Bytes of annotations in one answer, unless a single referrer has more. 4 MiB: clients take no more.</summary>
    private const long MostBytes = 4 << 20;

    /// <summary>What stands around the annotations, about.</summary>
    private const long Around = 500;

    public async Task<IResult> ListAsync(RegistryCall call, string reference)
    {
        if (ImageDigest.Parse(reference) is not { } subject)
            return RegistryError.DigestInvalid("provided digest is not valid");
        var query = call.Http.Request.Query;
        var type = query["artifactType"].ToString().Replace("\0", "");
        if (query["last"].ToString() is var text && text.Length > 0 && !long.TryParse(text, out _))
            return RegistryError.PageInvalid;
        var last = text.Length == 0 ? 0 : long.Parse(text);
        var (rows, hasMore) = await db.ReadAsync((session, ct) => PageAsync(session, call, subject, type, last, ct), call.Ct);
        if (hasMore)
        {
            var filter = type.Length == 0 ? "" : $"artifactType={Uri.EscapeDataString(type)}&";
            call.Response.Headers.Link = $"<{call.Address($"referrers/{subject}")}?{filter}last={rows[^1].Id}>; rel=\"next\"";
        }

        if (type.Length > 0)
            call.Response.Headers["OCI-Filters-Applied"] = "artifactType";
        var body = Write(rows);
        call.Response.ContentType = ImageManifest.OciIndex;
        call.Response.ContentLength = body.Length;
        await call.Response.Body.WriteAsync(body, call.Ct);
        return Results.Empty;
    }

    private static async Task<(IReadOnlyList<Referrer> Rows, bool HasMore)> PageAsync(
        Session session,
        RegistryCall call,
        ImageDigest subject,
        string type,
        long last,
        CancellationToken ct
    )
    {
        if (await RegistryBlobs.RepositoryAsync(session, call.Place, ct) is not { } repository)
            return ([], false);
        var weights = await session.QueryAsync<Weight>(
            $"""
            SELECT id, CAST(COALESCE(LENGTH(annotations), 0) AS bigint) AS bytes FROM registry_manifests
            WHERE repository_id = @repository AND subject = @subject AND id > @last {(type.Length == 0 ? "" : "AND artifact_type = @type")}
            ORDER BY id LIMIT {Most + 1}
            """,
            new
            {
                repository,
                subject = subject.ToString(),
                type,
                last,
            },
            ct
        );
        var (left, take) = (MostBytes, 0);
        while (take < weights.Count && take < Most)
        {
            left -= weights[take].Bytes + Around;
            if (take > 0 && left < 0)
                break;
            take++;
        }

        var ids = new In<long>([.. weights.Take(take).Select(weight => weight.Id)]);
        var rows = await session.QueryAsync<Referrer>(
            "SELECT id, digest, media_type, size, artifact_type, annotations FROM registry_manifests WHERE id IN @ids ORDER BY id",
            new { ids },
            ct
        );
        return (rows, take < weights.Count);
    }

    private static ReadOnlyMemory<byte> Write(IReadOnlyList<Referrer> rows)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(buffer, Plain))
        {
            json.WriteStartObject();
            json.WriteNumber("schemaVersion", 2);
            json.WriteString("mediaType", ImageManifest.OciIndex);
            json.WriteStartArray("manifests");
            foreach (var row in rows)
                Write(json, row);
            json.WriteEndArray();
            json.WriteEndObject();
        }

        return buffer.WrittenMemory;
    }

    private static void Write(Utf8JsonWriter json, Referrer row)
    {
        json.WriteStartObject();
        json.WriteString("mediaType", row.MediaType);
        json.WriteString("digest", row.Digest);
        json.WriteNumber("size", row.Size);
        if (row.ArtifactType is not null)
            json.WriteString("artifactType", row.ArtifactType);
        if (row.Annotations is not null)
        {
            json.WritePropertyName("annotations");
            json.WriteRawValue(row.Annotations);
        }

        json.WriteEndObject();
    }

    private sealed record Weight
    {
        public long Id { get; init; }
        public long Bytes { get; init; }
    }

    private sealed record Referrer(long Id, string Digest, string MediaType, long Size, string? ArtifactType, string? Annotations);
}
