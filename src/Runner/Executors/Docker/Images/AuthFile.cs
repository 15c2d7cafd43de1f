using System.Text;
using System.Text.Json;

namespace Slipway.Runner.Executors.Docker.Images;

/// <summary>
/// Docker's own file of logins: <c>{"auths":{SERVER:{"auth":BASE64}},"credsStore":NAME,"credHelpers":{SERVER:NAME}}</c>. The same text may
/// stand in the variable <c>DOCKER_AUTH_CONFIG</c>; and the older <c>.dockercfg</c> is what is inside <c>auths</c>.
/// </summary>
internal static class AuthFile
{
    private const int MaxSize = 1024 * 1024;

    /// <summary>Adds all logins of one text. A helper's beat those written out; a text that is no such file adds nothing.</summary>
    /// <param name="source">For the log.</param>
    /// <returns>What is wrong with it, when something is.</returns>
    public static async Task<string?> AddAsync(LoginBook book, string text, string source, CredentialProgram helpers, CancellationToken ct)
    {
        if (text.Length > MaxSize)
            return $"{source} is larger than 1 MiB and is not read";
        JsonDocument document;
        try
        {
            document = JsonDocument.Parse(text, new JsonDocumentOptions { MaxDepth = 16, AllowTrailingCommas = true });
        }
        catch (JsonException e)
        {
            // The text itself may hold passwords: only the place is told.
            return $"{source} is not valid JSON (line {e.LineNumber + 1}, byte {e.BytePositionInLine + 1})";
        }

        using (document)
        {
            if (document.RootElement.ValueKind != JsonValueKind.Object)
                return $"{source} is not a JSON object";
            AddHelpers(book, document.RootElement, source, helpers);
            await AddStoreAsync(book, document.RootElement, source, helpers, ct);
            AddWritten(book, document.RootElement, source);
            return null;
        }
    }

    private static void AddHelpers(LoginBook book, JsonElement root, string source, CredentialProgram helpers)
    {
        if (!root.TryGetProperty("credHelpers", out var map) || map.ValueKind != JsonValueKind.Object)
            return;
        foreach (var entry in map.EnumerateObject())
            if (Text(entry.Value) is { } helper && entry.Name is var server)
                book.Add(server, ct => helpers.GetAsync(helper, server, source, ct));
    }

    private static async Task AddStoreAsync(
        LoginBook book,
        JsonElement root,
        string source,
        CredentialProgram helpers,
        CancellationToken ct
    )
    {
        if (!root.TryGetProperty("credsStore", out var value) || Text(value) is not { } store)
            return;
        foreach (var server in await helpers.ListAsync(store, ct))
            book.Add(server, token => helpers.GetAsync(store, server, source, token));
    }

    private static void AddWritten(LoginBook book, JsonElement root, string source)
    {
        var auths = root.TryGetProperty("auths", out var inner) ? inner : root;
        if (auths.ValueKind != JsonValueKind.Object)
            return;
        foreach (var entry in auths.EnumerateObject())
            if (entry.Value.ValueKind == JsonValueKind.Object && Read(entry.Name, entry.Value, source) is { } login)
                book.Add(login);
    }

    private static RegistryLogin? Read(string server, JsonElement entry, string source)
    {
        var (username, password) = (Text(entry, "username") ?? "", Text(entry, "password") ?? "");
        if (Text(entry, "auth") is { } auth && Decode(auth) is var (u, p))
            (username, password) = (u, p);
        var login = new RegistryLogin(source, server, username, password, Text(entry, "identitytoken"), Text(entry, "registrytoken"));
        return username.Length > 0 || login.IdentityToken is not null || login.RegistryToken is not null ? login : null;
    }

    private static (string Username, string Password)? Decode(string auth)
    {
        var bytes = new byte[auth.Length];
        if (!Convert.TryFromBase64String(auth, bytes, out var length))
            return null;
        var pair = Encoding.UTF8.GetString(bytes, 0, length);
        var colon = pair.IndexOf(':');
        return colon <= 0 ? null : (pair[..colon], pair[(colon + 1)..].TrimEnd('\0'));
    }

    private static string? Text(JsonElement value) =>
        value.ValueKind == JsonValueKind.String && value.GetString() is { Length: > 0 } text ? text : null;

    private static string? Text(JsonElement entry, string name) => entry.TryGetProperty(name, out var value) ? Text(value) : null;
}
