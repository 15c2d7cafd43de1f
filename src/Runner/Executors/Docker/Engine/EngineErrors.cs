using System.Net;
using System.Net.Sockets;

namespace Slipway.Runner.Executors.Docker.Engine;

/// <summary>The engine answered, and it was no. The message is the engine's own.</summary>
internal sealed class EngineException(HttpStatusCode status, string message) : Exception(message)
{
    public HttpStatusCode Status { get; } = status;

    public bool NotFound => Status == HttpStatusCode.NotFound;
}

/// <summary>No engine answers. The message says which address was tried, why it failed, and what to do.</summary>
public sealed class EngineUnreachableException : Exception
{
    internal EngineUnreachableException(string message)
        : base(message) { }

    internal EngineUnreachableException(EngineAddress address, Exception cause)
        : base(Describe(address, cause), cause) { }

    private static string Describe(EngineAddress address, Exception cause)
    {
        var innermost = cause;
        while (innermost.InnerException is { } inner && innermost is not SocketException)
            innermost = inner;

        var advice = innermost switch
        {
            SocketException { SocketErrorCode: SocketError.AccessDenied } =>
                "this user may not use the socket; adding it to the group that owns the socket (docker) helps",
            SocketException { SocketErrorCode: SocketError.ConnectionRefused } => "nothing listens there; is the engine running?",
            SocketException when address is EngineAddress.UnixSocket { Path: var path } && !File.Exists(path) =>
                "there is no such socket; is the engine running?",
            _ => innermost.Message,
        };
        return $"Cannot connect to the Docker engine at {address}: {advice}";
    }
}
