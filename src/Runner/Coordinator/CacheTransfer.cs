using System.Net;
using System.Net.Http.Headers;
using Slipway.Protocol.Coordination;
using Slipway.Protocol.Jobs;

namespace Slipway.Runner.Coordinator;

/// <summary>Cache archives on their way to the coordinator and from it: Slipway's own addition to the protocol, see <see cref="WireHeader.SharedCache"/>.</summary>
internal sealed class CacheTransfer(CoordinatorHttp http, JobPayload payload)
{
    public SharedCache ToSharedCache() => new() { Fetch = FetchAsync, Send = SendAsync };

    private async Task<SharedCacheAnswer> FetchAsync(string key, string? tag, CancellationToken ct)
    {
        try
        {
            var response = await http.SendAsync(() => Request(HttpMethod.Get, key, tag), follow: true, ct);
            switch (response.StatusCode)
            {
                case HttpStatusCode.OK when response.Headers.ETag?.Tag is { } known:
                    return new SharedCacheAnswer.Archive(known, await response.Content.ReadAsStreamAsync(ct));
                case HttpStatusCode.NotModified:
                    response.Dispose();
                    return new SharedCacheAnswer.Unchanged();
                case HttpStatusCode.NotFound:
                    response.Dispose();
                    return new SharedCacheAnswer.None();
                default:
                    using (response)
                        return new SharedCacheAnswer.Failed(await CoordinatorClient.MessageAsync(response, ct));
            }
        }
        catch (Exception e) when (CoordinatorClient.IsTrouble(e, ct))
        {
            return new SharedCacheAnswer.Failed(CoordinatorClient.Words(e));
        }
    }

    private async Task<(string? Tag, string Problem)> SendAsync(string key, Stream content, CancellationToken ct)
    {
        try
        {
            using var response = await http.SendAsync(
                () =>
                {
                    content.Position = 0;
                    var request = Request(HttpMethod.Put, key, null);
                    request.Content = new StreamContent(new KeptOpen(content));
                    request.Content.Headers.ContentType = new MediaTypeHeaderValue("application/zip");
                    return request;
                },
                follow: false,
                ct
            );
            return response.StatusCode == HttpStatusCode.Created
                ? (response.Headers.ETag?.Tag, "")
                : (null, await CoordinatorClient.MessageAsync(response, ct));
        }
        catch (Exception e) when (CoordinatorClient.IsTrouble(e, ct))
        {
            return (null, CoordinatorClient.Words(e));
        }
    }

    private HttpRequestMessage Request(HttpMethod method, string key, string? tag)
    {
        var request = new HttpRequestMessage(method, new Uri(http.Api, $"jobs/{payload.Id}/cache?key={Uri.EscapeDataString(key)}"));
        request.Headers.Add(WireHeader.JobToken, payload.Token);
        if (tag is not null)
            request.Headers.IfNoneMatch.Add(new EntityTagHeaderValue(tag));
        return request;
    }
}
