using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Slipway.Server.Accounts;
using Slipway.Server.Blobs;
using Slipway.Server.Data;
using Slipway.Server.Http;
using Slipway.Server.Outbound;
using Slipway.Server.Registry;
using Slipway.Server.Registry.Local;

namespace Slipway.Server;

/// <summary>The server's container registry and nothing else of it, for one local run and its jobs.</summary>
public sealed class LocalRegistry : IAsyncDisposable
{
    /// <summary>A port that is free at one address may be taken at the other.</summary>
    private const int Tries = 20;

    private readonly WebApplication _app;
    private readonly Db _db;
    private readonly DiskBlobStore _blobs;
    private readonly X509Certificate2 _certificate;

    private LocalRegistry(WebApplication app, Db db, DiskBlobStore blobs, X509Certificate2 certificate, int port) =>
        (_app, _db, _blobs, _certificate, Port) = (app, db, blobs, certificate, port);

    public int Port { get; }

    /// <summary>PEM. The port speaks TLS with it, and plain HTTP too.</summary>
    public string Certificate => _certificate.ExportCertificatePem() + "\n";

    /// <param name="folder">What is pushed is kept there. Made when it is not there.</param>
    /// <param name="addresses">Of this machine, at least one; it answers there, on the same port, and only to this machine and its containers.</param>
    /// <param name="password">Lets in, under any name, to everything.</param>
    /// <param name="time">Of all that is kept.</param>
    /// <param name="ct">Ends the start.</param>
    /// <exception cref="IOException">The folder cannot be used, or no port is free.</exception>
    /// <exception cref="ServerStartException">The folder's database cannot be opened.</exception>
    public static async Task<LocalRegistry> StartAsync(
        string folder,
        IReadOnlyList<IPAddress> addresses,
        string password,
        TimeProvider time,
        CancellationToken ct
    )
    {
        OwnFolder.Make(folder);
        var server = new ServerOptions { DataFolder = folder };
        var db = await OpenAsync(server, time, ct);
        var blobs = new DiskBlobStore(server.Folder("blobs"));
        var url = new ServerUrl();
        var certificate = RunCertificate.Make(addresses, time);
        try
        {
            var keys = await ServerKeys.OpenAsync(server, db, ct);
            var guest = await RunGuest.OpenAsync(db, password, time, ct);
            for (var tried = 1; ; tried++)
            {
                var port = FreePort(addresses[0]);
                url.Is(() => new Uri($"http://{addresses[^1]}:{port}"));
                var app = Build(addresses, port, certificate, Parts);
                try
                {
                    await app.StartAsync(ct);
                    return new LocalRegistry(app, db, blobs, certificate, port);
                }
                catch (IOException) when (tried < Tries)
                {
                    await app.DisposeAsync();
                }
            }

            void Parts(IServiceCollection services)
            {
                services.AddSingleton(server).AddSingleton(time).AddSingleton(url);
                services.AddSingleton(db).AddSingleton(keys).AddSingleton<IBlobStore>(blobs).AddSingleton(guest);
                services
                    .AddSingleton<Passwords>()
                    .AddSingleton<SignInLimits>()
                    .AddSingleton<AccountLocks>()
                    .AddSingleton<SignIn>()
                    .AddSingleton<Authentication>();
                services.AddOutbound().AddRegistry();
            }
        }
        catch
        {
            certificate.Dispose();
            blobs.Dispose();
            await db.DisposeAsync();
            throw;
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _app.StopAsync();
        await _app.DisposeAsync();
        await _db.DisposeAsync();
        _blobs.Dispose();
        _certificate.Dispose();
    }

    private static async Task<Db> OpenAsync(ServerOptions options, TimeProvider time, CancellationToken ct)
    {
        try
        {
            return await Db.OpenAsync(new DataOptions(options.DatabaseAddress), time, ct);
        }
        catch (DatabaseException e)
        {
            throw new ServerStartException(e.Message, e);
        }
    }

    private static WebApplication Build(
        IReadOnlyList<IPAddress> addresses,
        int port,
        X509Certificate2 certificate,
        Action<IServiceCollection> parts
    )
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder
            .WebHost.UseKestrelCore()
            .ConfigureKestrel(kestrel =>
            {
                kestrel.AddServerHeader = false;
                kestrel.Limits.MaxRequestHeadersTotalSize = 32 * 1024;
                kestrel.Limits.MaxRequestBodySize = Parameters.MaxBody;
                foreach (var address in addresses)
                    kestrel.Listen(address, port, listen => EitherTls.Use(listen, certificate));
            });
        builder.Services.AddRoutingCore();
        builder.Services.AddSingleton<IMemoryPoolFactory<byte>, LargeBlocks.Factory>();
        // The run is over: nobody waits for an answer.
        builder.Services.Configure<HostOptions>(host => host.ShutdownTimeout = TimeSpan.FromSeconds(2));
        parts(builder.Services);
        var app = builder.Build();
        app.UseFailures();
        app.MapRegistry();
        return app;
    }

    private static int FreePort(IPAddress address)
    {
        using var listener = new TcpListener(address, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
