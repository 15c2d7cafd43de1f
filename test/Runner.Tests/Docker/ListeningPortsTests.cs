using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using Slipway.Runner.Executors.Docker.Services;
using Xunit;

namespace Slipway.Runner.Tests.Docker;

public sealed class ListeningPortsTests
{
    [Fact]
    public void Of_all_sockets_of_a_machine_only_those_that_listen_are_printed()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "/proc/net/tcp is Linux's");
        using var listener = new TcpListener(IPAddress.Any, 0);
        listener.Start();
        var port = ((IPEndPoint)listener.LocalEndpoint).Port;
        using var client = new TcpClient("127.0.0.1", port);
        var start = new ProcessStartInfo("sh", ["-c", ListeningPorts.Script]) { UseShellExecute = false, RedirectStandardOutput = true };

        using var shell = Process.Start(start)!;
        var printed = shell.StandardOutput.ReadToEnd();

        Assert.Contains(port, ListeningPorts.Read(printed));
        Assert.All(printed.Split('\n', StringSplitOptions.RemoveEmptyEntries), line => Assert.Contains(" 0A ", line));
    }
}
