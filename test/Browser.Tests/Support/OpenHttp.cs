using System.Net;

namespace Slipway.Browser.Tests.Support;

/// <summary>A web server of the tests' own, on a port that nobody has.</summary>
internal sealed class OpenHttp : IAsyncDisposable
{
    private readonly HttpListener _listener;
    private readonly Func<string, (string Type, byte[] Bytes)?> _find;
    private readonly Task _serving;

    /// <param name="find">What stands at a path; nothing: 404.</param>
    public OpenHttp(Func<string, (string Type, byte[] Bytes)?> find)
    {
        _find = find;
        (_listener, Address) = Listen();
        _serving = ServeAsync();
    }

    public string Address { get; }

    public async ValueTask DisposeAsync()
    {
        _listener.Close();
        await _serving;
    }

    private static (HttpListener Listener, string Address) Listen()
    {
        for (var attempt = 0; ; attempt++)
        {
            var address = $"http://127.0.0.1:{Random.Shared.Next(20_000, 60_000)}";
            // One that could not start cannot be started again.
            var listener = new HttpListener { Prefixes = { address + "/" } };
            try
            {
                listener.Start();
                return (listener, address);
            }
            catch (HttpListenerException) when (attempt < 50)
            {
                listener.Close();
            }
        }
    }

    private async Task ServeAsync()
    {
        while (_listener.IsListening)
        {
            try
            {
                await AnswerAsync(await _listener.GetContextAsync());
            }
            catch (Exception e) when (e is HttpListenerException or ObjectDisposedException or IOException)
            {
                // Whoever asked is gone, or the listener is.
            }
        }
    }

    private async Task AnswerAsync(HttpListenerContext call)
    {
        using var response = call.Response;
        if (_find(call.Request.Url!.AbsolutePath) is not var (type, bytes))
        {
            response.StatusCode = 404;
            return;
        }

        (response.ContentType, response.ContentLength64) = (type, bytes.Length);
        if (call.Request.HttpMethod != "HEAD")
            await response.OutputStream.WriteAsync(bytes);
    }
}
