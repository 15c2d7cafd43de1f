using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;

namespace Slipway.Fault.Tests.Support;

/// <summary>The way from a runner to a server, which can be cut: connections are reset in the middle of whatever they carry, and new ones refused.</summary>
internal sealed class Network : IDisposable
{
    private readonly TcpListener _door = new(IPAddress.Loopback, 0);
    private readonly ConcurrentDictionary<TcpClient, bool> _open = [];
    private readonly Uri _server;
    private volatile bool _isCut;

    public Network(Uri server)
    {
        _server = server;
        _door.Start();
        Address = new Uri($"http://127.0.0.1:{((IPEndPoint)_door.LocalEndpoint).Port}/");
        _ = AcceptAsync();
    }

    public Uri Address { get; }

    public void Cut()
    {
        _isCut = true;
        foreach (var client in _open.Keys)
            Reset(client);
    }

    public void Mend() => _isCut = false;

    public void Dispose()
    {
        Cut();
        _door.Dispose();
    }

    private async Task AcceptAsync()
    {
        try
        {
            while (true)
                _ = CarryAsync(await _door.AcceptTcpClientAsync());
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException) { }
    }

    private async Task CarryAsync(TcpClient near)
    {
        using var far = new TcpClient();
        (_open[near], _open[far]) = (true, true);
        try
        {
            if (_isCut)
                return;
            await far.ConnectAsync(_server.Host, _server.Port);
            await Task.WhenAny(near.GetStream().CopyToAsync(far.GetStream()), far.GetStream().CopyToAsync(near.GetStream()));
        }
        catch (Exception e) when (e is IOException or SocketException or ObjectDisposedException or InvalidOperationException) { }
        finally
        {
            _open.TryRemove(near, out _);
            _open.TryRemove(far, out _);
            Reset(near);
        }
    }

    private static void Reset(TcpClient client)
    {
        try
        {
            client.LingerState = new LingerOption(true, 0);
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException) { }

        client.Dispose();
    }
}
