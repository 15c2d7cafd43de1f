using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Http;

namespace Slipway.Server.Tests.Support.S3;

/// <summary>
/// AWS's signature, version 4, in the Authorization header (docs.aws.amazon.com/AmazonS3/latest/API/sig-v4-header-based-auth.html), or in an address
/// (docs.aws.amazon.com/AmazonS3/latest/API/sigv4-query-string-auth.html).
/// </summary>
internal static class Signature
{
    /// <returns>S3's code for what is wrong, or nothing.</returns>
    public static string? WhyWrong(HttpRequest request, byte[] body)
    {
        var header = request.Headers.Authorization.ToString();
        if (request.Query.ContainsKey("X-Amz-Signature"))
            return header.Length > 0 ? "InvalidArgument" : WhyWrong(request);
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
        var signed = Sign(request, scope[1..], parts["SignedHeaders"].Split(';'), claimed, request.Headers["x-amz-date"].ToString());
        return signed == parts["Signature"] ? null : "SignatureDoesNotMatch";
    }

    private static string? WhyWrong(HttpRequest request)
    {
        string Part(string name) => request.Query["X-Amz-" + name].ToString();
        var scope = Part("Credential").Split('/');
        var at = DateTimeOffset.ParseExact(
            Part("Date"),
            "yyyyMMdd'T'HHmmss'Z'",
            CultureInfo.InvariantCulture,
            DateTimeStyles.AssumeUniversal
        );
        if (at.AddSeconds(int.Parse(Part("Expires"))) < TimeProvider.System.GetUtcNow())
            return "AccessDenied";
        var signed = Sign(request, scope[1..], Part("SignedHeaders").Split(';'), "UNSIGNED-PAYLOAD", Part("Date"));
        return scope[0] == S3Server.AccessKey && signed == Part("Signature") ? null : "SignatureDoesNotMatch";
    }

    private static string Sign(HttpRequest request, string[] scope, string[] headers, string body, string date)
    {
        var query = request
            .Query.Where(pair => pair.Key != "X-Amz-Signature")
            .SelectMany(pair => pair.Value.Select(value => $"{Escape(pair.Key)}={Escape(value ?? "")}"))
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
        var text = string.Join('\n', "AWS4-HMAC-SHA256", date, string.Join('/', scope), Hash(string.Join('\n', canonical)));
        var key = scope.Aggregate(Encoding.UTF8.GetBytes("AWS4" + S3Server.SecretKey), Mac);
        return Convert.ToHexStringLower(Mac(key, text));
    }

    private static string Escape(string text) => Uri.EscapeDataString(text);

    private static string Hash(string text) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)));

    private static byte[] Mac(byte[] key, string text) => HMACSHA256.HashData(key, Encoding.UTF8.GetBytes(text));
}
