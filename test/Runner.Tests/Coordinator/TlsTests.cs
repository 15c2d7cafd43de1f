using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Slipway.Protocol.Coordination;
using Slipway.Runner.Coordinator;
using Xunit;

namespace Slipway.Runner.Tests.Coordinator;

/// <summary>A coordinator whose certificate only its own authority has signed (runner-protocol §1.4).</summary>
public sealed class TlsTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly X509Certificate2 _certificate;

    public TlsTests()
    {
        using var authorityKey = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var authorityRequest = new CertificateRequest("CN=Authority", authorityKey, HashAlgorithmName.SHA256);
        authorityRequest.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        var (from, to) = (TimeProvider.System.GetUtcNow().AddDays(-1), TimeProvider.System.GetUtcNow().AddDays(1));
        using var authority = authorityRequest.CreateSelfSigned(from, to);
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=localhost", key, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        names.AddDnsName("localhost");
        request.CertificateExtensions.Add(names.Build());
        using var signed = request.Create(authority, from, to, [1, 2, 3]);
        _certificate = signed.CopyWithPrivateKey(key);
        _folder.Write("certs/localhost.crt", authority.ExportCertificatePem());
        _listener.Start();
        _ = ServeAsync();
    }

    private string Url => $"https://localhost:{((IPEndPoint)_listener.LocalEndpoint).Port}";

    public void Dispose()
    {
        _listener.Dispose();
        _certificate.Dispose();
        _folder.Dispose();
    }

    [Fact]
    public async Task A_private_authority_is_believed_when_its_file_is_given_or_lies_beside_the_configuration()
    {
        Assert.Equal(AnswerKind.Ok, await VerifyAsync(new CoordinatorAddress(Url, _folder["certs/localhost.crt"])));
        Assert.Equal(AnswerKind.Ok, await VerifyAsync(new CoordinatorAddress(Url).WithUsualFiles(_folder.Path)));
    }

    [Fact]
    public async Task Nobody_else_is_believed()
    {
        Assert.Equal(AnswerKind.Unreachable, await VerifyAsync(new CoordinatorAddress(Url)));
        // The right authority and another's name.
        Assert.Equal(
            AnswerKind.Unreachable,
            await VerifyAsync(
                new CoordinatorAddress(Url.Replace("localhost", "127.0.0.1", StringComparison.Ordinal), _folder["certs/localhost.crt"])
            )
        );
    }

    [Fact]
    public void A_file_without_certificates_is_told() =>
        Assert.ThrowsAny<IOException>(() =>
            new CoordinatorClient(new CoordinatorAddress(Url, _folder["nothing.pem"]), TimeSpan.FromMinutes(1), TimeProvider.System)
        );

    private static async Task<AnswerKind> VerifyAsync(CoordinatorAddress address)
    {
        using var client = new CoordinatorClient(address, TimeSpan.FromMinutes(1), TimeProvider.System);
        return (await client.VerifyAsync(new VerifyRequest { Token = "t" }, default)).Kind;
    }

    private async Task ServeAsync()
    {
        while (true)
        {
            try
            {
                using var connection = await _listener.AcceptTcpClientAsync();
                await using var tls = new SslStream(connection.GetStream());
                await tls.AuthenticateAsServerAsync(_certificate);
                var buffer = new byte[16 * 1024];
                _ = await tls.ReadAsync(buffer);
                await tls.WriteAsync(
                    "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: 3\r\nConnection: close\r\n\r\n200"u8.ToArray()
                );
            }
            catch (Exception e) when (e is IOException or System.Security.Authentication.AuthenticationException)
            {
                // A client that does not believe us hangs up.
            }
            catch (Exception e) when (e is SocketException or ObjectDisposedException)
            {
                return;
            }
        }
    }
}
