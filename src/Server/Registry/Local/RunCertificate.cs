using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Slipway.Server.Registry.Local;

/// <summary>A certificate for a few addresses that nobody but those who are told of it trusts. Its key never leaves the process.</summary>
internal static class RunCertificate
{
    /// <summary>Longer than any run.</summary>
    private static readonly TimeSpan Life = TimeSpan.FromDays(30);

    /// <summary>A clock that is a little behind finds it valid.</summary>
    private static readonly TimeSpan Early = TimeSpan.FromDays(1);

    public static X509Certificate2 Make(IReadOnlyList<IPAddress> addresses, TimeProvider time)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=Slipway registry of a local run", key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        request.CertificateExtensions.Add(
            new X509KeyUsageExtension(X509KeyUsageFlags.DigitalSignature | X509KeyUsageFlags.KeyCertSign, true)
        );
        // 1.3.6.1.5.5.7.3.1 is a server's.
        request.CertificateExtensions.Add(new X509EnhancedKeyUsageExtension([new Oid("1.3.6.1.5.5.7.3.1")], false));
        var names = new SubjectAlternativeNameBuilder();
        foreach (var address in addresses)
            names.AddIpAddress(address);
        names.AddDnsName("localhost");
        request.CertificateExtensions.Add(names.Build());
        var now = time.GetUtcNow();
        using var made = request.CreateSelfSigned(now - Early, now + Life);
        // TLS of some systems takes no key that is in memory alone.
        return X509CertificateLoader.LoadPkcs12(made.Export(X509ContentType.Pfx), null);
    }
}
