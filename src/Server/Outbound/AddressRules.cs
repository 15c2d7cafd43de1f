using System.Net;
using System.Net.Sockets;

namespace Slipway.Server.Outbound;

/// <summary>Which addresses a user's URL may lead to: the public internet, and what an administrator allows by name. Everything else is the server's own neighbourhood.</summary>
/// <param name="allowed">Host names, addresses and networks (<c>git.example.com</c>, <c>10.0.0.7</c>, <c>10.1.0.0/16</c>) that may be reached although they are not public. At most 1,000.</param>
internal sealed class AddressRules(IReadOnlyList<string> allowed)
{
    public const int MostAllowed = 1000;

    /// <summary>https://www.iana.org/assignments/iana-ipv4-special-registry and the same for IPv6: what is not globally reachable, and multicast.</summary>
    private static readonly IPNetwork[] Private =
    [
        .. (
            (string[])
                [
                    "0.0.0.0/8",
                    "10.0.0.0/8",
                    "100.64.0.0/10",
                    "127.0.0.0/8",
                    "169.254.0.0/16",
                    "172.16.0.0/12",
                    "192.0.0.0/24",
                    "192.0.2.0/24",
                    "192.88.99.0/24",
                    "192.168.0.0/16",
                    "198.18.0.0/15",
                    "198.51.100.0/24",
                    "203.0.113.0/24",
                    "224.0.0.0/3",
                    "::/96",
                    "::ffff:0:0/96",
                    "64:ff9b::/96",
                    "64:ff9b:1::/48",
                    "100::/64",
                    "2001::/23",
                    "2001:db8::/32",
                    "2002::/16",
                    "3fff::/20",
                    "5f00::/16",
                    "fc00::/7",
                    "fe80::/10",
                    "fec0::/10",
                    "ff00::/8",
                ]
        ).Select(IPNetwork.Parse),
    ];

    private readonly HashSet<string> _names = new(allowed.Take(MostAllowed), StringComparer.OrdinalIgnoreCase);
    private readonly IPNetwork[] _networks = [.. allowed.Take(MostAllowed).Select(NetworkOf).OfType<IPNetwork>()];

    /// <param name="host">As the URL names it.</param>
    /// <param name="address">One of those that the name stands for.</param>
    public bool Allows(string host, IPAddress address)
    {
        if (_names.Contains(host))
            return true;
        // ::ffff:127.0.0.1 is 127.0.0.1 to the machine.
        var plain = address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address;
        return _networks.Any(network => network.Contains(plain)) || !Private.Any(network => network.Contains(plain));
    }

    /// <summary>What is wrong with a URL as it is written; the address is looked at when it is connected to.</summary>
    public static string? Problem(Uri url)
    {
        if (!url.IsAbsoluteUri || url.Scheme is not ("http" or "https"))
            return "Only allowed schemes are http, https";
        if (url.UserInfo.Length > 0)
            return "Username and password are not allowed";
        if (url.Host.Length == 0 || url.OriginalString.AsSpan().IndexOfAny('\r', '\n', '\t') >= 0)
            return "URI is invalid";
        const int firstOfUsers = 1024;
        return url.Port is 80 or 443 or >= firstOfUsers ? null : $"Only allowed ports are 80, 443, and any over {firstOfUsers}";
    }

    private static IPNetwork? NetworkOf(string text) =>
        IPNetwork.TryParse(text, out var network) ? network
        : IPAddress.TryParse(text, out var one) ? new IPNetwork(one, one.AddressFamily == AddressFamily.InterNetwork ? 32 : 128)
        : null;
}
