using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace Slipway.Server.Tests.Registry;

/// <summary>
/// A registry client as the standard's own suite is one: it asks without a token, gets one where the challenge says, and keeps it for the repository and the
/// kind of request.
/// </summary>
internal sealed class RegistryClient(Uri server, string? user, string? password) : IDisposable
{
    private readonly HttpClient _http = new(new SocketsHttpHandler { AllowAutoRedirect = false, UseCookies = false })
    {
        BaseAddress = server,
    };
    private readonly Dictionary<string, string> _tokens = [];

    /// <summary>The last challenge it was given.</summary>
    public string Challenged { get; private set; } = "";

    public Task<Said> GetAsync(string path, params (string, string)[] headers) => SendAsync("GET", path, null, headers);

    public Task<Said> HeadAsync(string path, params (string, string)[] headers) => SendAsync("HEAD", path, null, headers);

    public Task<Said> DeleteAsync(string path) => SendAsync("DELETE", path, null);

    public async Task<Said> SendAsync(string method, string path, byte[]? body, params (string Name, string Value)[] headers)
    {
        var key = $"{(method is "GET" or "HEAD" ? "pull" : method is "DELETE" ? "delete" : "push")} {Repository(path)} {Mounted(path)}";
        var said = await OnceAsync(method, path, body, _tokens.GetValueOrDefault(key), headers);
        if (said.Status != 401 || said.Header("WWW-Authenticate") is not { } challenge)
            return said;
        Challenged = challenge;
        if (await TokenAsync(challenge) is not { } token)
            return said;
        _tokens[key] = token;
        return await OnceAsync(method, path, body, token, headers);
    }

    /// <summary>Sends it with these headers alone, or with this token.</summary>
    public async Task<Said> OnceAsync(string method, string path, byte[]? body, string? token, params (string Name, string Value)[] headers)
    {
        using var request = new HttpRequestMessage(new HttpMethod(method), path);
        if (body is not null || method is "POST" or "PUT" or "PATCH")
            request.Content = new ByteArrayContent(body ?? []);
        if (token is not null)
            request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token);
        foreach (var (name, value) in headers)
            if (name == "Transfer-Encoding")
                (request.Headers.TransferEncodingChunked, request.Content) = (true, new StreamContent(new Unsized(body!)));
            else if (!request.Headers.TryAddWithoutValidation(name, value))
                request.Content!.Headers.TryAddWithoutValidation(name, value);
        using var response = await _http.SendAsync(request);
        return await Said.ReadAsync(response);
    }

    /// <summary>A token for what a challenge asks.</summary>
    public async Task<string?> TokenAsync(string challenge)
    {
        var (realm, service, scope) = (Part(challenge, "realm"), Part(challenge, "service"), Part(challenge, "scope"));
        using var request = new HttpRequestMessage(HttpMethod.Get, $"{realm}?service={service}&scope={Uri.EscapeDataString(scope)}");
        if (user is not null)
            request.Headers.Authorization = new AuthenticationHeaderValue(
                "Basic",
                Convert.ToBase64String(Encoding.UTF8.GetBytes($"{user}:{password}"))
            );
        using var response = await _http.SendAsync(request);
        var said = await Said.ReadAsync(response);
        return said.Status == 200 ? said.Json.GetProperty("token").GetString() : null;
    }

    public void Dispose() => _http.Dispose();

    private static string Part(string challenge, string name) => Regex.Match(challenge, $"{name}=\"([^\"]*)\"").Groups[1].Value;

    private static string Repository(string path) => Regex.Match(path, "/v2/(.*?)/(blobs|manifests|tags|referrers)/").Groups[1].Value;

    private static string Mounted(string path) => path.Contains("from=") ? path : "";

    /// <summary>Bytes whose number is not known before.</summary>
    private sealed class Unsized(byte[] bytes) : MemoryStream(bytes)
    {
        public override bool CanSeek => false;
    }
}

/// <summary>What a server said.</summary>
internal sealed record Said(int Status, byte[] Body, IReadOnlyDictionary<string, string> Headers)
{
    public string Text => Encoding.UTF8.GetString(Body);

    public JsonElement Json => JsonDocument.Parse(Body).RootElement;

    /// <summary>The code of the first error.</summary>
    public string Code => Json.GetProperty("errors")[0].GetProperty("code").GetString()!;

    public string Location => Headers["Location"];

    public string? Header(string name) => Headers.GetValueOrDefault(name);

    public static async Task<Said> ReadAsync(HttpResponseMessage response)
    {
        var all = response.Headers.Concat(response.Content.Headers);
        var headers = all.ToDictionary(one => one.Key, one => string.Join(", ", one.Value), StringComparer.OrdinalIgnoreCase);
        if (response.Content.Headers.ContentLength is { } length)
            headers["Content-Length"] = $"{length}";
        return new Said((int)response.StatusCode, await response.Content.ReadAsByteArrayAsync(), headers);
    }
}
