using System.Globalization;
using System.Web;

namespace Slipway.Server.Blobs;

/// <summary>
/// A bucket as an administrator writes it: <c>s3://BUCKET/PREFIX?endpoint=URL&amp;region=NAME&amp;path-style=false</c>. Without an endpoint it is Amazon's.
/// <c>public-endpoint=URL</c> is what clients call the same server, <c>timeout=SECONDS</c> how long one request may take. The keys are never part of it.
/// </summary>
internal static class S3Address
{
    private const string Scheme = "s3://";

    /// <exception cref="FormatException">It is none, or there are no keys. The message is for whoever wrote it.</exception>
    public static S3Options Parse(string text, string? accessKey, string? secretKey)
    {
        if (!text.StartsWith(Scheme))
            throw new FormatException($"\"{text}\" is no bucket: s3://BUCKET/PREFIX?endpoint=URL is wanted.");
        var (place, query) = Halves(text[Scheme.Length..], '?');
        var (bucket, prefix) = Halves(place, '/');
        if (bucket.Length == 0 || bucket.Any(c => !char.IsAsciiLetterOrDigit(c) && c is not ('-' or '.')))
            throw new FormatException($"\"{bucket}\" is no name of a bucket.");
        if (string.IsNullOrEmpty(accessKey) || string.IsNullOrEmpty(secretKey))
            throw new FormatException(
                "The keys of the bucket are missing: AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY in the environment."
            );
        var options = new S3Options(bucket, accessKey, secretKey)
        {
            Prefix = prefix.Length == 0 || prefix.EndsWith('/') ? prefix : prefix + "/",
        };
        var settings = HttpUtility.ParseQueryString(query);
        foreach (var name in settings.AllKeys.OrderBy(name => name != "endpoint"))
            options = With(options, name ?? "", settings[name] ?? "");
        return options;
    }

    /// <summary>Of a timeout, in seconds.</summary>
    private const int Longest = 3600;

    private static S3Options With(S3Options options, string name, string value) =>
        name switch
        {
            // Servers other than Amazon's want the bucket in the path, unless it is said that they do not.
            "endpoint" when Url(value) is { } url => options with { Endpoint = url, PathStyle = true },
            "public-endpoint" when Url(value) is { } url => options with { PublicEndpoint = url },
            "timeout"
                when int.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out var seconds)
                    && seconds is > 0 and <= Longest => options with
            {
                Timeout = TimeSpan.FromSeconds(seconds),
            },
            "region" when value.Length > 0 => options with { Region = value },
            "path-style" when bool.TryParse(value, out var style) => options with { PathStyle = style },
            _ => throw new FormatException(
                $"A bucket's address has endpoint=URL, public-endpoint=URL, region=NAME, path-style=true|false and timeout=SECONDS, and not {name}={value}."
            ),
        };

    private static Uri? Url(string text) =>
        Uri.TryCreate(text, UriKind.Absolute, out var url) && url.Scheme is "http" or "https" ? url : null;

    private static (string Before, string After) Halves(string text, char at) =>
        text.IndexOf(at) is >= 0 and var place ? (text[..place], text[(place + 1)..]) : (text, "");
}
