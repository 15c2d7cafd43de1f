using Microsoft.AspNetCore.Http;

namespace Slipway.Server.Http;

/// <summary>Sends large bodies without a copy of their own: what is read goes where Kestrel sends from.</summary>
internal static class StreamedBody
{
    private const int PieceBytes = 64 * 1024;

    /// <summary>Sends all that a stream still has. Ends early when the client has gone.</summary>
    public static async Task SendAsync(HttpResponse response, Stream bytes, CancellationToken ct)
    {
        var writer = response.BodyWriter;
        while (await bytes.ReadAsync(writer.GetMemory(PieceBytes)[..PieceBytes], ct) is > 0 and var read)
        {
            writer.Advance(read);
            if ((await writer.FlushAsync(ct)).IsCompleted)
                return;
        }
    }
}
