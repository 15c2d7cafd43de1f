using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using System.Threading.Channels;

namespace Slipway.Server.Tests.Webhooks;

/// <summary>Somebody on this machine who is told of events, and answers as a test says.</summary>
internal sealed class Receiver : IDisposable
{
    private readonly HttpListener _listener = new();
    private readonly Channel<Event> _events = Channel.CreateUnbounded<Event>();

    public Receiver()
    {
        // A listener cannot be given any port that is free; one that was may be taken meanwhile.
        for (var tries = 0; ; tries++)
        {
            using (var probe = new TcpListener(IPAddress.Loopback, 0))
            {
                probe.Start();
                Url = $"http://127.0.0.1:{((IPEndPoint)probe.LocalEndpoint).Port}/hook";
            }

            _listener.Prefixes.Clear();
            _listener.Prefixes.Add(Url + "/");
            try
            {
                _listener.Start();
                break;
            }
            catch (HttpListenerException) when (tries < 50) { }
        }

        _ = Task.Run(ListenAsync);
    }

    public string Url { get; }

    /// <summary>What it answers with.</summary>
    public int Status { get; set; } = 200;

    public async Task<Event> NextAsync(CancellationToken ct)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(ct);
        limit.CancelAfter(TimeSpan.FromSeconds(60));
        return await _events.Reader.ReadAsync(limit.Token);
    }

    public bool HasMore => _events.Reader.TryPeek(out _);

    public void Dispose() => _listener.Close();

    private async Task ListenAsync()
    {
        try
        {
            while (true)
            {
                var call = await _listener.GetContextAsync();
                using var reader = new StreamReader(call.Request.InputStream, Encoding.UTF8);
                var body = await reader.ReadToEndAsync();
                var headers = call.Request.Headers.AllKeys.ToDictionary(
                    key => key!,
                    key => call.Request.Headers[key]!,
                    StringComparer.OrdinalIgnoreCase
                );
                call.Response.StatusCode = Status;
                call.Response.OutputStream.Write("thanks"u8);
                call.Response.Close();
                await _events.Writer.WriteAsync(new Event(headers, body));
            }
        }
        catch (Exception e) when (e is HttpListenerException or ObjectDisposedException or InvalidOperationException) { }
    }

    internal sealed record Event(IReadOnlyDictionary<string, string> Headers, string Body)
    {
        public JsonElement Json => JsonDocument.Parse(Body).RootElement;

        public string Text(string name) => Json.GetProperty(name).GetString()!;
    }
}
