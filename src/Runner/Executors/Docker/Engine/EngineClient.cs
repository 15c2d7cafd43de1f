using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Runtime.ExceptionServices;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace Slipway.Runner.Executors.Docker.Engine;

/// <summary>
/// A small client of the Docker Engine API, which Podman speaks too. The calls themselves stand beside it, one file a noun
/// (<see cref="ContainerCalls"/>, <see cref="ImageCalls"/>, …). Safe for any number of calls at once.
/// Source: docs.docker.com/reference/api/engine.
/// </summary>
internal sealed class EngineClient : IDisposable
{
    /// <summary>The newest version of the API this client was written for. Engines of 2025 still speak it, and refuse older ones.</summary>
    public static readonly Version Newest = new(1, 44);

    /// <summary>A stuck engine takes connections and says nothing, for ever.</summary>
    private static readonly TimeSpan _patience = TimeSpan.FromSeconds(20);

    private static readonly Version _oldest = new(1, 30);
    private readonly HttpClient _http;
    private readonly EngineDialer _dialer;
    private string _base = "http://docker";

    private EngineClient(EngineAddress address)
    {
        Address = address;
        _dialer = new EngineDialer(address);
        var handler = new SocketsHttpHandler
        {
            ConnectCallback = (_, ct) => _dialer.DialAsync(ct),
            UseProxy = false,
            UseCookies = false,
            AllowAutoRedirect = false,
            ActivityHeadersPropagator = null,
            PooledConnectionIdleTimeout = TimeSpan.FromSeconds(30),
        };
        // Waiting for a container may take as long as the job: the caller's token is the limit.
        _http = new HttpClient(handler) { Timeout = Timeout.InfiniteTimeSpan };
    }

    public EngineAddress Address { get; }

    /// <summary>The version both sides speak.</summary>
    public Version ApiVersion { get; private set; } = Newest;

    /// <summary><c>linux</c> or <c>windows</c>: what the containers run.</summary>
    public string Os { get; private set; } = "linux";

    public bool IsPodman { get; private set; }

    /// <inheritdoc cref="ConnectAsync(EngineAddress, TimeSpan, CancellationToken)"/>
    public static Task<EngineClient> ConnectAsync(EngineAddress address, CancellationToken ct) => ConnectAsync(address, _patience, ct);

    /// <summary>Reaches the engine and agrees on a version of the API.</summary>
    /// <param name="patience">How long it may take to answer.</param>
    /// <exception cref="EngineUnreachableException">Nobody answers, or what answers is no engine or too old.</exception>
    public static async Task<EngineClient> ConnectAsync(EngineAddress address, TimeSpan patience, CancellationToken ct)
    {
        var client = new EngineClient(address);
        using var answer = CancellationTokenSource.CreateLinkedTokenSource(ct);
        answer.CancelAfter(patience);
        try
        {
            using var ping = await client.SendAsync(HttpMethod.Get, "/_ping", null, answer.Token);
            client.Negotiate(ping.Headers);
            return client;
        }
        catch (Exception e)
        {
            client.Dispose();
            if (e is EngineException)
                throw new EngineUnreachableException(address, e);
            if (e is OperationCanceledException && !ct.IsCancellationRequested)
                throw new EngineUnreachableException(
                    $"Cannot connect to the Docker engine at {address}: no answer within {patience.TotalSeconds:0} seconds; is it stuck?"
                );

            throw;
        }
    }

    public async Task<T> GetAsync<T>(string path, JsonTypeInfo<T> type, CancellationToken ct)
    {
        using var response = await SendAsync(HttpMethod.Get, path, null, ct);
        return await ReadAsync(response, type, ct);
    }

    public async Task<TOut> PostAsync<TIn, TOut>(
        string path,
        TIn body,
        JsonTypeInfo<TIn> bodyType,
        JsonTypeInfo<TOut> type,
        CancellationToken ct
    )
    {
        using var response = await SendAsync(HttpMethod.Post, path, JsonBody(body, bodyType), ct);
        return await ReadAsync(response, type, ct);
    }

    public async Task CallAsync(HttpMethod method, string path, CancellationToken ct)
    {
        using var response = await SendAsync(method, path, null, ct);
    }

    /// <summary>One request. The answer's head has arrived; its body is the caller's to read and to dispose.</summary>
    /// <exception cref="EngineException">The status is 400 or more.</exception>
    public Task<HttpResponseMessage> SendAsync(HttpMethod method, string path, HttpContent? content, CancellationToken ct) =>
        SendAsync(new HttpRequestMessage(method, new Uri(_base + path)) { Content = content }, ct);

