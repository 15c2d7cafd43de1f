using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;

namespace Slipway.Cli.Images;

/// <summary>
/// One registry, for requests that take some scopes: asks, gets a token where the challenge says, asks again, and keeps the token while it is good.
/// https://distribution.github.io/distribution/spec/auth/token/
/// </summary>
/// <param name="scopes"><c>repository:group/app:pull</c>.</param>
internal sealed class RegistryDoor(HttpClient http, Uri registry, Login? login, IReadOnlyList<string> scopes, TimeProvider time)
{
    private const int LargestText = 1 << 20;
    private static readonly TimeSpan Usual = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan Margin = TimeSpan.FromSeconds(10);

    private AuthenticationHeaderValue? _header;
    private DateTimeOffset _until = DateTimeOffset.MaxValue;

    public Uri Registry => registry;

    /// <param name="make">Makes the request anew each time; one with a body is only sent once there is a token.</param>
    /// <exception cref="RegistryException">Nobody answers, or not to who asks.</exception>
    public async Task<HttpResponseMessage> SendAsync(Func<HttpRequestMessage> make, CancellationToken ct)
    {
        if (time.GetUtcNow() >= _until)
            _header = null;
        var answer = await OnceAsync(make, ct);
        if (answer.StatusCode != HttpStatusCode.Unauthorized || Challenge.Parse(First(answer)) is not { } challenge)
            return answer;
        using (answer)
        {
            if (!await EnterAsync(challenge, ct))
                throw await WhyAsync(answer, ct);
        }

        return await OnceAsync(make, ct);
    }

    /// <summary>What the registry says of a request that it refused.</summary>
    public async Task<RegistryException> WhyAsync(HttpResponseMessage answer, CancellationToken ct)
    {
        var said = Said(await ReadAsync(answer.Content, LargestText, ct));
        var status = (int)answer.StatusCode;
        return status switch
        {
            401 or 403 => new RegistryException(
                ExitCode.Authentication,
                $"{registry.Authority} does not allow it: {said ?? "not signed in"}",
                "--token, or docker login"
            ),
            404 => new RegistryException(ExitCode.NotFound, $"{registry.Authority} says: {said ?? "there is no such thing"}"),
            _ => new RegistryException(ExitCode.Failed, $"{registry.Authority} says {status}: {said ?? answer.ReasonPhrase ?? "nothing"}"),
        };
    }

    /// <returns>The bytes, or nothing when they are more than allowed.</returns>
    public static async Task<byte[]?> ReadAsync(HttpContent content, int most, CancellationToken ct)
    {
        await using var body = await content.ReadAsStreamAsync(ct);
        using var kept = new MemoryStream();
        var buffer = new byte[81920];
        while (await body.ReadAsync(buffer, ct) is > 0 and var count)
        {
            if (kept.Length + count > most)
                return null;
            kept.Write(buffer, 0, count);
        }

        return kept.ToArray();
    }

    private async Task<HttpResponseMessage> OnceAsync(Func<HttpRequestMessage> make, CancellationToken ct)
    {
        using var request = make();
        // Uploads may go to another host, which has no business with it.
        request.Headers.Authorization = request.RequestUri?.Authority == registry.Authority ? _header : null;
        try
        {
            return await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, ct);
        }
        catch (HttpRequestException e)
        {
            throw new RegistryException(ExitCode.Unreachable, $"{registry.Authority} does not answer: {e.Message}");
        }
    }

    /// <returns>False: there is no way in.</returns>
    private async Task<bool> EnterAsync(Challenge challenge, CancellationToken ct)
    {
        if (_header is not null && login is null)
            return false;
        if (challenge.Scheme == "basic")
        {
            var basic = login is null ? null : Basic(login);
            var isNew = basic is not null && _header is null;
            _header = basic;
            return isNew;
        }

        if (challenge.Scheme != "bearer" || !Uri.TryCreate(challenge.Realm, UriKind.Absolute, out var realm) || !IsSafe(realm))
            return false;
        using var answer = await AskAsync(realm, challenge.Service, ct);
        if (!answer.IsSuccessStatusCode)
            throw await WhyAsync(answer, ct);
        return Take(await ReadAsync(answer.Content, LargestText, ct));
    }

    /// <summary>A password goes nowhere by less than the registry's own scheme.</summary>
    private bool IsSafe(Uri realm) => realm.Scheme == "https" || (realm.Scheme == "http" && registry.Scheme == "http");

    private async Task<HttpResponseMessage> AskAsync(Uri realm, string service, CancellationToken ct)
    {
        HttpRequestMessage request;
        if (login?.RefreshToken is { } refresh)
        {
            KeyValuePair<string, string>[] fields =
            [
                new("grant_type", "refresh_token"),
                new("refresh_token", refresh),
                new("service", service),
                new("scope", string.Join(' ', scopes)),
                new("client_id", "slipway"),
            ];
            request = new HttpRequestMessage(HttpMethod.Post, realm) { Content = new FormUrlEncodedContent(fields) };
        }
        else
        {
            var query = string.Concat(scopes.Select(scope => $"&scope={Uri.EscapeDataString(scope)}"));
            var mark = realm.Query.Length > 0 ? "&" : "?";
            request = new HttpRequestMessage(HttpMethod.Get, $"{realm}{mark}service={Uri.EscapeDataString(service)}{query}");
            request.Headers.Authorization = login is null ? null : Basic(login);
        }

        using (request)
        {
            try
            {
                return await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, ct);
            }
            catch (HttpRequestException e)
            {
                throw new RegistryException(ExitCode.Unreachable, $"{realm.Authority} does not answer: {e.Message}");
            }
        }
    }

    private bool Take(byte[]? body)
    {
        try
        {
            using var json = JsonDocument.Parse(body ?? []);
            var root = json.RootElement;
            var token = root.TryGetProperty("token", out var one) ? one : root.GetProperty("access_token");
            var seconds =
                root.TryGetProperty("expires_in", out var expires) && expires.TryGetInt32(out var count)
                    ? TimeSpan.FromSeconds(count)
                    : Usual;
            _header = new AuthenticationHeaderValue("Bearer", token.GetString());
            _until = time.GetUtcNow() + (seconds > Margin ? seconds - Margin : seconds);
            return true;
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or KeyNotFoundException)
        {
            return false;
        }
    }

    private static AuthenticationHeaderValue Basic(Login login) =>
        new("Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes($"{login.User}:{login.Password}")));

    private static string? First(HttpResponseMessage answer) =>
        answer.Headers.TryGetValues("WWW-Authenticate", out var values) ? values.FirstOrDefault() : null;

    /// <summary><c>{"errors": [{"message"}]}</c> of registries, <c>{"message"}</c> or <c>{"error"}</c> of API v4.</summary>
    private static string? Said(byte[]? body)
    {
        try
        {
            using var json = JsonDocument.Parse(body ?? []);
            var root = json.RootElement;
            if (root.TryGetProperty("errors", out var errors) && errors.ValueKind == JsonValueKind.Array && errors.GetArrayLength() > 0)
                root = errors[0];
            foreach (var name in (string[])["message", "error", "code"])
                if (root.TryGetProperty(name, out var text) && text.ValueKind == JsonValueKind.String)
                    return text.GetString();
            return null;
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            return null;
        }
    }
}
