using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Http;

namespace Slipway.Server.Tests.Support.S3;

/// <summary>AWS's signature, version 4, in the Authorization header (docs.aws.amazon.com/AmazonS3/latest/API/sig-v4-header-based-auth.html).</summary>
internal static class Signature
{
    /// <returns>S3's code for what is wrong, or nothing.</returns>
    public static string? WhyWrong(HttpRequest request, byte[] body)
    {
        var header = request.Headers.Authorization.ToString();
        if (!header.StartsWith("AWS4-HMAC-SHA256 "))
            return "AccessDenied";
        var parts = header["AWS4-HMAC-SHA256 ".Length..]
            .Split(',')
            .Select(part => part.Trim().Split('=', 2))
            .ToDictionary(part => part[0], part => part[1]);
        var scope = parts["Credential"].Split('/');
        if (scope[0] != S3Server.AccessKey)
            return "InvalidAccessKeyId";
        var claimed = request.Headers["x-amz-content-sha256"].ToString();
        if (claimed != Convert.ToHexStringLower(SHA256.HashData(body)))
            return "XAmzContentSHA256Mismatch";
        var signed = Sign(request, scope[1..], parts["SignedHeaders"].Split(';'), claimed);
        return signed == parts["Signature"] ? null : "SignatureDoesNotMatch";
    }

    private static string Sign(HttpRequest request, string[] scope, string[] headers, string body)
    {
        var query = request
            .Query.SelectMany(pair => pair.Value.Select(value => $"{Escape(pair.Key)}={Escape(value ?? "")}"))
            .Order(StringComparer.Ordinal);
        string[] canonical =
        [
            request.Method,
            string.Join('/', request.Path.Value!.Split('/').Select(Escape)),
            string.Join('&', query),
            .. headers.Select(name => $"{name}:{request.Headers[name].ToString().Trim()}"),
            "",
            string.Join(';', headers),
            body,
        ];
        var text = string.Join(
            '\n',
            "AWS4-HMAC-SHA256",
            request.Headers["x-amz-date"],
            string.Join('/', scope),
            Hash(string.Join('\n', canonical))
        );
        var key = scope.Aggregate(Encoding.UTF8.GetBytes("AWS4" + S3Server.SecretKey), Mac);
        return Convert.ToHexStringLower(Mac(key, text));
    }

    private static string Escape(string text) => Uri.EscapeDataString(text);

    private static string Hash(string text) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)));

    private static byte[] Mac(byte[] key, string text) => HMACSHA256.HashData(key, Encoding.UTF8.GetBytes(text));
}