    /// <inheritdoc cref="SendAsync(HttpMethod, string, HttpContent?, CancellationToken)"/>
    /// <param name="registryAuth">The value of <c>X-Registry-Auth</c>.</param>
    public Task<HttpResponseMessage> PullAsync(string path, string? registryAuth, CancellationToken ct)
    {
        var request = new HttpRequestMessage(HttpMethod.Post, new Uri(_base + path));
        if (registryAuth is not null)
            request.Headers.TryAddWithoutValidation("X-Registry-Auth", registryAuth);

        return SendAsync(request, ct);
    }

    /// <summary>Turns a connection into the two-way stream of <c>attach</c>.</summary>
    public Task<HijackedStream> HijackAsync(string path, CancellationToken ct) =>
        HijackedStream.OpenAsync(_dialer, Address, new Uri(_base + path).PathAndQuery, ct);

    public static ByteArrayContent JsonBody<T>(T body, JsonTypeInfo<T> type)
    {
        var content = new ByteArrayContent(JsonSerializer.SerializeToUtf8Bytes(body, type));
        content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        return content;
    }

    public void Dispose()
    {
        _http.Dispose();
        _dialer.Dispose();
    }

    private async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken ct)
    {
        using var sent = request;
        HttpResponseMessage response;
        try
        {
            response = await _http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, ct);
        }
        catch (HttpRequestException e)
        {
            if ((request.Content as StreamedContent)?.Failure is { } failure)
                ExceptionDispatchInfo.Throw(failure);

            throw new EngineUnreachableException(Address, e);
        }

        if ((int)response.StatusCode < 400)
            return response;

        using (response)
        {
            throw new EngineException(response.StatusCode, await ErrorTextAsync(response, ct));
        }
    }

    private static async Task<T> ReadAsync<T>(HttpResponseMessage response, JsonTypeInfo<T> type, CancellationToken ct)
    {
        await using var body = await response.Content.ReadAsStreamAsync(ct);
        return await JsonSerializer.DeserializeAsync(body, type, ct) ?? throw new JsonException("The Docker engine answered null.");
    }

    private static async Task<string> ErrorTextAsync(HttpResponseMessage response, CancellationToken ct)
    {
        await using var body = await response.Content.ReadAsStreamAsync(ct);
        var head = new byte[16 * 1024];
        var length = await body.ReadAtLeastAsync(head, head.Length, throwOnEndOfStream: false, ct);
        return EngineJson.ErrorText(head.AsSpan(0, length)) is { Length: > 0 } text
            ? text
            : string.Create(CultureInfo.InvariantCulture, $"the Docker engine answered {(int)response.StatusCode} {response.ReasonPhrase}");
    }

    private void Negotiate(HttpResponseHeaders ping)
    {
        // An engine that does not say speaks the last version from before engines said.
        var theirs = Header(ping, "Api-Version") is { } text && Version.TryParse(text, out var version) ? version : new Version(1, 24);
        if (theirs < _oldest)
        {
            throw new EngineUnreachableException(
                $"The Docker engine at {Address} is too old: it speaks version {theirs} of the API, and {_oldest} is needed"
            );
        }

        ApiVersion = theirs < Newest ? theirs : Newest;
        Os = Header(ping, "Ostype") is { Length: > 0 } os ? os : "linux";
        IsPodman = ping.Contains("Libpod-Api-Version");
        _base += "/v" + ApiVersion;
    }

    private static string? Header(HttpResponseHeaders headers, string name) =>
        headers.TryGetValues(name, out var values) ? values.FirstOrDefault() : null;
}

/// <summary>A request body that is written while it is sent.</summary>
internal sealed class StreamedContent(Func<Stream, CancellationToken, Task> write) : HttpContent
{
    /// <summary>What the writer threw: <see cref="HttpClient"/> hides it behind an error of its own.</summary>
    public Exception? Failure { get; private set; }

    protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context) =>
        SerializeToStreamAsync(stream, context, CancellationToken.None);

    protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context, CancellationToken cancellationToken)
    {
        try
        {
            await write(stream, cancellationToken);
        }
        catch (Exception e) when (e is not (IOException { InnerException: System.Net.Sockets.SocketException } or HttpRequestException))
        {
            Failure = e;
            throw;
        }
    }

    protected override bool TryComputeLength(out long length)
    {
        length = 0;
        return false;
    }
}
