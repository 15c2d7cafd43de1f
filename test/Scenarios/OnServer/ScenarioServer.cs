using System.Net;
using Microsoft.Extensions.DependencyInjection;
using Slipway.Scenarios.OnServer;
using Slipway.Server;
using Slipway.Server.Data;
using Slipway.Server.Git;
using Slipway.Wire;
using Xunit;

[assembly: AssemblyFixture(typeof(ScenarioServer))]
[assembly: CollectionBehavior(MaxParallelThreads = 6)]

namespace Slipway.Scenarios.OnServer;

/// <summary>One server for all scenarios, with an administrator, and a tap through which every runner asks it for jobs.</summary>
public sealed class ScenarioServer : IAsyncLifetime
{
    private readonly string _folder = Directory.CreateTempSubdirectory("slipway-scenarios-").FullName;
    private SlipwayServer? _server;
    private Api? _api;
    private WireTap? _tap;

    internal static ScenarioServer? Current { get; private set; }

    internal Api Api => _api!;
    internal WireTap Tap => _tap!;
    internal Uri Address => _server!.Address;
    internal Web Web { get; } = new();

    /// <summary>Paths that scenarios write down can belong to one of them at a time.</summary>
    internal SemaphoreSlim Paths { get; } = new(1);

    public async ValueTask InitializeAsync()
    {
        if (!Stage.IsOnServer)
            return;
        var options = new ServerOptions
        {
            DataFolder = Path.Combine(_folder, "data"),
            Listen = new IPEndPoint(IPAddress.Loopback, 0),
            Web = Web,
        };
        _server = await SlipwayServer.StartAsync(options, TimeProvider.System, _ => { }, CancellationToken.None);
        var ada = await _server.FirstAdministratorAsync("ada", CancellationToken.None);
        _api = new Api(_server.Address, ada!.Token);
        _tap = await WireTap.OpenAsync(_server.Address);
        Current = this;
    }

    /// <summary>Waits until nothing is left to do of what was pushed.</summary>
    internal async Task WorkedOffAsync()
    {
        const string left = "SELECT COUNT(*) FROM work WHERE kind = @Name AND due_at IS NOT NULL";
        while (await _server!.Services.GetRequiredService<Db>().FindAsync<long>(left, new { Pushed.Work.Name }, CancellationToken.None) > 0)
            await Task.Delay(20);
    }

    public async ValueTask DisposeAsync()
    {
        _api?.Dispose();
        if (_tap is not null)
            await _tap.DisposeAsync();
        if (_server is not null)
            await _server.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }
}

/// <summary>The web of whatever scenario is being played; any other address gives 404.</summary>
internal sealed class Web : HttpMessageHandler
{
    public IReadOnlyDictionary<string, string> Pages { get; set; } = new Dictionary<string, string>();

    protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken) =>
        Task.FromResult(
            Pages.TryGetValue(request.RequestUri!.AbsoluteUri, out var text)
                ? new HttpResponseMessage(HttpStatusCode.OK) { Content = new StringContent(text) }
                : new HttpResponseMessage(HttpStatusCode.NotFound)
        );
}
