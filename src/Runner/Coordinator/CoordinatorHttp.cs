using System.Globalization;
using System.Net;
using Slipway.Protocol.Coordination;

namespace Slipway.Runner.Coordinator;

/// <summary>
/// HTTP as every call to a coordinator speaks it (runner-protocol §1): a request id, up to five attempts when the coordinator is busy, redirects that
/// keep method and body where they should. A request is made anew for each attempt, so its body must be readable again.
/// </summary>
internal sealed class CoordinatorHttp : IDisposable
{
    private const int Attempts = 5;
    private const int RedirectLimit = 10;
    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(60);

    private readonly HttpClient _http;
    private readonly TimeProvider _time;
    private readonly string _agent;

    /// <param name="agent">The <c>User-Agent</c>.</param>
    /// <param name="maxAge">How long a connection is used.</param>
    /// <exception cref="IOException">The address's certificates cannot be read.</exception>
    public CoordinatorHttp(CoordinatorAddress address, string agent, TimeSpan maxAge, TimeProvider time)
    {
        (_agent, _time) = (agent, time);
        Api = address.Api ?? throw new IOException($"{address.Url} is not an http or https URL");
        _http = new HttpClient(
            new SocketsHttpHandler
            {
                AllowAutoRedirect = false,
                AutomaticDecompression = DecompressionMethods.GZip,
                ConnectTimeout = TimeSpan.FromSeconds(30),
                PooledConnectionLifetime = maxAge,
                UseCookies = false,
                SslOptions = address.Tls(),
            }
        )
        {
            Timeout = TimeSpan.FromMinutes(60),
        };
    }

    public Uri Api { get; }

    /// <param name="make">The request of one attempt; its address may be relative to <see cref="Api"/>.</param>
    /// <param name="follow">Whether redirects are followed or handed back.</param>
    /// <returns>The answer, headers read and body not: the last one, when all attempts met a busy coordinator.</returns>
    /// <exception cref="HttpRequestException">There is no answer.</exception>
    public async Task<HttpResponseMessage> SendAsync(Func<HttpRequestMessage> make, bool follow, CancellationToken ct)
    {
        var pause = FirstPause;
        for (var attempt = 1; ; attempt++)
        {
            var response = await SendFollowingAsync(make, follow, ct);
            if (attempt == Attempts || !IsBusy(response.StatusCode))
                return response;
            var wait = Wanted(response) ?? pause * (0.5 + Random.Shared.NextDouble());
            response.Dispose();
            await Task.Delay(wait, _time, ct);
            pause = Shorter(pause * 2, LongestPause);
        }
    }

    public void Dispose() => _http.Dispose();

    private static bool IsBusy(HttpStatusCode status) => (int)status is 408 or 429 or 500 or 502 or 503 or 504 or >= 512;

    /// <summary>How long the coordinator asks us to wait.</summary>
    private TimeSpan? Wanted(HttpResponseMessage response)
    {
        if (
            response.Headers.TryGetValues(WireHeader.RateLimitResetTime, out var reset)
            && DateTimeOffset.TryParseExact(reset.First(), "r", CultureInfo.InvariantCulture, DateTimeStyles.None, out var at)
            && at - _time.GetUtcNow() is var left
            && left > TimeSpan.Zero
        )
            return left;
        return response.Headers.RetryAfter?.Delta;
    }

    private async Task<HttpResponseMessage> SendFollowingAsync(Func<HttpRequestMessage> make, bool follow, CancellationToken ct)
    {
        Uri? elsewhere = null;
        var asGet = false;
        for (var redirects = 0; ; redirects++)
        {
            using var request = make();
            request.RequestUri = elsewhere ?? new Uri(Api, request.RequestUri!);
            if (asGet)
                (request.Method, request.Content) = (HttpMethod.Get, null);
            if (request.RequestUri.Authority != Api.Authority && asGet | request.Method == HttpMethod.Get)
                // Object storage has a login in its URL, and is not to see ours.
                request.Headers.Remove(WireHeader.JobToken);
            request.Headers.TryAddWithoutValidation("User-Agent", _agent);
            if (!request.Headers.Contains(WireHeader.RequestId))
                request.Headers.Add(WireHeader.RequestId, Guid.NewGuid().ToString("N"));
            var response = await _http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, ct);
            if (!follow || redirects >= RedirectLimit || Target(request.RequestUri, response) is not { } target)
                return response;
            asGet |= (int)response.StatusCode is 301 or 302 or 303;
            elsewhere = target;
            response.Dispose();
        }
    }

    /// <summary>Where an answer sends us; never from https to http.</summary>
    internal static Uri? Target(Uri from, HttpResponseMessage response)
    {
        if ((int)response.StatusCode is not (301 or 302 or 303 or 307 or 308) || response.Headers.Location is not { } location)
            return null;
        var target = new Uri(from, location);
        return target.Scheme is "http" or "https" && (from.Scheme == "http" || target.Scheme == "https") ? target : null;
    }

    private static TimeSpan Shorter(TimeSpan a, TimeSpan b) => a < b ? a : b;
}
