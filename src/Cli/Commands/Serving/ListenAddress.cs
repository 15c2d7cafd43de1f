using System.Net;

namespace Slipway.Cli.Commands.Serving;

/// <summary>Where to listen, as people write it: <c>8080</c>, <c>:8080</c>, <c>0.0.0.0:80</c>, <c>[::1]:8080</c>.</summary>
internal static class ListenAddress
{
    /// <exception cref="CommandException">It is no address.</exception>
    public static IPEndPoint Parse(string text, string option = "--listen")
    {
        // A port alone is every address of this machine's, as in other programs; no port at all is this program's own.
        var whole =
            text.StartsWith(':') ? "0.0.0.0" + text
            : text.All(char.IsAsciiDigit) ? "127.0.0.1:" + text
            : text.Replace("localhost:", "127.0.0.1:");
        return IPEndPoint.TryParse(whole, out var end) && (end.Port > 0 || whole.EndsWith(":0"))
            ? end
            : throw new CommandException(
                ExitCode.Usage,
                $"{option} wants an address and a port, and \"{text}\" is not that",
                $"{option} 127.0.0.1:8080"
            );
    }
}
