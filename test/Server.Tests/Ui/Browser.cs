using System.Net;
using System.Text.RegularExpressions;

namespace Slipway.Server.Tests.Ui;

/// <summary>What a browser does with pages and no script: keeps cookies, says where a form comes from, and does not follow on its own.</summary>
internal sealed partial class Browser(Uri server) : IDisposable
{
    private readonly HttpClient _client = new(new SocketsHttpHandler { AllowAutoRedirect = false, CookieContainer = new CookieContainer() })
    {
        BaseAddress = server,
    };

    public async Task<Shown> GetAsync(string path)
    {
        using var answer = await _client.GetAsync(path);
        return await ShownAsync(answer);
    }

    /// <summary>Only the head of an answer: some have no end.</summary>
    public async Task<Shown> HeadOfAsync(string path)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, path);
        using var answer = await _client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
        return ShownOf(answer, "");
    }

    /// <summary>Listens to server-sent events until one comes.</summary>
    /// <returns>Its lines.</returns>
    public async Task<string> FirstEventAsync(string path)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, path);
        using var answer = await _client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
        using var reader = new StreamReader(await answer.Content.ReadAsStreamAsync());
        while (await reader.ReadLineAsync() is { } line)
            if (line.StartsWith("id: ", StringComparison.Ordinal))
                return line;
        throw new InvalidOperationException("No event came.");
    }

    /// <param name="token">Nothing: none is sent.</param>
    /// <param name="origin">Nothing: the server's own.</param>
    public async Task<Shown> PostAsync(string path, string? token, string? origin = null, params (string Name, string Value)[] fields)
    {
        var form = fields.Select(field => KeyValuePair.Create(field.Name, field.Value)).ToList();
        if (token is not null)
            form.Add(KeyValuePair.Create("authenticity_token", token));
        using var request = new HttpRequestMessage(HttpMethod.Post, path) { Content = new FormUrlEncodedContent(form) };
        request.Headers.Add("Origin", origin ?? server.GetLeftPart(UriPartial.Authority));
        using var answer = await _client.SendAsync(request);
        return await ShownAsync(answer);
    }

    /// <summary>Signs in by the form.</summary>
    public async Task<Shown> SignInAsync(string login, string password, string returnTo = "/")
    {
        var page = await GetAsync("/users/sign_in?return_to=" + Uri.EscapeDataString(returnTo));
        return await PostAsync(
            "/users/sign_in",
            page.Token,
            null,
            ("user[login]", login),
            ("user[password]", password),
            ("return_to", returnTo)
        );
    }

    public void Dispose() => _client.Dispose();

    private static async Task<Shown> ShownAsync(HttpResponseMessage answer)
    {
        return ShownOf(answer, await answer.Content.ReadAsStringAsync());
    }

    /// <returns>Of a form on a page.</returns>
    public static string? TokenOf(string page) => Token().Match(page) is { Success: true } match ? match.Groups[1].Value : null;

    private static Shown ShownOf(HttpResponseMessage answer, string text)
    {
        var token = TokenOf(text);
        var headers = answer
            .Headers.Concat(answer.Content.Headers)
            .ToDictionary(header => header.Key, header => string.Join(", ", header.Value));
        return new Shown((int)answer.StatusCode, text, answer.Headers.Location?.OriginalString, token, headers);
    }

    [GeneratedRegex("name=\"authenticity_token\" value=\"([^\"]+)\"")]
    private static partial Regex Token();
}

/// <param name="Token">Of a form on the page.</param>
internal sealed record Shown(int Status, string Text, string? Location, string? Token, IReadOnlyDictionary<string, string> Headers);
