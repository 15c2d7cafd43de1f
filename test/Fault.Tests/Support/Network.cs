using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;

namespace Slipway.Fault.Tests.Support;

/// <summary>
/// The way from a runner to a server, which can be cut: connections are reset in the middle of whatever they carry, and new ones as well; or which goes silent:
/// connections stay open, new ones too, and carry nothing until they are mended.
/// </summary>
internal sealed class Network : IDisposable
{
    private readonly Socket _door = new(SocketType.Stream, ProtocolType.Tcp);
    private readonly ConcurrentDictionary<Socket, bool> _open = [];
    private readonly IPEndPoint _server;
    private volatile TaskCompletionSource _flow = new();
    private volatile bool _isCut;

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
            await await Task.WhenAny(CarryAsync(near, far), CarryAsync(far, near));
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException) { }
        finally
        {
            _open.TryRemove(near, out _);
            _open.TryRemove(far, out _);
            Reset(near);
        }
    }

    private async Task CarryAsync(Socket from, Socket to)
    {
        var buffer = new byte[16 * 1024];
        for (int count; (count = await from.ReceiveAsync(buffer)) > 0; )
        {
            await _flow.Task;
            for (var sent = 0; sent < count; )
                sent += await to.SendAsync(buffer.AsMemory(sent, count - sent));
        }
    }

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
