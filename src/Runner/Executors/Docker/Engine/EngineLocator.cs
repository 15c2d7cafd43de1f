using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace Slipway.Runner.Executors.Docker.Engine;

/// <summary>
/// Finds the engine to use: the one that is named (configuration, <c>DOCKER_HOST</c>, the docker command's current context), else the
/// first that answers of Docker's and Podman's usual sockets.
/// </summary>
internal static class EngineLocator
{
    private const long MaxConfigSize = 1024 * 1024;

    /// <summary>Connects to the engine to use.</summary>
    /// <param name="host"><c>[runners.docker] host</c>; <see langword="null"/> or empty: look around.</param>
    /// <exception cref="EngineUnreachableException">The named engine does not answer, or none of the usual ones does.</exception>
    public static async Task<EngineClient> ConnectAsync(
        string? host,
        string? tlsCertPath,
        bool tlsVerify,
        Func<string, string?> environment,
        CancellationToken ct
    )
    {
        if (Named(host, tlsCertPath, tlsVerify, environment) is { } named)
            return await EngineClient.ConnectAsync(named, ct);

        EngineUnreachableException? first = null;
        foreach (var path in UsualSockets(environment))
        {
            try
            {
                return await EngineClient.ConnectAsync(new EngineAddress.UnixSocket(path), ct);
            }
            catch (EngineUnreachableException e)
            {
                first ??= e;
            }
        }

        throw first ?? new EngineUnreachableException("No Docker engine was found");
    }

    /// <returns><see langword="null"/>: nothing names an engine.</returns>
    public static EngineAddress? Named(string? host, string? tlsCertPath, bool tlsVerify, Func<string, string?> environment)
    {
        if (host is { Length: > 0 })
        {
            var tls =
                tlsVerify || tlsCertPath is { Length: > 0 }
                    ? new EngineTls(NullIfEmpty(tlsCertPath) ?? ConfigFolder(environment), tlsVerify)
                    : null;
            return EngineAddress.Parse(host, tls);
        }

        if (NullIfEmpty(environment("DOCKER_HOST")) is { } variable)
        {
            var verify = NullIfEmpty(environment("DOCKER_TLS_VERIFY")) is not null;
            var certs = NullIfEmpty(environment("DOCKER_CERT_PATH"));
            var tls = verify || certs is not null ? new EngineTls(certs ?? ConfigFolder(environment), verify) : null;
            return EngineAddress.Parse(variable, variable.StartsWith("unix:", StringComparison.Ordinal) ? null : tls);
        }

        return Context(environment);
    }

    /// <summary>The docker command's folder of settings.</summary>
    public static string ConfigFolder(Func<string, string?> environment) =>
        NullIfEmpty(environment("DOCKER_CONFIG")) ?? Path.Combine(Home(environment), ".docker");

    private static IEnumerable<string> UsualSockets(Func<string, string?> environment)
    {
        var own = NullIfEmpty(environment("XDG_RUNTIME_DIR"));
        string?[] all =
        [
            "/var/run/docker.sock",
            own is null ? null : own + "/docker.sock",
            Path.Combine(Home(environment), ".docker/run/docker.sock"),
            own is null ? null : own + "/podman/podman.sock",
            "/run/podman/podman.sock",
        ];
        // The first is tried even when it is not there: its error is the one to show.
        return all.OfType<string>().Where((path, i) => i == 0 || File.Exists(path));
    }

    private static EngineAddress? Context(Func<string, string?> environment)
    {
        var folder = ConfigFolder(environment);
        var name = NullIfEmpty(environment("DOCKER_CONTEXT")) ?? ReadString(Path.Combine(folder, "config.json"), "currentContext");
        if (name is null or "default")
            return null;

        var id = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(name)));
        var host = ReadString(Path.Combine(folder, "contexts", "meta", id, "meta.json"), "Endpoints", "docker", "Host");
        var certs = Path.Combine(folder, "contexts", "tls", id, "docker");
        return host is null ? null : EngineAddress.Parse(host, Directory.Exists(certs) ? new EngineTls(certs, Verify: true) : null);
    }

    private static string? ReadString(string file, params ReadOnlySpan<string> path)
    {
        try
        {
            if (new FileInfo(file) is not { Exists: true, Length: <= MaxConfigSize })
                return null;

            using var document = JsonDocument.Parse(File.ReadAllBytes(file));
            var at = document.RootElement;
            foreach (var name in path)
            {
                if (at.ValueKind != JsonValueKind.Object || !at.TryGetProperty(name, out at))
                    return null;
            }

            return at.ValueKind == JsonValueKind.String ? NullIfEmpty(at.GetString()) : null;
        }
        catch (Exception e) when (e is JsonException or IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    private static string Home(Func<string, string?> environment) =>
        NullIfEmpty(environment("HOME")) ?? Environment.GetFolderPath(Environment.SpecialFolder.UserProfile);

    private static string? NullIfEmpty(string? text) => text is { Length: > 0 } ? text : null;
}
