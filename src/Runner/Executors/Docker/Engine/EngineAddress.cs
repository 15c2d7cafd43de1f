using System.Globalization;

namespace Slipway.Runner.Executors.Docker.Engine;

/// <summary>Where a Docker or Podman engine listens.</summary>
internal abstract record EngineAddress
{
    private EngineAddress() { }

    /// <param name="Path">Absolute path of the socket.</param>
    public sealed record UnixSocket(string Path) : EngineAddress
    {
        public override string ToString() => "unix://" + Path;
    }

    /// <param name="Tls"><see langword="null"/>: plain HTTP, which anybody on the way can read and steer.</param>
    public sealed record Tcp(string Host, int Port, EngineTls? Tls) : EngineAddress
    {
        public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"tcp://{Host}:{Port}");
    }

    /// <summary>Reads <c>unix:///path</c>, <c>tcp://host[:port]</c>, <c>http://…</c> and <c>https://…</c> as <c>DOCKER_HOST</c> and <c>[runners.docker] host</c> have them.</summary>
    /// <param name="text">The port is 2376 with TLS and 2375 without when none is given.</param>
    /// <exception cref="EngineUnreachableException">Another scheme (<c>ssh</c>, <c>npipe</c>, <c>fd</c>), or no address at all.</exception>
    public static EngineAddress Parse(string text, EngineTls? tls)
    {
        if (text.StartsWith("unix://", StringComparison.Ordinal) && text.Length > "unix://".Length)
            return new UnixSocket(text["unix://".Length..]);

        if (!Uri.TryCreate(text, UriKind.Absolute, out var uri) || uri.Host.Length == 0)
        {
            throw new EngineUnreachableException(
                $"\"{text}\" is not the address of a Docker engine: write unix:///path/to/docker.sock or tcp://host:port"
            );
        }

        var secure = tls ?? (uri.Scheme == "https" ? new EngineTls(null, Verify: true) : null);
        return uri.Scheme switch
        {
            "tcp" or "http" or "https" => new Tcp(uri.DnsSafeHost, PortOf(uri, secure), secure),
            _ => throw new EngineUnreachableException(
                $"{text}: Docker engines are reached by unix:// and tcp:// only; forward the socket to use {uri.Scheme}://"
            ),
        };
    }

    private static int PortOf(Uri uri, EngineTls? tls)
    {
        // "http" has a default port of its own, 80, which no engine uses.
        var written = uri.OriginalString.AsSpan(uri.OriginalString.IndexOf("//", StringComparison.Ordinal) + 2).TrimEnd('/');
        var colon = written.LastIndexOf(':');
        var given = colon >= 0 && !written[colon..].Contains(']');
        return given ? uri.Port
            : tls is null ? 2375
            : 2376;
    }
}

/// <param name="CertPath">Folder with <c>ca.pem</c>, <c>cert.pem</c> and <c>key.pem</c>; each of them may be missing. <see langword="null"/>: the system's trust, no client certificate.</param>
/// <param name="Verify">Off: the engine's certificate is not checked.</param>
internal sealed record EngineTls(string? CertPath, bool Verify);
