using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Slipway.Server.Accounts;
using Slipway.Server.Data;
using Slipway.Server.Http;
using Slipway.Server.Projects;

namespace Slipway.Server.Tests.Support;

/// <summary>A whole server on a free port of this machine, with a data folder and a database of one test's own.</summary>
internal sealed class TestServer : IAsyncDisposable
{
    private readonly TemporaryFolder _folder;
    private readonly TestDatabase _database;
    private readonly SlipwayServer _server;
    private int _made;

    private TestServer(TemporaryFolder folder, TestDatabase database, SlipwayServer server, TimeProvider time)
    {
        (_folder, _database, _server, Time) = (folder, database, server, time);
        Db = server.Services.GetRequiredService<Db>();
        Anonymous = Client(null);
    }

    public Db Db { get; }
    public TimeProvider Time { get; }
    public Uri Address => _server.Address;
    public string DataFolder => _folder.Path;
    public IServiceProvider Services => _server.Services;

    /// <summary>It was started with these.</summary>
    public ServerOptions Options => Services.GetRequiredService<ServerOptions>();

    /// <summary>Not signed in.</summary>
    public HttpClient Anonymous { get; }

    public static async Task<TestServer> StartAsync(
        DatabaseKind kind,
        TimeProvider? time = null,
        Func<ServerOptions, ServerOptions>? with = null,
        Action<ILoggingBuilder>? logging = null
    )
    {
        var database = await TestDatabase.CreateAsync(kind);
        var folder = new TemporaryFolder();
        time ??= TimeProvider.System;
        var options = new ServerOptions
        {
            DataFolder = folder.Path,
            PasswordRounds = 1000,
            Listen = new IPEndPoint(IPAddress.Loopback, 0),
            Database = database.Options.Address is DatabaseAddress.Sqlite(var path)
                ? path
                : ((DatabaseAddress.Postgres)database.Options.Address).ConnectionString,
        };
        var server = await SlipwayServer.StartAsync(
            with is null ? options : with(options),
            time,
            logging ?? (_ => { }),
            CancellationToken.None
        );
        return new TestServer(folder, database, server, time);
    }

    /// <summary>As a signal does it.</summary>
    public void BeginEnd() => _server.BeginEnd();

    /// <summary>Makes a user with a token for everything, or for some scopes, and a client that sends it.</summary>
    /// <param name="name">Unique; made up when it is not given.</param>
    public async Task<TestUser> UserAsync(string? name = null, bool admin = false, string? password = null, Scopes scopes = ScopeWords.Full)
    {
        name ??= $"user{Interlocked.Increment(ref _made)}";
        var hash = password is null ? null : await Services.GetRequiredService<Passwords>().HashAsync(password, CancellationToken.None);
        var now = Time.Milliseconds();
        var (user, error) = await Db.WriteAsync(
            (session, ct) =>
                UserStore.CreateAsync(session, new UserToMake(name, name.ToUpperInvariant(), $"{name}@example.com", hash, admin), now, ct),
            CancellationToken.None
        );
        if (user is null)
            throw new InvalidOperationException($"{error}");
        var token = await TokenAsync(user, scopes);
        return new TestUser(user, token, Client(token));
    }

    public Task<TestUser> AdminAsync(string? name = null) => UserAsync(name, admin: true);

    public async Task<string> TokenAsync(UserRow user, Scopes scopes = ScopeWords.Full, long? expiresAt = null)
    {
        var now = Time.Milliseconds();
        var (_, token) = await Db.WriteAsync(
            (session, ct) => TokenStore.CreateAsync(session, new TokenToMake(user.Id, "test", scopes, expiresAt), now, ct),
            CancellationToken.None
        );
        return token;
    }

