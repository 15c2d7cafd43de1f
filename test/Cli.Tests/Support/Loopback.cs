using System.Net;

namespace Slipway.Cli.Tests.Support;

/// <summary>HTTP listeners on this machine, on a port that nobody has.</summary>
internal static class Loopback
{
    public static (HttpListener Listener, int Port) Listen()
    {
        for (var attempt = 0; ; attempt++)
        {
            var port = Random.Shared.Next(20_000, 60_000);
            // One that could not start cannot be started again.
            var listener = new HttpListener { Prefixes = { $"http://127.0.0.1:{port}/" } };
            try
            {
                listener.Start();
                return (listener, port);
            }
            catch (HttpListenerException) when (attempt < 50)
            {
                listener.Close();
            }
        }
    }
}
