using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Slipway.Runner.Executors.Docker.Engine;

/// <summary>Opens connections to one engine. Certificates are read once.</summary>
internal sealed class EngineDialer(EngineAddress address) : IDisposable
{
    private readonly Lazy<SslClientAuthenticationOptions?> _tls = new(() =>
        address is EngineAddress.Tcp { Tls: { } tls } tcp ? TlsOptions(tcp.Host, tls) : null
    );

    /// <exception cref="SocketException">Nobody listens, or this user may not.</exception>
    public async ValueTask<Stream> DialAsync(CancellationToken ct)
    {
        var socket = address switch
        {
            EngineAddress.UnixSocket => new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified),
            _ => Tcp(),
        };
        try
        {
            await (
                address switch
                {
                    EngineAddress.UnixSocket unix => socket.ConnectAsync(new UnixDomainSocketEndPoint(unix.Path), ct),
                    EngineAddress.Tcp tcp => socket.ConnectAsync(tcp.Host, tcp.Port, ct),
                    _ => throw new InvalidOperationException(),
                }
            );
            var plain = new NetworkStream(socket, ownsSocket: true);
            return _tls.Value is { } options ? await SecureAsync(plain, options, ct) : plain;
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    /// <summary>Tells the engine that nothing more will be written, while its own output goes on.</summary>
    public static async ValueTask CloseWritingAsync(Stream stream)
    {
        await stream.FlushAsync();
        switch (stream)
        {
            case NetworkStream network:
                network.Socket.Shutdown(SocketShutdown.Send);
                break;
            case SslStream secure:
                await secure.ShutdownAsync();
                break;
        }
    }

    public void Dispose()
    {
        if (_tls is { IsValueCreated: true, Value.ClientCertificates: { } own })
        {
            foreach (var certificate in own)
                certificate.Dispose();
        }
    }

    /// <summary>Waiting for a job can be silent for hours, which some networks take for dead.</summary>
    private static Socket Tcp()
    {
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        socket.SetSocketOption(SocketOptionLevel.Socket, SocketOptionName.KeepAlive, true);
        socket.SetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveTime, 30);
        return socket;
    }

    private static async Task<Stream> SecureAsync(Stream plain, SslClientAuthenticationOptions options, CancellationToken ct)
    {
        var secure = new SslStream(plain);
        await secure.AuthenticateAsClientAsync(options, ct);
        return secure;
    }

    private static SslClientAuthenticationOptions TlsOptions(string host, EngineTls tls)
    {
        var options = new SslClientAuthenticationOptions { TargetHost = host, EnabledSslProtocols = SslProtocols.None };
        if (!tls.Verify)
        {
#pragma warning disable CA5359 // tls_verify = false says just that
            options.RemoteCertificateValidationCallback = static (_, _, _, _) => true;
#pragma warning restore CA5359
        }

        if (tls.CertPath is not { } folder)
            return options;

        var (ca, cert, key) = (Path.Combine(folder, "ca.pem"), Path.Combine(folder, "cert.pem"), Path.Combine(folder, "key.pem"));
        try
        {
            if (tls.Verify && File.Exists(ca))
                options.CertificateChainPolicy = TrustOnly(ca);

            if (File.Exists(cert) && File.Exists(key))
                options.ClientCertificates = [X509Certificate2.CreateFromPemFile(cert, key)];
        }
        catch (CryptographicException e)
        {
            throw new EngineUnreachableException($"The certificates in {folder} cannot be read: {e.Message}");
        }

        return options;
    }

    private static X509ChainPolicy TrustOnly(string caFile)
    {
        var policy = new X509ChainPolicy { TrustMode = X509ChainTrustMode.CustomRootTrust, RevocationMode = X509RevocationMode.NoCheck };
        policy.CustomTrustStore.ImportFromPemFile(caFile);
        return policy;
    }
}
