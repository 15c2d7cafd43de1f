using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Text;
using Slipway.Compiler;

namespace Slipway.Cli.Project.Includes;

/// <summary>
/// Fetches what <c>include:remote</c> names: a GET without a login, tried up to three times as GitLab does, 30 seconds in all. It is the user's own
/// machine, so private addresses are as good as others.
/// </summary>
/// <param name="cache"><see langword="null"/>: nothing is kept.</param>
internal sealed class WebFiles(IncludeCache? cache, IncludeNotes notes, TimeProvider time, bool offline)
{
    private const int MostAttempts = 3;
    private const int MostRedirects = 10;

    /// <summary>Bytes; the compiler tells that a longer file is too long.</summary>
    private const int MostRead = 2 * 1024 * 1024 + 1;

    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan ConnectLimit = TimeSpan.FromSeconds(10);

    public RemoteAnswer Get(Uri address, TimeSpan? maxAge)
    {
        if (Kept(address, maxAge) is { } kept)
            return new RemoteAnswer.Body(kept);
        if (offline)
            return new RemoteAnswer.Refused("of --offline, and it is not kept (that is for files with cache:)");
        using var slow = notes.Begin($"fetching a file from {address.Authority}");
        using var limit = new CancellationTokenSource(Limit, time);
        using var handler = new SocketsHttpHandler
        {
            ConnectTimeout = ConnectLimit,
            AllowAutoRedirect = false,
            UseProxy = !address.IsLoopback,
            AutomaticDecompression = DecompressionMethods.All,
        };
        using var client = new HttpClient(handler) { Timeout = Timeout.InfiniteTimeSpan };
        client.DefaultRequestHeaders.UserAgent.ParseAdd("slipway/" + SlipwayVersion.Text);
        var answer = GetAsync(client, address, limit.Token).GetAwaiter().GetResult();
        if (maxAge is not null && cache is not null && answer is RemoteAnswer.Body(var bytes) && bytes.Length < MostRead)
            cache.Write(FileOf(address, cache), bytes.Span);
        return answer;
    }

    private async Task<RemoteAnswer> GetAsync(HttpClient client, Uri address, CancellationToken limit)
    {
        for (var attempt = 1; ; attempt++)
        {
            var answer = await TryAsync(client, address, attempt, limit);
            var mayHelp =
                answer is RemoteAnswer.HttpCode(>= 500, _) or RemoteAnswer.SocketError or RemoteAnswer.TimedOut or RemoteAnswer.HttpError;
            if (!mayHelp || attempt == MostAttempts || limit.IsCancellationRequested)
                return answer;
            try
            {
                await Task.Delay(TimeSpan.FromSeconds(1 << (attempt - 1)), time, limit);
            }
            catch (OperationCanceledException)
            {
                return answer;
            }
        }
    }

    private static async Task<RemoteAnswer> TryAsync(HttpClient client, Uri address, int attempt, CancellationToken limit)
    {
        try
        {
            using var response = await FollowAsync(client, address, limit);
            if ((int)response.StatusCode >= 300)
                return new RemoteAnswer.HttpCode((int)response.StatusCode, attempt);
            await using var body = await response.Content.ReadAsStreamAsync(limit);
            var buffer = new byte[MostRead];
            var length = await body.ReadAtLeastAsync(buffer, buffer.Length, throwOnEndOfStream: false, limit);
            return new RemoteAnswer.Body(buffer.AsMemory(0, length));
        }
        catch (HttpRequestException e)
        {
            return Failure(e, address, attempt);
        }
        catch (OperationCanceledException)
        {
            return new RemoteAnswer.TimedOut(attempt);
        }
        catch (IOException)
        {
            return new RemoteAnswer.SocketError(attempt);
        }
    }

    /// <summary>What a redirect leads to, as long as that is on the web too, and no less safe.</summary>
    private static async Task<HttpResponseMessage> FollowAsync(HttpClient client, Uri address, CancellationToken limit)
    {
        for (var redirects = 0; ; redirects++)
        {
            var response = await client.GetAsync(address, HttpCompletionOption.ResponseHeadersRead, limit);
            var isRedirect = (int)response.StatusCode is 301 or 302 or 303 or 307 or 308;
            if (!isRedirect || redirects == MostRedirects || response.Headers.Location is not { } location)
                return response;
            if (
                !Uri.TryCreate(address, location, out var next)
                || next.Scheme != "https" && (next.Scheme != "http" || address.Scheme == "https")
            )
                return response;
            response.Dispose();
            address = next;
        }
    }

    private static RemoteAnswer Failure(HttpRequestException e, Uri address, int attempt) =>
        (e.HttpRequestError, e.InnerException) switch
        {
            (_, SocketException { SocketErrorCode: SocketError.ConnectionRefused }) => new RemoteAnswer.Refused(
                $"Failed to open TCP connection to {address.Host}:{address.Port} (Connection refused)"
            ),
            (_, SocketException { SocketErrorCode: SocketError.TimedOut }) => new RemoteAnswer.TimedOut(attempt),
            (HttpRequestError.NameResolutionError or HttpRequestError.ConnectionError, _) => new RemoteAnswer.SocketError(attempt),
            (HttpRequestError.SecureConnectionError, var inner) => new RemoteAnswer.Refused(
                (inner ?? e).Message.Split('\n')[0].TrimEnd('.')
            ),
            (_, IOException) => new RemoteAnswer.SocketError(attempt),
            (_, OperationCanceledException or TimeoutException) => new RemoteAnswer.TimedOut(attempt),
            _ => new RemoteAnswer.HttpError(attempt),
        };

    private byte[]? Kept(Uri address, TimeSpan? maxAge)
    {
        if (maxAge is not { } most || cache is null)
            return null;
        var file = new FileInfo(FileOf(address, cache));
        return file.Exists && (offline || time.GetUtcNow().UtcDateTime - file.LastWriteTimeUtc < most)
            ? File.ReadAllBytes(file.FullName)
            : null;
    }

    private static string FileOf(Uri address, IncludeCache cache) =>
        cache.RemoteFile(Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(address.AbsoluteUri))));
}
