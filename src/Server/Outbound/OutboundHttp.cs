using System.Net;
using System.Net.Http.Headers;
using System.Net.Sockets;
using System.Text;

namespace Slipway.Server.Outbound;

/// <summary>
/// The one door through which the server asks the web for what a user names. A name is resolved here, every address it stands for must be allowed
/// (<see cref="AddressRules"/>), and the connection goes to the address that was looked at, so that a name cannot mean something else a moment later. Each
/// redirect is a new URL to all of this; nothing of one host is told another. Bounded in time, bytes and redirects.
/// </summary>
internal sealed class OutboundHttp : IDisposable
{
    public const int MostRedirects = 5;

    private readonly AddressRules _rules;
    private readonly TimeProvider _time;
    private readonly HttpClient _http;

    /// <param name="resolve">What addresses a name stands for.</param>
    /// <param name="web">What answers in the web's place. It is not connected to, so no address is looked at.</param>
    public OutboundHttp(
        AddressRules rules,
        TimeProvider time,
        Func<string, CancellationToken, Task<IPAddress[]>>? resolve = null,
        HttpMessageHandler? web = null
    )
    {
        (_rules, _time) = (rules, time);
        resolve ??= Dns.GetHostAddressesAsync;
        var handler = new SocketsHttpHandler
        {
            AllowAutoRedirect = false,
            UseCookies = false,
            UseProxy = false,
            AutomaticDecompression = DecompressionMethods.None,
            ConnectTimeout = TimeSpan.FromSeconds(10),
            PooledConnectionLifetime = TimeSpan.Zero,
            ConnectCallback = (context, ct) => ConnectAsync(context.DnsEndPoint, resolve, ct),
        };
        _http = new HttpClient(web ?? handler) { Timeout = Timeout.InfiniteTimeSpan };
    }

    /// <summary>GET, following redirects.</summary>
    /// <param name="maxBytes">A longer body is cut off there.</param>
    /// <param name="limit">From the call to the body's end.</param>
    public Task<OutboundAnswer> GetAsync(Uri url, int maxBytes, TimeSpan limit, CancellationToken ct) =>
        BoundedAsync(
            async token =>
            {
                for (var hop = 0; hop <= MostRedirects; hop++)
                {
                    if (AddressRules.Problem(url) is { } problem)
                        return new OutboundAnswer.Blocked(problem);
                    var (answer, next) = await OnceAsync(url, maxBytes, token);
                    if (next is null)
                        return answer;
                    url = next;
                }

                return new OutboundAnswer.Failed("too many redirects");
            },
            limit,
            ct
        );

