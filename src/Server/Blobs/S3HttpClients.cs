using Amazon.Runtime;

namespace Slipway.Server.Blobs;

/// <summary>What the library speaks to a bucket with: its own clients, but for the limit.</summary>
/// <param name="patience">How long a bucket may say nothing.</param>
internal sealed class S3HttpClients(TimeSpan patience) : HttpClientFactory
{
    public override HttpClient CreateHttpClient(IClientConfig clientConfig) =>
        // Redirects are the library's, which signs for the new place.
        new(new SilenceLimit(patience, new SocketsHttpHandler { AllowAutoRedirect = false, UseCookies = false }))
        {
            Timeout = Timeout.InfiniteTimeSpan,
        };
}
