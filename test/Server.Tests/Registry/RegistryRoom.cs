using Slipway.Server.Data;
using Slipway.Server.Tests.Support;

namespace Slipway.Server.Tests.Registry;

/// <summary>A server with somebody who owns one project, <c>ada/app</c>.</summary>
internal sealed class RegistryRoom : IAsyncDisposable
{
    private int _made;

    private RegistryRoom(TestServer server, TestUser owner, ProjectRow project)
    {
        (Server, Owner, Project) = (server, owner, project);
        Client = ClientOf("ada", owner.Token);
    }

    public TestServer Server { get; }
    public TestUser Owner { get; }
    public ProjectRow Project { get; }

    /// <summary>The owner's.</summary>
    public RegistryClient Client { get; }

    public static async Task<RegistryRoom> OpenAsync(
        DatabaseKind kind = DatabaseKind.Sqlite,
        TimeProvider? time = null,
        Func<ServerOptions, ServerOptions>? with = null
    )
    {
        var server = await TestServer.StartAsync(kind, time, with);
        var owner = await server.UserAsync("ada");
        return new RegistryRoom(server, owner, await server.ProjectAsync(owner.Row, "app"));
    }

    public RegistryClient ClientOf(string user, string password) => new(Server.Address, user, password);

    public RegistryClient Stranger() => new(Server.Address, null, null);

    /// <summary>The name of a repository of the project that no other test has.</summary>
    public string Repository() => $"ada/app/r{Interlocked.Increment(ref _made)}";

    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        await Server.DisposeAsync();
    }
}

/// <summary>One server for each database, for tests that keep to repositories of their own.</summary>
public sealed class RegistryRooms : IAsyncDisposable
{
    private readonly SemaphoreSlim _gate = new(1);
    private readonly Dictionary<DatabaseKind, RegistryRoom> _open = [];

    internal async Task<RegistryRoom> OfAsync(DatabaseKind kind)
    {
        await _gate.WaitAsync();
        try
        {
            return _open.TryGetValue(kind, out var room) ? room : _open[kind] = await RegistryRoom.OpenAsync(kind);
        }
        finally
        {
            _gate.Release();
        }
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var room in _open.Values)
            await room.DisposeAsync();
        _gate.Dispose();
    }
}
