using System.Globalization;

namespace Slipway.Runner.Executors.Docker.Services;

/// <summary>Reads Linux's tables of TCP sockets, <c>/proc/net/tcp</c> and <c>tcp6</c> (proc_net_tcp in the kernel's documentation).</summary>
internal static class ListeningPorts
{
    /// <summary>
    /// Prints what listens, with nothing but a shell. A service on the machine's own network has a table with all of its sockets, of whom there can be more than
    /// anybody wants to read.
    /// </summary>
    public const string Script = """
        for t in /proc/net/tcp /proc/net/tcp6; do while read -r l; do case $l in *" 0A "*) echo "$l" ;; esac; done <$t; done 2>/dev/null
        """;

    private const string Listening = "0A";

    /// <summary>The ports that accept connections from other containers: those bound to loopback only do not.</summary>
    public static IReadOnlySet<int> Read(string tables)
    {
        var ports = new HashSet<int>();
        foreach (var line in tables.Split('\n'))
        {
            var fields = line.Split(' ', StringSplitOptions.RemoveEmptyEntries);
            if (fields.Length < 4 || fields[3] != Listening || fields[1].Split(':') is not [var address, var port])
                continue;
            // Addresses stand in the machine's byte order, words of four bytes: 127.0.0.1 is 0100007F, ::1 ends in 01000000.
            var loopback =
                address.Length == 8 ? address.EndsWith("7F", StringComparison.Ordinal) : address == "00000000000000000000000001000000";
            if (!loopback && int.TryParse(port, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var number))
                ports.Add(number);
        }

        return ports;
    }
}
