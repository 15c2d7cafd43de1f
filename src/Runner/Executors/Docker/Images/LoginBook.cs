using Slipway.Runner.Executors.Docker.Engine;

namespace Slipway.Runner.Executors.Docker.Images;

/// <summary>
/// Logins by registry, or by a path in one. Of several for one key the first added wins; of several that fit an image the one with the
/// longest path (runner-protocol §14.2, Registry auth). Logins that a credential helper keeps are fetched when they are needed.
/// </summary>
internal sealed class LoginBook
{
    private readonly Dictionary<string, Func<CancellationToken, Task<RegistryLogin?>>> _logins = new(StringComparer.Ordinal);

    /// <param name="server">As configurations write it: with or without scheme, port, path.</param>
    public void Add(string server, Func<CancellationToken, Task<RegistryLogin?>> login) => _logins.TryAdd(Normalize(server), login);

    public void Add(RegistryLogin login) => Add(login.Server, _ => Task.FromResult<RegistryLogin?>(login));

    /// <returns><see langword="null"/>: nobody has a login for it; the image may be public.</returns>
    public async Task<RegistryLogin?> FindAsync(ImageReference image, CancellationToken ct)
    {
        for (var key = image.FullName; ; key = key[..key.LastIndexOf('/')])
        {
            if (_logins.TryGetValue(key, out var login))
                return await login(ct);
            if (!key.Contains('/'))
                return null;
        }
    }

    /// <summary><c>https://index.docker.io/v1/</c> and <c>docker.io</c> are one registry; scheme and ending slash mean nothing.</summary>
    internal static string Normalize(string server)
    {
        var key = server.AsSpan().Trim();
        if (key.IndexOf("://") is >= 0 and var scheme)
            key = key[(scheme + 3)..];
        key = key.TrimEnd('/');
        foreach (var version in (ReadOnlySpan<string>)["/v1", "/v2"])
            if (key.EndsWith(version) && key.IndexOf('/') == key.Length - version.Length)
                key = key[..^version.Length];
        var slash = key.IndexOf('/');
        var host = slash < 0 ? key : key[..slash];
        return host is "index.docker.io" or "registry-1.docker.io" ? $"docker.io{key[host.Length..]}" : key.ToString();
    }
}
