using System.Globalization;
using System.Net;
using System.Text;

namespace Slipway.Runner.Executors.Docker.Engine;

/// <summary>
/// A connection that the engine has turned over to a container: what is written goes to the container's standard input, and its output
/// comes back in frames (<see cref="OutputFrames"/>). <see cref="HttpClient"/> cannot close one direction only, hence the hand-made request.
/// </summary>
internal sealed class HijackedStream : IAsyncDisposable
{
    private const int MaxHead = 16 * 1024;
    private readonly Stream _stream;
    private readonly ReadOnlyMemory<byte> _early;

    private HijackedStream(Stream stream, ReadOnlyMemory<byte> early) => (_stream, _early) = (stream, early);

    public static async Task<HijackedStream> OpenAsync(
        EngineDialer dialer,
        EngineAddress address,
        string pathAndQuery,
        CancellationToken ct
    )
    {
        Stream stream;
        try
        {
            stream = await dialer.DialAsync(ct);
        }
        catch (Exception e)
            when (e is IOException or System.Net.Sockets.SocketException or System.Security.Authentication.AuthenticationException)
        {
            throw new EngineUnreachableException(address, e);
        }

        try
        {
            var request =
                $"POST {pathAndQuery} HTTP/1.1\r\nHost: docker\r\nConnection: Upgrade\r\nUpgrade: tcp\r\nContent-Length: 0\r\n\r\n";
            await stream.WriteAsync(Encoding.ASCII.GetBytes(request), ct);
            await stream.FlushAsync(ct);
            return new HijackedStream(stream, await ReadHeadAsync(stream, ct));
        }
        catch
        {
            await stream.DisposeAsync();
            throw;
        }
    }

    /// <summary>Writes everything and closes the container's standard input. A container that ends without reading it all is no error.</summary>
    public async Task SendInputAsync(ReadOnlyMemory<byte> input, CancellationToken ct)
    {
        try
        {
            await _stream.WriteAsync(input, ct);
            await EngineDialer.CloseWritingAsync(_stream);
        }
        catch (Exception e) when (e is IOException or System.Net.Sockets.SocketException)
        {
            // The other end is gone; its exit code tells why.
        }
    }

    /// <summary>Hands on all output until the container's end. A connection that breaks counts as the end: the exit code is asked for elsewhere.</summary>
    public async Task ReadOutputAsync(OutputSink sink, CancellationToken ct)
    {
        try
        {
            await OutputFrames.CopyAsync(_stream, _early, sink, ct);
        }
        catch (IOException e) when (e.InnerException is System.Net.Sockets.SocketException) { }
    }

    public ValueTask DisposeAsync() => _stream.DisposeAsync();

    /// <returns>What came behind the head in the same breath: the first output.</returns>
    private static async Task<ReadOnlyMemory<byte>> ReadHeadAsync(Stream stream, CancellationToken ct)
    {
        var buffer = new byte[MaxHead];
        var length = 0;
        while (length < buffer.Length)
        {
            var read = await stream.ReadAsync(buffer.AsMemory(length), ct);
            if (read == 0)
                break;

            length += read;
            var end = buffer.AsSpan(0, length).IndexOf("\r\n\r\n"u8);
            if (end < 0)
                continue;

            var status = StatusOf(buffer);
            // 200 is what engines answer that do not know the upgrade.
            return status is HttpStatusCode.SwitchingProtocols or HttpStatusCode.OK
                ? buffer.AsMemory((end + 4)..length)
                : throw new EngineException(status, await ErrorTextAsync(stream, buffer, end + 4, length, ct));
        }

        throw new IOException("The Docker engine closed the connection instead of attaching to the container.");
    }

    private static HttpStatusCode StatusOf(ReadOnlySpan<byte> head) =>
        head.StartsWith("HTTP/1."u8)
        && head.Length > 12
        && int.TryParse(head[9..12], NumberStyles.None, CultureInfo.InvariantCulture, out var code)
            ? (HttpStatusCode)code
            : throw new IOException("What answers is not a Docker engine.");

    private static async Task<string> ErrorTextAsync(Stream stream, byte[] buffer, int start, int length, CancellationToken ct)
    {
        // The object's end is the text's end, whether the body came in chunks or in one piece.
        while (length < buffer.Length && buffer.AsSpan(start, length - start).IndexOf((byte)'}') < 0)
        {
            var read = await stream.ReadAsync(buffer.AsMemory(length), ct);
            if (read == 0)
                break;

            length += read;
        }

        var body = buffer.AsSpan(start, length - start);
        var open = body.IndexOf((byte)'{');
        return EngineJson.ErrorText(open < 0 ? body : body[open..(body.LastIndexOf((byte)'}') + 1)]);
    }
}