    /// <summary>Makes a project in a user's own namespace, or in a group.</summary>
    public async Task<ProjectRow> ProjectAsync(
        UserRow creator,
        string? path = null,
        string visibility = "private",
        NamespaceRow? group = null,
        ProjectSettings? settings = null
    )
    {
        path ??= $"project{Interlocked.Increment(ref _made)}";
        var now = Time.Milliseconds();
        var (project, error) = await Db.WriteAsync(
            async (session, ct) =>
            {
                var space = group ?? await GroupStore.OfUserAsync(session, creator.Id, ct);
                var wanted = new ProjectToMake(space, creator, path, path) { Visibility = visibility, Settings = settings ?? new() };
                return await ProjectStore.CreateAsync(session, wanted, now, ct);
            },
            CancellationToken.None
        );
        return project ?? throw new InvalidOperationException($"{error}");
    }

    public async Task<NamespaceRow> GroupAsync(
        UserRow creator,
        string? path = null,
        string visibility = "private",
        NamespaceRow? above = null
    )
    {
        path ??= $"group{Interlocked.Increment(ref _made)}";
        var now = Time.Milliseconds();
        var (group, error) = await Db.WriteAsync(
            (session, ct) =>
                GroupStore.CreateAsync(session, new GroupToMake(above, creator, path, path) { Visibility = visibility }, now, ct),
            CancellationToken.None
        );
        return group ?? throw new InvalidOperationException($"{error}");
    }

    /// <summary>Gives somebody a role.</summary>
    public Task JoinAsync(MemberOf where, UserRow user, Role role, long? expiresAt = null)
    {
        var now = Time.Milliseconds();
        return Db.WriteAsync(
            (session, ct) => MemberStore.SetAsync(session, where, user.Id, role, expiresAt, now, ct),
            CancellationToken.None
        );
    }

    /// <summary>A client whose addresses are below the server's; it follows no redirects and keeps no cookies.</summary>
    /// <param name="token">Sent as <c>PRIVATE-TOKEN</c>.</param>
    public HttpClient Client(string? token)
    {
        var client = new HttpClient(new SocketsHttpHandler { AllowAutoRedirect = false, UseCookies = false }) { BaseAddress = Address };
        if (token is not null)
            client.DefaultRequestHeaders.Add("PRIVATE-TOKEN", token);
        return client;
    }

    public async ValueTask DisposeAsync()
    {
        Anonymous.Dispose();
        await _server.DisposeAsync();
        await _database.DisposeAsync();
        _folder.Dispose();
    }
}

/// <param name="Client">Sends the token.</param>
internal sealed record TestUser(UserRow Row, string Token, HttpClient Client)
{
    public long Id => Row.Id;
}

internal static class Calls
{
    /// <summary>Calls API v4.</summary>
    /// <param name="path">Behind <c>/api/v4/</c>.</param>
    /// <param name="body">Sent as JSON.</param>
    public static async Task<Answer> ApiAsync(this HttpClient client, HttpMethod method, string path, object? body = null)
    {
        using var request = new HttpRequestMessage(method, "/api/v4/" + path);
        if (body is not null)
            request.Content = JsonContent.Create(body);
        using var response = await client.SendAsync(request);
        var text = await response.Content.ReadAsStringAsync();
        var headers = response.Headers.ToDictionary(header => header.Key, header => string.Join(", ", header.Value));
        return new Answer((int)response.StatusCode, text, headers);
    }

    public static Task<Answer> GetApiAsync(this HttpClient client, string path) => client.ApiAsync(HttpMethod.Get, path);

    public static Task<Answer> PostApiAsync(this HttpClient client, string path, object? body = null) =>
        client.ApiAsync(HttpMethod.Post, path, body);

    public static Task<Answer> PutApiAsync(this HttpClient client, string path, object? body = null) =>
        client.ApiAsync(HttpMethod.Put, path, body);

    public static Task<Answer> DeleteApiAsync(this HttpClient client, string path) => client.ApiAsync(HttpMethod.Delete, path);
}

internal sealed record Answer(int Status, string Text, IReadOnlyDictionary<string, string> Headers)
{
    public JsonElement Json => JsonDocument.Parse(Text).RootElement;

    public JsonElement this[string name] => Json.GetProperty(name);
}
