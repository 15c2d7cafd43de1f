using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Slipway.Server.Outbound;

namespace Slipway.Server.Registry.Proxy;

/// <summary>
/// That another registry does not give what is asked of it, in its own words. Only what it says is not there is 404 here; that it limits, denies or fails is
/// said as it is.
/// </summary>
internal sealed record UpstreamRefusal(RegistryError Error) : IResult
{
    private const int LongestMessage = 300;

    /// <summary>As the other registry says when to come again.</summary>
    public string? RetryAfter { get; init; }

    /// <summary>It has been asked, and has no such thing.</summary>
    public bool IsMissing => Error.Status == StatusCodes.Status404NotFound;

    /// <param name="asked">What was asked for: <c>manifests/latest</c>.</param>
    /// <param name="body">Of the answer, as much of it as was read.</param>
    public static UpstreamRefusal Of(UpstreamImage image, string asked, OutboundResponse answer, ReadOnlySpan<byte> body)
    {
        var said = Message(body) is { } words ? $"{answer.Status} {words}" : $"{answer.Status}";
        var error = answer.Status switch
        {
            404 when asked.StartsWith("blobs/", StringComparison.Ordinal) => RegistryError.BlobUnknown,
            404 => RegistryError.ManifestUnknown with { Message = $"{image.Host} has no {image.Repository}, {asked}" },
            401 or 403 => new RegistryError(
                403,
                "DENIED",
                $"{image.Host} denies {image.Repository}, which is private there or does not exist: {said}"
            ),
            429 => new RegistryError(429, "TOOMANYREQUESTS", $"{image.Host} lets this server pull no more for now: {said}"),
            var status => Failed(status == 504 ? 504 : 502, image, $"answers {said}").Error,
        };
        return new UpstreamRefusal(error) { RetryAfter = answer.Header("Retry-After") };
    }

    /// <summary>There was no answer at all.</summary>
    public static UpstreamRefusal Of(UpstreamImage image, OutboundAnswer answer) =>
        answer switch
        {
            OutboundAnswer.TimedOut => Failed(StatusCodes.Status504GatewayTimeout, image, "does not answer in time"),
            OutboundAnswer.Blocked(var why) => Failed(502, image, $"may not be asked: {why}; serve --allow-outbound allows it"),
            OutboundAnswer.Unreachable(var why) => Failed(502, image, $"cannot be reached: {why}"),
            OutboundAnswer.Failed(var why) => Failed(502, image, $"cannot be read: {why}"),
            _ => throw new InvalidOperationException(answer.GetType().Name),
        };

    public static UpstreamRefusal Failed(int status, UpstreamImage image, string what) =>
        new(new RegistryError(status, "UNAVAILABLE", Plain($"{image.Host} {what}")));

    public Task ExecuteAsync(HttpContext httpContext)
    {
        if (RetryAfter is { Length: > 0 and <= 40 } wait && wait.All(c => c is >= ' ' and <= '~'))
            httpContext.Response.Headers.RetryAfter = wait;
        // Of a 5xx Docker shows the status line alone.
        if (Error.Status >= 500 && httpContext.Features.Get<IHttpResponseFeature>() is { } response)
            response.ReasonPhrase = Error.Message;
        return Error.ExecuteAsync(httpContext);
    }

    /// <summary>What somebody else says, in one short line that a header may hold.</summary>
    private static string Plain(string text)
    {
        var plain = new StringBuilder(Math.Min(text.Length, LongestMessage));
        foreach (var c in text.AsSpan(0, Math.Min(text.Length, LongestMessage)))
            plain.Append(c is >= ' ' and <= '~' ? c : ' ');
        return plain.ToString().Trim();
    }

    /// <summary>The message of the first error of a registry's answer.</summary>
    private static string? Message(ReadOnlySpan<byte> body)
    {
        try
        {
            var reader = new Utf8JsonReader(body);
            using var json = JsonDocument.ParseValue(ref reader);
            foreach (var error in json.RootElement.GetProperty("errors").EnumerateArray())
                return error.TryGetProperty("message", out var message) && message.ValueKind == JsonValueKind.String
                    ? Plain(message.GetString()!)
                    : null;
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or KeyNotFoundException) { }

        return null;
    }
}