    /// <summary>POST. What the answer says is told whatever its status; redirects are not followed, for they could lead the body elsewhere.</summary>
    /// <param name="headers">None of them may break a line.</param>
    /// <param name="maxBytes">A longer answer is cut off there.</param>
    /// <param name="limit">From the call to the answer's end.</param>
    public Task<OutboundAnswer> PostAsync(
        Uri url,
        IReadOnlyDictionary<string, string> headers,
        string json,
        int maxBytes,
        TimeSpan limit,
        CancellationToken ct
    ) =>
        BoundedAsync(
            async token =>
            {
                if (AddressRules.Problem(url) is { } problem)
                    return new OutboundAnswer.Blocked(problem);
                using var request = new HttpRequestMessage(HttpMethod.Post, url);
                request.Content = new StringContent(json, Encoding.UTF8, "application/json");
                foreach (var (name, value) in headers)
                    request.Headers.TryAddWithoutValidation(name, value);
                using var response = await _http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, token);
                await using var body = await response.Content.ReadAsStreamAsync(token);
                var bytes = new byte[maxBytes];
                var length = await body.ReadAtLeastAsync(bytes, maxBytes, throwOnEndOfStream: false, token);
                return new OutboundAnswer.Told(
                    (int)response.StatusCode,
                    response.Headers.Concat(response.Content.Headers).ToDictionary(one => one.Key, one => string.Join(", ", one.Value)),
                    Encoding.UTF8.GetString(bytes, 0, length)
                );
            },
            limit,
            ct
        );

    /// <summary>
    /// GET or HEAD, following redirects, with the body left to be read. Another host is not told <c>Authorization</c>, and from https nothing leads back to http.
    /// </summary>
    /// <param name="headers">None of them may break a line.</param>
    /// <param name="limit">From the call to the head of the answer; the body is its reader's to bound.</param>
    /// <returns>Whatever its status: <see cref="OutboundAnswer.Opened"/>, to be disposed of.</returns>
    public Task<OutboundAnswer> OpenAsync(
        HttpMethod method,
        Uri url,
        IReadOnlyDictionary<string, string> headers,
        TimeSpan limit,
        CancellationToken ct
    ) =>
        BoundedAsync(
            async token =>
            {
                var (at, told) = (url, headers);
                for (var hop = 0; hop <= MostRedirects; hop++)
                {
                    if (AddressRules.Problem(at) is { } problem)
                        return new OutboundAnswer.Blocked(problem);
                    var response = await SendAsync(method, at, told, token);
                    if ((int)response.StatusCode is not (301 or 302 or 303 or 307 or 308) || response.Headers.Location is not { } location)
                        return new OutboundAnswer.Opened(
                            new OutboundResponse(response, await response.Content.ReadAsStreamAsync(token))
                            {
                                IsElsewhere = !IsSameHost(at, url),
                            }
                        );
                    response.Dispose();
                    if (!Uri.TryCreate(at, location, out var next))
                        return new OutboundAnswer.Failed("a redirect to no address");
                    if (at.Scheme == Uri.UriSchemeHttps && next.Scheme != Uri.UriSchemeHttps)
                        return new OutboundAnswer.Failed("a redirect from https to http");
                    if (!IsSameHost(at, next))
                        told = told.Where(header => header.Key != "Authorization").ToDictionary();
                    at = next;
                }

                return new OutboundAnswer.Failed("too many redirects");
            },
            limit,
            ct
        );

    public void Dispose() => _http.Dispose();

    private static bool IsSameHost(Uri one, Uri other) => (one.Scheme, one.Host, one.Port) == (other.Scheme, other.Host, other.Port);

    private async Task<HttpResponseMessage> SendAsync(
        HttpMethod method,
        Uri url,
        IReadOnlyDictionary<string, string> headers,
        CancellationToken ct
    )
    {
        using var request = new HttpRequestMessage(method, url);
        request.Headers.UserAgent.Add(new ProductInfoHeaderValue("Slipway", "1"));
        foreach (var (name, value) in headers)
            request.Headers.TryAddWithoutValidation(name, value);
        return await _http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, ct);
    }

    private async Task<OutboundAnswer> BoundedAsync(Func<CancellationToken, Task<OutboundAnswer>> ask, TimeSpan limit, CancellationToken ct)
    {
        using var deadline = new CancellationTokenSource(limit, _time);
        using var both = CancellationTokenSource.CreateLinkedTokenSource(ct, deadline.Token);
        try
        {
            return await ask(both.Token);
        }
        catch (OperationCanceledException) when (!ct.IsCancellationRequested)
        {
            return new OutboundAnswer.TimedOut();
        }
        catch (HttpRequestException e) when (e.InnerException is BlockedException blocked)
        {
            return new OutboundAnswer.Blocked(blocked.Message);
        }
        catch (HttpRequestException e)
        {
            return e.HttpRequestError is HttpRequestError.NameResolutionError or HttpRequestError.ConnectionError
                ? new OutboundAnswer.Unreachable(e.Message)
                : new OutboundAnswer.Failed(e.Message);
        }
        catch (IOException e)
        {
            return new OutboundAnswer.Failed(e.Message);
        }
    }

    /// <returns>The answer, or where it sends us.</returns>
    private async Task<(OutboundAnswer Answer, Uri? Next)> OnceAsync(Uri url, int maxBytes, CancellationToken ct)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, url);
        request.Headers.UserAgent.Add(new ProductInfoHeaderValue("Slipway", "1"));
        using var response = await _http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, ct);
        var code = (int)response.StatusCode;
        if (code is 301 or 302 or 303 or 307 or 308 && response.Headers.Location is { } location)
            return Uri.TryCreate(url, location, out var next)
                ? (new OutboundAnswer.Code(code), next)
                : (new OutboundAnswer.Failed("a redirect to no address"), null);
        if (code is < 200 or >= 300)
            return (new OutboundAnswer.Code(code), null);
        await using var body = await response.Content.ReadAsStreamAsync(ct);
        var bytes = new byte[maxBytes];
        var length = await body.ReadAtLeastAsync(bytes, maxBytes, throwOnEndOfStream: false, ct);
        return (new OutboundAnswer.Body(bytes.AsMemory(0, length)), null);
    }

    private async ValueTask<Stream> ConnectAsync(
        DnsEndPoint end,
        Func<string, CancellationToken, Task<IPAddress[]>> resolve,
        CancellationToken ct
    )
    {
        var addresses = IPAddress.TryParse(end.Host, out var literal) ? [literal] : await resolve(end.Host, ct);
        // One bad address among good ones is a name that is being turned against us.
        if (addresses.FirstOrDefault(address => !_rules.Allows(end.Host, address)) is { } forbidden)
            throw new BlockedException(
                IPAddress.IsLoopback(forbidden) ? "Requests to localhost are not allowed" : "Requests to the local network are not allowed"
            );
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            await socket.ConnectAsync(addresses, end.Port, ct);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    private sealed class BlockedException(string message) : IOException(message);
}

/// <summary>What came of asking the web.</summary>
internal abstract record OutboundAnswer
{
    private OutboundAnswer() { }

    /// <summary>200 to 299. Cut off where the caller said.</summary>
    public sealed record Body(ReadOnlyMemory<byte> Bytes) : OutboundAnswer;

    /// <summary>Whatever was answered to a POST.</summary>
    public sealed record Told(int Status, IReadOnlyDictionary<string, string> Headers, string Text) : OutboundAnswer;

    /// <summary>An answer whose body is still to be read.</summary>
    public sealed record Opened(OutboundResponse Response) : OutboundAnswer;

    /// <summary>Another status.</summary>
    public sealed record Code(int Status) : OutboundAnswer;

    /// <summary>It leads where a user's URL may not.</summary>
    public sealed record Blocked(string Why) : OutboundAnswer;

    /// <summary>No such name, or nobody there.</summary>
    public sealed record Unreachable(string Why) : OutboundAnswer;

    public sealed record TimedOut : OutboundAnswer;

    /// <summary>The answer was no HTTP, or broke off.</summary>
    public sealed record Failed(string Why) : OutboundAnswer;
}
