using System.Collections.Concurrent;
using System.Text;
using System.Text.Json;
using Slipway.Server.Http;
using Slipway.Server.Outbound;

namespace Slipway.Server.Registry.Proxy;

/// <summary>
/// What this server says at other registries to be let in: tokens, each used until it expires, so that a registry sees one login and not one for each pull.
/// </summary>
internal sealed class UpstreamLogins(OutboundHttp http, TimeProvider time) : IAsyncDisposable
{
    private const int LargestAnswer = 64 * 1024;
    private const int MostTokens = 10_000;

    /// <summary>What a token is good for that does not say. https://distribution.github.io/distribution/spec/auth/token/#token-response-fields</summary>
    private const double DefaultLifetime = 60;

    /// <summary>One that ends so soon is not used any more. 10 s.</summary>
    private const long Margin = 10_000;

    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(30);

    private readonly ConcurrentDictionary<string, Known> _known = [];
    private readonly Flights<(string? Header, UpstreamRefusal? Refusal)> _under = new();

    /// <summary>What to send at once; nothing: nothing is known.</summary>
    public string? Find(UpstreamImage image) =>
        _known.TryGetValue(image.Name, out var known) && known.Until > time.Milliseconds() ? known.Header : null;

    /// <summary>What to send instead, when that was not enough.</summary>
    /// <param name="sent">What was.</param>
    /// <returns>Neither: there is nothing better.</returns>
    public Task<(string? Header, UpstreamRefusal? Refusal)> RenewAsync(
        UpstreamImage image,
        UpstreamChallenge? challenge,
        string? sent,
        CancellationToken ct
    )
    {
        if (Find(image) is { } newer && newer != sent)
            return Task.FromResult<(string?, UpstreamRefusal?)>((newer, null));
        return challenge switch
        {
            UpstreamChallenge.Bearer bearer => _under.JoinAsync(image.Name, token => FetchAsync(image, bearer, token), ct),
            UpstreamChallenge.Basic when BasicOf(image) is { } basic && basic != sent => Task.FromResult<(string?, UpstreamRefusal?)>(
                (Keep(image, basic, TimeSpan.FromDays(1)), null)
            ),
            _ => Task.FromResult<(string?, UpstreamRefusal?)>((null, null)),
        };
    }

    public ValueTask DisposeAsync() => _under.DisposeAsync();

    private async Task<(string? Header, UpstreamRefusal? Refusal)> FetchAsync(
        UpstreamImage image,
        UpstreamChallenge.Bearer challenge,
        CancellationToken ct
    )
    {
        // A password that goes out by https goes nowhere by http.
        if (image.Registry.Url.Scheme == Uri.UriSchemeHttps && challenge.Realm.Scheme != Uri.UriSchemeHttps)
            return (null, UpstreamRefusal.Failed(502, image, $"gives its tokens at {challenge.Realm.Scheme}://, which is not safe"));
        var headers = new Dictionary<string, string>();
        if (BasicOf(image) is { } basic)
            headers["Authorization"] = basic;
        var answer = await http.OpenAsync(HttpMethod.Get, AddressOf(image, challenge), headers, Limit, ct);
        if (answer is not OutboundAnswer.Opened(var response))
            return (null, UpstreamRefusal.Of(image, answer));
        using (response)
        {
            try
            {
                var body = await response.ReadAsync(LargestAnswer, Limit, time, ct);
                if (response.Status == 200)
                    return Read(image, body);
                if (response.Status is 401 or 403 && headers.Count > 0)
                    return (null, UpstreamRefusal.Failed(502, image, $"does not take this server's login: {response.Status}"));
                return (
                    null,
                    response.Status is 401 or 403 or 429
                        ? UpstreamRefusal.Of(image, "a token", response, body.Span)
                        : UpstreamRefusal.Failed(502, image, $"gives no token: {response.Status}")
                );
            }
            catch (IOException e)
            {
                return (null, UpstreamRefusal.Failed(502, image, $"gives no token: {e.Message}"));
            }
        }
    }

    private (string? Header, UpstreamRefusal? Refusal) Read(UpstreamImage image, ReadOnlyMemory<byte> body)
    {
        try
        {
            using var json = JsonDocument.Parse(body);
            var all = json.RootElement;
            var token = Text(all, "token") ?? Text(all, "access_token");
            if (token is { Length: > 0 } && token.All(c => c is > ' ' and <= '~'))
            {
                var seconds =
                    all.TryGetProperty("expires_in", out var given)
                    && given.ValueKind == JsonValueKind.Number
                    && given.TryGetDouble(out var said)
                        ? Math.Clamp(said, DefaultLifetime, 24 * 3600)
                        : DefaultLifetime;
                return (Keep(image, "Bearer " + token, TimeSpan.FromSeconds(seconds)), null);
            }
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException) { }

        return (null, UpstreamRefusal.Failed(502, image, "gives a token that is none"));
    }

    private string Keep(UpstreamImage image, string header, TimeSpan lifetime)
    {
        var now = time.Milliseconds();
        if (_known.Count >= MostTokens)
            foreach (var old in _known.Where(one => one.Value.Until <= now))
                _known.TryRemove(old);
        if (_known.Count < MostTokens)
            _known[image.Name] = new Known(header, now + (long)lifetime.TotalMilliseconds - Margin);
        return header;
    }

    private static Uri AddressOf(UpstreamImage image, UpstreamChallenge.Bearer challenge)
    {
        var query = new StringBuilder(challenge.Realm.Query.TrimStart('?'));
        Add("service", challenge.Service);
        Add("scope", $"repository:{image.Repository}:pull");
        return new UriBuilder(challenge.Realm) { Query = query.ToString() }.Uri;

        void Add(string name, string? value)
        {
            if (value is not null)
                query.Append(query.Length > 0 ? "&" : "").Append(name).Append('=').Append(Uri.EscapeDataString(value));
        }
    }

    private static string? BasicOf(UpstreamImage image) =>
        image.Registry is { User: { } user, Password: { } password }
            ? "Basic " + Convert.ToBase64String(Encoding.UTF8.GetBytes($"{user}:{password}"))
            : null;

    private static string? Text(JsonElement json, string name) =>
        json.TryGetProperty(name, out var text) && text.ValueKind == JsonValueKind.String ? text.GetString() : null;

    /// <param name="Until">Unix milliseconds.</param>
    private sealed record Known(string Header, long Until);
}
