using Slipway.Server.Data;
using Slipway.Server.Registry;
using Slipway.Server.Tests.Support;

namespace Slipway.Server.Tests.Registry.Proxy;

/// <summary>A server with the group <c>team</c>, whose dependency proxy fetches from a scripted registry.</summary>
internal sealed class ProxyRoom : IAsyncDisposable
{
    /// <summary>Below <c>/v2/</c>.</summary>
    public const string Team = "team/dependency_proxy/containers";

    private ProxyRoom(TestServer server, ScriptedUpstream upstream, TestUser owner, NamespaceRow group)
    {
        (Server, Upstream, Owner, Group) = (server, upstream, owner, group);
        Client = new RegistryClient(server.Address, "ada", owner.Token);
    }

    public TestServer Server { get; }
    public ScriptedUpstream Upstream { get; }
    public TestUser Owner { get; }
    public NamespaceRow Group { get; }

    /// <summary>The owner's.</summary>
    public RegistryClient Client { get; }

    public static async Task<ProxyRoom> OpenAsync(
        DatabaseKind kind = DatabaseKind.Sqlite,
        TimeProvider? time = null,
        RegistryOptions? with = null
    )
    {
        var upstream = new ScriptedUpstream();
        var server = await TestServer.StartAsync(
            kind,
            time,
            options => options with { Web = upstream, Registry = with ?? options.Registry }
        );
        var owner = await server.UserAsync("ada");
        return new ProxyRoom(server, upstream, owner, await server.GroupAsync(owner.Row, "team"));
    }

    public Task<Said> ManifestAsync(string image, string reference, string method = "GET") =>
        Client.SendAsync(method, $"/v2/{Team}/{image}/manifests/{reference}", null);

    public Task<Said> BlobAsync(string image, string digest, params (string, string)[] headers) =>
        Client.GetAsync($"/v2/{Team}/{image}/blobs/{digest}", headers);

    public Task<long> CountAsync(string table, string where = "1 = 1") =>
        Server.Db.FindAsync<long>($"SELECT COUNT(*) FROM dependency_proxy_{table} WHERE {where}", null, CancellationToken.None);

    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        await Server.DisposeAsync();
        Upstream.Dispose();
    }
}
