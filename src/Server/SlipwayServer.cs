using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Slipway.Server.Accounts;
using Slipway.Server.Blobs;
using Slipway.Server.Data;
using Slipway.Server.Http;
using Slipway.Server.Http.Metrics;
using Slipway.Server.Registry.Proxy;
using Slipway.Server.Secrets;
using Slipway.Server.Work;

namespace Slipway.Server;

/// <summary>A running server: Git, API v4 and the runners' coordinator behind one port.</summary>
public sealed class SlipwayServer : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly Db _db;
    private readonly Kept _kept;
    private readonly CancellationTokenSource _stop = new();
    private readonly Task _work;

    private SlipwayServer(WebApplication app, Kept kept)
    {
        (_app, _kept, _db) = (app, kept, kept.Db);
        Address = Listening(app);
        var loop = app.Services.GetRequiredService<WorkLoop>();
        ServerApp.Handle(loop, app.Services);
        _work = Task.Run(() => loop.RunAsync(_stop.Token));
        Ended = EndAsync();
    }

    /// <summary>Where it listens, with the port it was given.</summary>
    public Uri Address { get; }

    /// <summary>What users and runners call it.</summary>
    public string Url => Services.GetRequiredService<ServerUrl>().Base;

    /// <summary>Which database it uses, without a password.</summary>
    public string Database => Services.GetRequiredService<ServerOptions>().DatabaseAddress.ToString();

    internal IServiceProvider Services => _app.Services;

    /// <summary>Ends, failed, when the server can no longer keep what it promises: its database is lost. The process must then end too.</summary>
    public Task Ended { get; }

    /// <summary>Opens what it keeps, brings its tables up to date, and listens.</summary>
    /// <param name="logging">Where its log goes.</param>
    /// <exception cref="IOException">The data folder or its key file cannot be used, or the port is taken.</exception>
    /// <exception cref="ServerStartException">The database cannot be opened, or another process serves the data folder.</exception>
    public static async Task<SlipwayServer> StartAsync(
        ServerOptions options,
        TimeProvider time,
        Action<ILoggingBuilder> logging,
        CancellationToken ct
    )
    {
        RestoreMark.ThrowIfThere(options.DataFolder);
        OwnFolder.Make(options.DataFolder);
        var folder = FolderLock.Take(options.DataFolder);
        Db? db = null;
        try
        {
            var blobs = options.OpenBlobs();
            db = await OpenAsync(options, time, ct);
            var kept = new Kept(folder, db, await ServerKeys.OpenAsync(options, db, ct), blobs);
            kept = kept with { Tracing = options.TracesTo is { } collector ? Tracing.Begin(collector) : null };
            var app = Build(options, time, logging, kept);
            await ServerApp.RecoverAsync(app.Services, options.DatabaseAddress is DatabaseAddress.Sqlite, ct);
            app.Services.GetRequiredService<ServerUrl>().Is(() => options.ExternalUrl ?? Listening(app));
            await app.StartAsync(ct);
            RunningServer.Write(options.DataFolder, Listening(app), time.GetUtcNow());
            return new SlipwayServer(app, kept);
        }
        catch
        {
            if (db is not null)
                await db.DisposeAsync();
            folder.Dispose();
            throw;
        }
    }

    /// <summary>Makes an administrator of this name, unless there is a user already.</summary>
    /// <returns>Nothing when there is one.</returns>
    public Task<FirstUser?> FirstAdministratorAsync(string name, CancellationToken ct) => FirstStart.AdministratorAsync(Services, name, ct);

    /// <summary>With which the runner that comes with the server asks for jobs.</summary>
    /// <param name="systemId">Of the process that will use it. What it had when it last died is run again.</param>
    public Task<string> BuiltInRunnerTokenAsync(string systemId, CancellationToken ct) =>
        FirstStart.RunnerTokenAsync(Services, systemId, ct);

    /// <summary>With which somebody makes the first user on the page <c>/setup</c>. Good for this process, until there is a user.</summary>
    public string SetUpCode => Services.GetRequiredService<FirstRun>().Code;

    public Task<bool> HasUsersAsync(CancellationToken ct) => FirstStart.HasUsersAsync(_db, ct);

    /// <summary>From now on <c>/-/readiness</c> says no, so that a balancer sends its requests elsewhere. Those that come are answered as before.</summary>
    public void BeginEnd() => Services.GetRequiredService<Readiness>().End();

    /// <summary>Takes no more requests, lets those under way end for up to 30 s, gives unfinished work back, and closes the database.</summary>
    public async ValueTask DisposeAsync()
    {
        var folder = Services.GetRequiredService<ServerOptions>().DataFolder;
        await _app.StopAsync();
        await _stop.CancelAsync();
        await _work;
        await _app.DisposeAsync();
        await _db.DisposeAsync();
        _kept.Blobs.Dispose();
        _kept.Tracing?.Dispose();
        RunningServer.Remove(folder);
        _kept.Folder.Dispose();
        _stop.Dispose();
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

    private static WebApplication Build(ServerOptions options, TimeProvider time, Action<ILoggingBuilder> logging, Kept kept)
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder
            .WebHost.UseKestrelCore()
            .ConfigureKestrel(kestrel =>
            {
                kestrel.AddServerHeader = false;
                kestrel.Limits.MaxRequestHeadersTotalSize = 32 * 1024;
                kestrel.Limits.MaxRequestBodySize = Parameters.MaxBody;
                // The next piece of a download is read while one is sent.
                kestrel.Limits.MaxResponseBufferSize = 256 * 1024;
                kestrel.Listen(options.Listen);
                if (options.Registry.MirrorListen is { } mirror)
                    kestrel.ListenAsMirror(mirror);
            });
        logging(builder.Logging);
        var services = builder.Services;
        services.AddRoutingCore();
        services.AddSingleton<IMemoryPoolFactory<byte>, LargeBlocks.Factory>();
        services.Configure<HostOptions>(host => host.ShutdownTimeout = TimeSpan.FromSeconds(30));
        services.AddSingleton(options).AddSingleton(time).AddSingleton(new ServerUrl()).AddSingleton<Readiness>().AddSingleton<Meters>();
        services.AddSingleton(kept.Db).AddSingleton(kept.Secrets).AddSingleton(kept.Blobs);
        var instance = Instance.Of(options.DataFolder);
        services.AddSingleton(instance).AddSingleton(_ => new WorkLoop(kept.Db, time, instance.Id));
        ServerApp.AddParts(services);
        var app = builder.Build();
        app.UseForwardedAddresses(options.TrustedProxies);
        app.UseRequestSpans();
        app.UseMeters();
        app.UseFailures();
        app.UseMirror();
        ServerApp.Use(app);
        ServerApp.MapRoutes(app);
        ServerApp.CheckRoutes(app);
        return app;
    }

    private static Uri Listening(WebApplication app) =>
        new(app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First());

    /// <summary>What outlives the process.</summary>
    private sealed record Kept(FolderLock Folder, Db Db, SecretBox Secrets, IBlobStore Blobs)
    {
        public IDisposable? Tracing { get; init; }
    }

    private async Task EndAsync()
    {
        var lost = _db.Lost;
        if (await Task.WhenAny(lost, Task.Delay(Timeout.Infinite, _stop.Token)) == lost)
            throw await lost;
    }
}
