using System.Net.Http.Json;
using System.Text.Json.Nodes;

namespace Slipway.Scenarios.OnServer;

/// <summary>API v4, as a script calls it.</summary>
internal sealed class Api(Uri server, string token) : IDisposable
{
    private readonly HttpClient _http = new()
    {
        BaseAddress = new Uri(server, "/api/v4/"),
        DefaultRequestHeaders = { { "PRIVATE-TOKEN", token } },
    };

    public string Token => token;

    public Task<JsonNode> GetAsync(string path) => CallAsync(HttpMethod.Get, path, null);

    public Task<JsonNode> PostAsync(string path, object? body = null) => CallAsync(HttpMethod.Post, path, body);

    public Task<JsonNode> PutAsync(string path, object body) => CallAsync(HttpMethod.Put, path, body);

    public Task DeleteAsync(string path) => CallAsync(HttpMethod.Delete, path, null);

    /// <returns>Nothing when it is not there.</returns>
    public async Task<byte[]?> BytesAsync(string path)
    {
        using var response = await _http.GetAsync(new Uri(path, UriKind.Relative));
        return response.IsSuccessStatusCode ? await response.Content.ReadAsByteArrayAsync() : null;
    }

    /// <summary>All pages of a list.</summary>
    public async Task<List<JsonNode>> ListAsync(string path)
    {
        var all = new List<JsonNode>();
        for (var page = 1; ; page++)
        {
            var part = (JsonArray)await GetAsync($"{path}{(path.Contains('?') ? '&' : '?')}per_page=100&page={page}");
            all.AddRange(part.OfType<JsonNode>());
            if (part.Count < 100)
                return all;
        }
    }

    /// <returns>The sentence with which it is refused.</returns>
    public async Task<string> RefusalAsync(string path, object body)
    {
        using var response = await _http.PostAsJsonAsync(new Uri(path, UriKind.Relative), body);
        var text = await response.Content.ReadAsStringAsync();
        return response.IsSuccessStatusCode
            ? throw new InvalidOperationException($"{path} is not refused: {text}")
            : (string?)JsonNode.Parse(text)?["message"]?["base"]?[0] ?? text;
    }

    public void Dispose() => _http.Dispose();

    private async Task<JsonNode> CallAsync(HttpMethod method, string path, object? body)
    {
        using var request = new HttpRequestMessage(method, path);
        if (body is not null)
            request.Content = JsonContent.Create(body);
        using var response = await _http.SendAsync(request);
        var text = await response.Content.ReadAsStringAsync();
        if (!response.IsSuccessStatusCode)
            throw new InvalidOperationException($"{method} {path}: {(int)response.StatusCode} {text}");
        return JsonNode.Parse(text.Length == 0 ? "{}" : text)!;
    }
}
