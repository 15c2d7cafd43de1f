using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Microsoft.AspNetCore.Http;
using Slipway.Protocol;

namespace Slipway.Server.Runners;

/// <summary>What runners send as JSON, read as GitLab's wire has it.</summary>
internal static class Bodies
{
    /// <summary>Bytes of one. GitLab's runners send some 2 KiB.</summary>
    private const int Most = 1 << 20;

    /// <returns>Nothing when it is no JSON of this shape; then the token is missing, or something is wrong with it.</returns>
    /// <exception cref="BadHttpRequestException">It is too large.</exception>
    public static async Task<T?> ReadAsync<T>(HttpRequest request, JsonTypeInfo<T> type, CancellationToken ct)
        where T : class
    {
        var bytes = await ReadAsync(request.Body, Most, ct) ?? throw new BadHttpRequestException("Request body too large.", 413);
        try
        {
            return WireJson.Read(bytes.Span, type);
        }
        catch (JsonException)
        {
            return null;
        }
    }

    /// <returns>All of the stream; nothing when it has more bytes than that.</returns>
    public static async Task<ReadOnlyMemory<byte>?> ReadAsync(Stream body, int most, CancellationToken ct)
    {
        var buffer = new byte[Math.Min(most + 1, 16 * 1024)];
        for (var length = 0; ; )
        {
            var read = await body.ReadAsync(buffer.AsMemory(length), ct);
            length += read;
            if (read == 0)
                return buffer.AsMemory(0, length);
            if (length > most)
                return null;
            if (length == buffer.Length)
                Array.Resize(ref buffer, Math.Min(most + 1, buffer.Length * 2));
        }
    }
}
