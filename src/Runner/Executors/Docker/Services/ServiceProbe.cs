using System.Net;
using System.Net.NetworkInformation;
using System.Net.Sockets;
using System.Text;
using Slipway.Runner.Executors.Docker.Engine;

namespace Slipway.Runner.Executors.Docker.Services;

/// <summary>
/// Tries once whether a service is up. Ports are tried by connecting from here when the containers' network is this machine's own, and else
/// (an engine elsewhere, in a virtual machine, rootless) by reading the service's socket table from inside.
/// </summary>
/// <param name="service">Looked at after its start, so that it has its address.</param>
internal sealed class ServiceProbe(EngineClient engine, ContainerDetails service)
{
    private static readonly TimeSpan _patience = TimeSpan.FromSeconds(1);
    private readonly Lazy<IPAddress?> _address = new(() => AddressOf(service));

    /// <returns><see langword="null"/>: it is up. Otherwise what was found.</returns>
    /// <exception cref="EngineException">It cannot be tried.</exception>
    public Task<string?> TryAsync(ServiceCheck check, CancellationToken ct) =>
        check switch
        {
            ServiceCheck.Command(var words) => RunAsync(words, ct),
            ServiceCheck.AnyPort(var ports) => _address.Value is { } address
                ? ConnectAsync(address, ports, ct)
                : LookInsideAsync(ports, ct),
            _ => Task.FromResult<string?>(null),
        };

    /// <summary>Where this process can reach the service itself.</summary>
    /// <returns><see langword="null"/>: the network's gateway is not this machine, so an address of it could be anybody's.</returns>
    private static IPAddress? AddressOf(ContainerDetails service)
    {
        foreach (var endpoint in service.NetworkSettings?.Networks?.Values ?? Enumerable.Empty<Endpoint>())
            if (
                IPAddress.TryParse(endpoint.IPAddress, out var address)
                && IPAddress.TryParse(endpoint.Gateway, out var gateway)
                && IsOwn(gateway)
            )
                return address;
        return null;
    }

    private static bool IsOwn(IPAddress address)
    {
        try
        {
            return NetworkInterface
                .GetAllNetworkInterfaces()
                .Any(i => i.GetIPProperties().UnicastAddresses.Any(own => own.Address.Equals(address)));
        }
        catch (NetworkInformationException)
        {
            return false;
        }
    }

    private static async Task<string?> ConnectAsync(IPAddress address, IReadOnlyList<int> ports, CancellationToken ct)
    {
        var tries = await Task.WhenAll(ports.Select(port => AcceptsAsync(address, port, ct)));
        return tries.Any(accepted => accepted) ? null : $"no connection to port {string.Join(", ", ports)}";
    }

    private static async Task<bool> AcceptsAsync(IPAddress address, int port, CancellationToken ct)
    {
        using var socket = new Socket(address.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(ct);
        limit.CancelAfter(_patience);
        try
        {
            await socket.ConnectAsync(address, port, limit.Token);
            return true;
        }
        catch (Exception e) when (e is SocketException or OperationCanceledException && !ct.IsCancellationRequested)
        {
            return false;
        }
    }

    private async Task<string?> LookInsideAsync(IReadOnlyList<int> ports, CancellationToken ct)
    {
        var (_, tables) = await ExecAsync(["sh", "-c", ListeningPorts.Script], ct);
        var open = ListeningPorts.Read(tables);
        return ports.Any(open.Contains) ? null : $"nothing listens on port {string.Join(", ", ports)}";
    }

    private async Task<string?> RunAsync(string[] words, CancellationToken ct)
    {
        var (exit, output) = await ExecAsync(words, ct);
        return exit == 0 ? null : $"its health check ended with exit code {exit}: {output.Trim()}";
    }

    private async Task<(int Exit, string Output)> ExecAsync(string[] words, CancellationToken ct)
    {
        const int Enough = 64 * 1024;
        var output = new StringBuilder();
        var exit = await engine.ExecAsync(
            service.Id,
            words,
            (_, bytes) =>
            {
                if (output.Length < Enough)
                    output.Append(Encoding.UTF8.GetString(bytes.Span));
                return ValueTask.CompletedTask;
            },
            ct
        );
        return (exit, output.ToString());
    }
}
