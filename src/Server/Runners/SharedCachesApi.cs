using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Routing;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Core.Features;
using Microsoft.Net.Http.Headers;
using Slipway.Server.Blobs;
using Slipway.Server.Http;

namespace Slipway.Server.Runners;

/// <summary>
/// <c>/jobs/:id/cache?key=KEY</c>: our own addition to the runner's protocol, offered by <see cref="Protocol.Coordination.WireHeader.SharedCache"/> to our own
/// runner, and to be asked with the job's token while the job runs. GET gives the archive with its tag, or 304 to who has it already, or 404; PUT takes one.
/// </summary>
internal static class SharedCachesApi
{
    private static readonly Access OwnToken = new Access.OwnDoor("the job's own token");

    public static void MapSharedCaches(this IEndpointRouteBuilder v4)
    {
        v4.MapGet("/jobs/{id:long}/cache", FetchAsync).Allow(OwnToken);
        v4.MapPut("/jobs/{id:long}/cache", SendAsync).Allow(OwnToken);
    }

    private static async Task<IResult> FetchAsync(
        HttpContext http,
        long id,
        string key,
        JobDoor door,
        SharedCaches caches,
        IBlobStore blobs,
        CancellationToken ct
    )
    {
        if (!IsKey(key))
            return Answers.BadParameter("key does not have a valid value");
        if (await door.FindRunningAsync(http, id, null, ct) is not { } job)
            return Answers.Forbidden();
        if (await caches.FindAsync(job, key, ct) is not { } row)
            return Answers.NotFound("Cache");
        var tag = new EntityTagHeaderValue($"\"{row.Blob}\"");
        if (http.Request.GetTypedHeaders().IfNoneMatch.Any(known => known.Compare(tag, useStrongComparison: true)))
            return Results.StatusCode(StatusCodes.Status304NotModified);
        return await blobs.OpenAsync(BlobDigest.Parse(row.Blob, null), null, ct) is { } archive
            ? Results.Stream(archive, "application/zip", entityTag: tag)
            : Answers.NotFound("Cache");
    }

    private static async Task<IResult> SendAsync(
        HttpContext http,
        long id,
        string key,
        JobDoor door,
        SharedCaches caches,
        CancellationToken ct
    )
    {
        if (http.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } most)
            most.MaxRequestBodySize = null;
        if (http.Features.Get<IHttpMinRequestBodyDataRateFeature>() is { } rate)
            rate.MinDataRate = new MinDataRate(1, TimeSpan.FromMinutes(10));
        if (!IsKey(key))
            return Answers.BadParameter("key does not have a valid value");
        if (await door.FindRunningAsync(http, id, null, ct) is not { } job)
            return Answers.Forbidden();
        if (await caches.PutAsync(job, key, http.Request.Body, ct) is not { } digest)
            return Answers.Message(StatusCodes.Status413PayloadTooLarge, "413 Request Entity Too Large");
        http.Response.Headers.ETag = $"\"{digest}\"";
        return Results.StatusCode(StatusCodes.Status201Created);
    }

    private static bool IsKey(string key) => key.Length is > 0 and <= SharedCaches.LongestKey && !key.Any(char.IsControl);
}
