using Microsoft.AspNetCore.Http;

namespace Slipway.Fault.Tests.Support;

/// <summary>The body of an answer that promises more than comes: some bytes, and then the connection is cut, or nothing comes any more.</summary>
/// <param name="share">Of each write, so much.</param>
internal sealed class CutBody(HttpContext http, double share, bool isSilent) : MemoryStream
{
    private readonly Stream _inner = http.Response.Body;

    public override async ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        await http.Response.StartAsync(cancellationToken);
        await _inner.WriteAsync(buffer[..(int)(buffer.Length * share)], cancellationToken);
        await _inner.FlushAsync(cancellationToken);
        if (isSilent)
            await Task.WhenAny(Task.Delay(Timeout.Infinite, http.RequestAborted));
        http.Abort();
    }
}
