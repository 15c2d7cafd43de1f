using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using Slipway.Server.Tests.Registry;

namespace Slipway.Fault.Tests.Support;

/// <summary>Another registry on this machine, which can be made to stop in the middle of a layer.</summary>
internal sealed class Upstream : IDisposable
{
    private readonly HttpListener _listener = new();
    private readonly ConcurrentDictionary<string, (string Type, byte[] Bytes)> _content = [];
    private readonly ConcurrentQueue<string> _asked = [];
    private volatile TaskCompletionSource _go = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public Upstream()
    {
        _go.SetResult();
        // A listener cannot be given any port that is free; one that was may be taken meanwhile.
        for (var tries = 0; ; tries++)
        {
            using (var probe = new TcpListener(IPAddress.Loopback, 0))
            {
                probe.Start();
                Address = $"http://127.0.0.1:{((IPEndPoint)probe.LocalEndpoint).Port}";
            }

            _listener.Prefixes.Clear();
            _listener.Prefixes.Add(Address + "/");
            try
            {
                _listener.Start();
                break;
            }
            catch (HttpListenerException) when (tries < 50) { }
        }

        _ = Task.Run(ListenAsync);
    }

    public string Address { get; }

    /// <summary>How often a layer was fetched.</summary>
    public int Count(string digest) => _asked.Count(asked => asked.EndsWith(digest, StringComparison.Ordinal));

    /// <summary>From now on answers stop half way.</summary>
    public void Hold() => _go = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);

    public void Go() => _go.TrySetResult();

    /// <summary>An image of one layer.</summary>
    /// <returns>The digest of its manifest.</returns>
    public string Image(string repository, byte[] layer)
    {
        var config = Images.Bytes(100);
        var manifest = Images.Image(config, layer).ToBytes();
        foreach (var blob in (byte[][])[config, layer])
            _content[$"/v2/{repository}/blobs/{Images.Digest(blob)}"] = ("application/octet-stream", blob);
        _content[$"/v2/{repository}/manifests/{Images.Digest(manifest)}"] = (Images.OciImage, manifest);
        return Images.Digest(manifest);
    }

    public void Dispose()
    {
        Go();
        _listener.Close();
    }

    private async Task ListenAsync()
    {
        try
        {
            while (true)
                _ = AnswerAsync(await _listener.GetContextAsync());
        }
        catch (Exception e) when (e is HttpListenerException or ObjectDisposedException or InvalidOperationException) { }
    }

    private async Task AnswerAsync(HttpListenerContext call)
    {
        try
        {
            var path = call.Request.Url!.AbsolutePath;
            _asked.Enqueue($"{call.Request.HttpMethod} {path}");
            if (_content.TryGetValue(path, out var found))
            {
                (call.Response.ContentType, call.Response.ContentLength64) = (found.Type, found.Bytes.Length);
                var half = found.Bytes.Length / 2;
                await call.Response.OutputStream.WriteAsync(found.Bytes.AsMemory(0, half));
                await call.Response.OutputStream.FlushAsync();
                await _go.Task;
                await call.Response.OutputStream.WriteAsync(found.Bytes.AsMemory(half));
            }
            else
            {
                call.Response.StatusCode = 404;
            }

            call.Response.Close();
        }
        catch (Exception e) when (e is HttpListenerException or ObjectDisposedException or InvalidOperationException)
        {
            // Who asked has been killed.
        }
    }
}
