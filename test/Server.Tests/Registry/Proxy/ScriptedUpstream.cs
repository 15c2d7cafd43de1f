using System.Collections.Concurrent;
using System.Net;
using System.Net.Http.Headers;
using System.Text.Json;

namespace Slipway.Server.Tests.Registry.Proxy;

/// <summary>Another registry, as far as a test says: it answers in the web's place.</summary>
internal sealed class ScriptedUpstream : HttpMessageHandler
{
    public const string Host = "registry-1.docker.io";

    private readonly ConcurrentDictionary<string, (string Type, byte[] Bytes)> _content = [];
    private readonly ConcurrentQueue<string> _asked = [];

    /// <summary>What it was asked: <c>HEAD /v2/library/alpine/manifests/latest</c>.</summary>
    public IReadOnlyList<string> Asked => [.. _asked];

    /// <summary>Answers before everything else.</summary>
    public Func<HttpRequestMessage, Task<HttpResponseMessage?>> First { get; set; } = _ => Task.FromResult<HttpResponseMessage?>(null);

    /// <summary>It wants a token that is good for so many seconds.</summary>
    public int? TokenSeconds { get; set; }

    /// <summary>Who got a token with which login.</summary>
    public string? Login { get; private set; }

    public int Count(string start) => _asked.Count(asked => asked.StartsWith(start, StringComparison.Ordinal));

    public void Off() => First = _ => throw new HttpRequestException(HttpRequestError.ConnectionError, "nobody there");

    public void On() => First = _ => Task.FromResult<HttpResponseMessage?>(null);

    public void Fail(int status, string body = "", string? retryAfter = null) =>
        First = _ =>
        {
            var response = new HttpResponseMessage((HttpStatusCode)status) { Content = new StringContent(body) };
            if (retryAfter is not null)
                response.Headers.TryAddWithoutValidation("Retry-After", retryAfter);
            return Task.FromResult<HttpResponseMessage?>(response);
        };

    /// <summary>An image of one layer, at a tag.</summary>
    /// <returns>The digests of the manifest and of the layer.</returns>
    public (string Digest, string Layer) Image(string repository, string tag, int size = 1000, byte[]? shared = null)
    {
        var (config, layer) = (Images.Bytes(100), shared ?? Images.Bytes(size));
        var manifest = Images.Image(config, layer).ToBytes();
        foreach (var blob in (byte[][])[config, layer])
            Put($"/v2/{repository}/blobs/{Images.Digest(blob)}", "application/octet-stream", blob);
        foreach (var reference in (string[])[tag, Images.Digest(manifest)])
            Put($"/v2/{repository}/manifests/{reference}", Images.OciImage, manifest);
        return (Images.Digest(manifest), Images.Digest(layer));
    }

    public void Put(string path, string type, byte[] bytes) => _content[path] = (type, bytes);

    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        var uri = request.RequestUri!;
        _asked.Enqueue($"{request.Method} {uri.AbsolutePath}");
        if (await First(request) is { } first)
            return first;
        if (uri.Host == "auth.docker.io")
        {
            Login = request.Headers.Authorization?.ToString();
            return Answer(
                "application/json",
                JsonSerializer.SerializeToUtf8Bytes(new { token = $"token-of{uri.Query.Length}", expires_in = TokenSeconds })
            );
        }

        if (TokenSeconds is not null && request.Headers.Authorization?.Scheme != "Bearer")
        {
            var challenge = new HttpResponseMessage(HttpStatusCode.Unauthorized);
            challenge.Headers.WwwAuthenticate.Add(
                new AuthenticationHeaderValue("Bearer", "realm=\"https://auth.docker.io/token\",service=\"registry.docker.io\"")
            );
            return challenge;
        }

        return _content.TryGetValue(uri.AbsolutePath, out var found)
            ? Answer(found.Type, found.Bytes)
            : new HttpResponseMessage(HttpStatusCode.NotFound) { Content = new StringContent("") };
    }

    private static HttpResponseMessage Answer(string type, byte[] bytes)
    {
        var response = new HttpResponseMessage { Content = new ByteArrayContent(bytes) };
        response.Content.Headers.ContentType = MediaTypeHeaderValue.Parse(type);
        response.Headers.Add("Docker-Content-Digest", Images.Digest(bytes));
        return response;
    }
}
