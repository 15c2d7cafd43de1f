using System.Net;
using System.Net.NetworkInformation;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Https;

namespace Slipway.Server.Registry.Local;

/// <summary>
/// One port for those who speak TLS and those who do not: engines in containers are told of the certificate, while kaniko and others go on in plain HTTP when a
/// certificate is unknown. The first byte tells: 22 begins a TLS handshake. https://www.rfc-editor.org/rfc/rfc8446#section-5.1
/// </summary>
internal static class EitherTls
{
    private const byte Handshake = 22;

    public static void Use(ListenOptions listen, X509Certificate2 certificate)
    {
        ConnectionDelegate? plain = null;
        listen.Protocols = HttpProtocols.Http1;
        listen.Use(secure => connection => ChooseAsync(connection, secure, plain!));
        listen.UseHttps(new HttpsConnectionAdapterOptions { ServerCertificate = certificate });
        // What comes after TLS.
        listen.Use(next => plain = next);
    }

    private static async Task ChooseAsync(ConnectionContext connection, ConnectionDelegate secure, ConnectionDelegate plain)
    {
        if (connection.RemoteEndPoint is not IPEndPoint from || !IsFromThisMachine(from.Address))
            return;
        var input = connection.Transport.Input;
        var read = await input.ReadAsync(connection.ConnectionClosed);
        var isTls = !read.Buffer.IsEmpty && read.Buffer.FirstSpan[0] == Handshake;
        input.AdvanceTo(read.Buffer.Start);
        await (isTls ? secure : plain)(connection);
    }

    /// <summary>
    /// This machine itself, or a container of its: the address is on a bridge that leads nowhere else. Linux answers on all its addresses whatever wire a packet
    /// came by, so listening on the bridge's own is not enough.
    /// </summary>
    internal static bool IsFromThisMachine(IPAddress address)
    {
        var from = address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address;
        if (IPAddress.IsLoopback(from))
            return true;
        foreach (var nic in NetworkInterface.GetAllNetworkInterfaces())
        {
            var properties = nic.GetIPProperties();
            foreach (var own in properties.UnicastAddresses.Where(own => own.Address.AddressFamily == AddressFamily.InterNetwork))
            {
                if (own.Address.Equals(from))
                    return true;
                if (new IPNetwork(Base(own.Address, own.PrefixLength), own.PrefixLength).Contains(from))
                    return properties.GatewayAddresses.Count == 0 && Directory.Exists($"/sys/class/net/{nic.Name}/bridge");
            }
        }

        return false;
    }

    private static IPAddress Base(IPAddress address, int prefix)
    {
        var bytes = address.GetAddressBytes();
        for (var bit = prefix; bit < bytes.Length * 8; bit++)
            bytes[bit / 8] &= (byte)~(0x80 >> (bit % 8));
        return new IPAddress(bytes);
    }
}
