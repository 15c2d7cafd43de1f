using System.Net;
using System.Net.Sockets;

namespace Slipway.Cli.Commands.Serving;

/// <summary>What <c>--trusted-proxy</c> may say: an address, or a network in CIDR's notation.</summary>
internal static class ProxyList
{
    /// <exception cref="CommandException">One is neither.</exception>
    public static IReadOnlyList<IPNetwork> Read(IEnumerable<string> texts) => [.. texts.Select(One)];

    private static IPNetwork One(string text)
    {
        if (IPNetwork.TryParse(text, out var network))
            return network;
        return IPAddress.TryParse(text, out var one)
            ? new IPNetwork(one, one.AddressFamily == AddressFamily.InterNetwork ? 32 : 128)
            : throw new CommandException(
                ExitCode.Usage,
                $"--trusted-proxy wants an address or a network, and \"{text}\" is neither",
                "as in 10.0.0.7, 10.1.0.0/16 or fd00::/8"
            );
    }
}
