using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Slipway.Server.Data;
using Slipway.Server.Secrets;

namespace Slipway.Server.Runners;

/// <summary>
/// The instance's key for ID tokens: RSA, made when it is first wanted, sealed in the settings. All instances on one database have the same, and a backup
/// carries it along.
/// </summary>
internal sealed class SigningKey(Db db, SecretBox secrets) : IDisposable
{
    private const string Setting = "id_token_key";
    private const int Bits = 2048;

    private readonly SemaphoreSlim _gate = new(1);
    private Loaded? _loaded;

    /// <summary>The public half, as <c>/oauth/discovery/keys</c> shows it (RFC 7517).</summary>
    public async Task<object> PublicAsync(CancellationToken ct)
    {
        var (_, id, parameters) = await LoadAsync(ct);
        return new
        {
            kty = "RSA",
            kid = id,
            e = Base64Url.EncodeToString(parameters.Exponent),
            n = Base64Url.EncodeToString(parameters.Modulus),
            use = "sig",
            alg = "RS256",
        };
    }

    /// <summary>A JSON web token (RFC 7519) with these claims.</summary>
    public async Task<string> SignAsync(IReadOnlyDictionary<string, object> claims, CancellationToken ct)
    {
        var (key, id, _) = await LoadAsync(ct);
        var header = new Dictionary<string, string>
        {
            ["kid"] = id,
            ["typ"] = "JWT",
            ["alg"] = "RS256",
        };
        var text = $"{Part(header)}.{Part(claims)}";
        byte[] signature;
        lock (key)
            signature = key.SignData(Encoding.ASCII.GetBytes(text), HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        return $"{text}.{Base64Url.EncodeToString(signature)}";
    }

    public void Dispose()
    {
        _loaded?.Key.Dispose();
        _gate.Dispose();
    }

    private static string Part<T>(T value) => Base64Url.EncodeToString(JsonSerializer.SerializeToUtf8Bytes(value));

    private async Task<Loaded> LoadAsync(CancellationToken ct)
    {
        if (_loaded is { } known)
            return known;
        await _gate.WaitAsync(ct);
        try
        {
            return _loaded ??= await ReadAsync(ct);
        }
        finally
        {
            _gate.Release();
        }
    }

    private async Task<Loaded> ReadAsync(CancellationToken ct)
    {
        const string find = "SELECT value FROM settings WHERE name = @Setting";
        var kept = await db.FindAsync<string>(find, new { Setting }, ct);
        if (kept is null)
        {
            using var made = RSA.Create(Bits);
            var value = JsonSerializer.Serialize(secrets.SealBytes(Setting, made.ExportPkcs8PrivateKey()));
            // Of two instances that make one at once, the first one's holds.
            await db.ExecuteAsync(
                "INSERT INTO settings (name, value) VALUES (@Setting, @value) ON CONFLICT (name) DO NOTHING",
                new { Setting, value },
                ct
            );
            kept = await db.FindAsync<string>(find, new { Setting }, ct);
        }

        var key = RSA.Create();
        key.ImportPkcs8PrivateKey(secrets.OpenBytes(Setting, JsonSerializer.Deserialize<byte[]>(kept!)!), out _);
        var parameters = key.ExportParameters(includePrivateParameters: false);
        return new Loaded(key, Thumbprint(parameters), parameters);
    }

    /// <summary>RFC 7638.</summary>
    private static string Thumbprint(RSAParameters key) =>
        Base64Url.EncodeToString(
            SHA256.HashData(
                Encoding.ASCII.GetBytes(
                    $$"""{"e":"{{Base64Url.EncodeToString(key.Exponent)}}","kty":"RSA","n":"{{Base64Url.EncodeToString(key.Modulus)}}"}"""
                )
            )
        );

    private sealed record Loaded(RSA Key, string Id, RSAParameters Public);
}
