using System.Net.Security;
using System.Security.Cryptography.X509Certificates;

namespace Slipway.Runner.Coordinator;

/// <summary>Which coordinator, and how its certificate is judged (runner-protocol §1.1, 1.4).</summary>
/// <param name="Url">As configured: <c>http</c> or <c>https</c>, a path below it is kept, an ending <c>/ci</c> is not.</param>
/// <param name="CaFile">PEM; <see langword="null"/> = the system's authorities alone.</param>
/// <param name="CertFile">PEM, with <paramref name="KeyFile"/>: who we are; <see langword="null"/> = nobody.</param>
public sealed record CoordinatorAddress(string Url, string? CaFile = null, string? CertFile = null, string? KeyFile = null)
{
    /// <summary>What calls go below, with a slash at its end; <see langword="null"/> when <see cref="Url"/> is no HTTP URL.</summary>
    public Uri? Api
    {
        get
        {
            var url = Url.Trim().TrimEnd('/');
            if (url.EndsWith("/ci", StringComparison.Ordinal))
                url = url[..^3];
            return Uri.TryCreate(url + "/api/v4/", UriKind.Absolute, out var api) && api.Scheme is "http" or "https" ? api : null;
        }
    }

    /// <summary>What is not given is looked for beside the configuration: <c>certs/HOST.crt</c>, <c>HOST.auth.crt</c> and <c>HOST.auth.key</c>.</summary>
    public CoordinatorAddress WithUsualFiles(string? configFolder)
    {
        if (configFolder is null || Api is not { Scheme: "https", Host: var host } || host.Contains('/'))
            return this;
        string? Usual(string ending) => Path.Combine(configFolder, "certs", host + ending) is var path && File.Exists(path) ? path : null;
        return this with
        {
            CaFile = CaFile ?? Usual(".crt"),
            CertFile = CertFile ?? Usual(".auth.crt"),
            KeyFile = KeyFile ?? Usual(".auth.key"),
        };
    }

    /// <exception cref="IOException">A file is not there or holds no certificate.</exception>
    internal SslClientAuthenticationOptions Tls()
    {
        var options = new SslClientAuthenticationOptions();
        try
        {
            if (CertFile is { Length: > 0 } cert)
                options.ClientCertificates = [X509Certificate2.CreateFromPemFile(cert, KeyFile)];
            if (CaFile is not { Length: > 0 } ca)
                return options;
            var authorities = new X509Certificate2Collection();
            authorities.ImportFromPemFile(ca);
            options.RemoteCertificateValidationCallback = (_, certificate, _, errors) =>
                errors == SslPolicyErrors.None
                || (
                    errors == SslPolicyErrors.RemoteCertificateChainErrors
                    && certificate is not null
                    && IsIssuedBy(certificate, authorities)
                );
            return options;
        }
        catch (System.Security.Cryptography.CryptographicException e)
        {
            throw new IOException($"The certificates for {Url} cannot be read: {e.Message}", e);
        }
    }

    private static bool IsIssuedBy(X509Certificate certificate, X509Certificate2Collection authorities)
    {
        using var chain = new X509Chain();
        chain.ChainPolicy.TrustMode = X509ChainTrustMode.CustomRootTrust;
        chain.ChainPolicy.CustomTrustStore.AddRange(authorities);
        chain.ChainPolicy.RevocationMode = X509RevocationMode.NoCheck;
        return chain.Build(certificate as X509Certificate2 ?? new X509Certificate2(certificate));
    }
}
