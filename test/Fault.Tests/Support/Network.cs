using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;

namespace Slipway.Fault.Tests.Support;

/// <summary>
/// The way from a runner to a server, which can be cut: connections are reset in the middle of whatever they carry, and new ones as well; or which goes silent:
/// connections stay open, new ones too, and carry nothing until they are mended; or which loses some of what is asked.
/// </summary>
internal sealed class Network : IDisposable
{
    private readonly Socket _door = new(SocketType.Stream, ProtocolType.Tcp);
    private readonly ConcurrentDictionary<Socket, bool> _open = [];
    private readonly IPEndPoint _server;
    private volatile TaskCompletionSource _flow = new();
    private volatile bool _isCut;
    private Func<bool> _isLost = () => false;
    private int _lost;

    public Network(Uri server)
    {
        _server = new IPEndPoint(IPAddress.Loopback, server.Port);
        _flow.SetResult();
        _door.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        _door.Listen();
        Address = new Uri($"http://127.0.0.1:{((IPEndPoint)_door.LocalEndPoint!).Port}/");
        _ = AcceptAsync();
    }

    public Uri Address { get; }

    /// <summary>So many requests have got no answer.</summary>
    public int Lost => _lost;

    /// <summary>From now on one request in so many gets none: half of it arrives, or all of it and its answer does not. Its connection is reset.</summary>
    public void Lose(int oneIn, int seed)
    {
        var chance = new Random(seed);
        _isLost = () =>
        {
            lock (chance)
                return chance.Next(oneIn) == 0;
        };
    }

    public void Cut()
    {
        _isCut = true;
        foreach (var socket in _open.Keys)
            Reset(socket);
    }

    public void Silence() => _flow = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);

    public void Mend()
    {
        _isCut = false;
        _flow.TrySetResult();
    }

    public void Dispose()
    {
        Cut();
        _flow.TrySetResult();
        _door.Dispose();
    }

    private async Task AcceptAsync()
    {
        try
        {
            while (true)
                _ = CarryAsync(await _door.AcceptAsync());
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException) { }
    }

    private async Task CarryAsync(Socket near)
    {
        using var far = new Socket(SocketType.Stream, ProtocolType.Tcp);
        (_open[near], _open[far]) = (true, true);
        try
        {
            if (_isCut)
                return;
            await far.ConnectAsync(_server);
            var isAnswerLost = false;
            await await Task.WhenAny(
                CarryAsync(near, far, piece => Asked(piece.Span, ref isAnswerLost)),
                CarryAsync(far, near, piece => isAnswerLost ? 0 : piece.Length)
            );
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException) { }
        finally
        {
            _open.TryRemove(near, out _);
            _open.TryRemove(far, out _);
            Reset(near);
            Reset(far);
        }
    }

    /// <param name="share">Of each piece, what is carried. Where that is not all, the way ends.</param>
    private async Task CarryAsync(Socket from, Socket to, Func<ReadOnlyMemory<byte>, int> share)
    {
        var buffer = new byte[16 * 1024];
        for (int count; (count = await from.ReceiveAsync(buffer)) > 0; )
        {
            await _flow.Task;
            var carried = share(buffer.AsMemory(0, count));
            for (var sent = 0; sent < carried; )
                sent += await to.SendAsync(buffer.AsMemory(sent, carried - sent));
            if (carried < count)
                return;
        }
    }

    /// <returns>How much of it arrives.</returns>
    private int Asked(ReadOnlySpan<byte> piece, ref bool isAnswerLost)
    {
        if (!IsRequest(piece) || !_isLost())
            return piece.Length;
        isAnswerLost = Interlocked.Increment(ref _lost) % 2 == 0;
        return isAnswerLost ? piece.Length : piece.Length / 2;
    }

    /// <summary>The first piece of one.</summary>
    private static bool IsRequest(ReadOnlySpan<byte> piece) =>
        piece.StartsWith("GET /"u8) || piece.StartsWith("POST /"u8) || piece.StartsWith("PUT /"u8) || piece.StartsWith("PATCH /"u8);

    private static void Reset(Socket socket)
    {
        try
        {
            socket.LingerState = new LingerOption(true, 0);
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException) { }

        socket.Dispose();
    }
}
