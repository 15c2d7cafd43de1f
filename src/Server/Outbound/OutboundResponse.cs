namespace Slipway.Server.Outbound;

/// <summary>An answer of the web, of which only the head has been read.</summary>
internal sealed class OutboundResponse(HttpResponseMessage response, Stream body) : IDisposable
{
    public int Status => (int)response.StatusCode;

    /// <summary>Another host gave it than the one that was asked: what it wants to be told is not for it.</summary>
    public bool IsElsewhere { get; init; }

    /// <summary>Bytes of the body, when the head says so.</summary>
    public long? Length => response.Content.Headers.ContentLength;

    public string? MediaType => response.Content.Headers.ContentType?.MediaType;

    /// <summary>Read once. Throws when the answer breaks off.</summary>
    public Stream Body => body;

    /// <returns>All values of that name; nothing when there is none.</returns>
    public string? Header(string name) => response.Headers.TryGetValues(name, out var values) ? string.Join(", ", values) : null;

    /// <summary>The body, up to its end or so many bytes.</summary>
    /// <param name="limit">From the call to the end.</param>
    /// <exception cref="IOException">It breaks off, or takes longer.</exception>
    public async Task<ReadOnlyMemory<byte>> ReadAsync(int maxBytes, TimeSpan limit, TimeProvider time, CancellationToken ct)
    {
        using var deadline = new CancellationTokenSource(limit, time);
        using var both = CancellationTokenSource.CreateLinkedTokenSource(ct, deadline.Token);
        var bytes = new byte[Math.Min(maxBytes, response.Content.Headers.ContentLength ?? maxBytes)];
        try
        {
            var length = await body.ReadAtLeastAsync(bytes, bytes.Length, throwOnEndOfStream: false, both.Token);
            return bytes.AsMemory(0, length);
        }
        catch (OperationCanceledException e) when (!ct.IsCancellationRequested)
        {
            throw new IOException("the answer takes too long", e);
        }
        catch (HttpRequestException e)
        {
            throw new IOException(e.Message, e);
        }
    }

    public void Dispose() => response.Dispose();
}
