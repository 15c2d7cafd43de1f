using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using Slipway.Server.Data;
using Slipway.Server.Git;
using Slipway.Server.Projects;
using Slipway.Server.Tests.Support;

namespace Slipway.Server.Tests.Git;

/// <summary>A server with one project, somebody who owns it, and a folder for clones.</summary>
internal sealed class GitServer : IAsyncDisposable
{
    private readonly TemporaryFolder _folder = new();

    private GitServer(TestServer server, TestUser owner, ProjectRow project) => (Server, Owner, Project) = (server, owner, project);

    public TestServer Server { get; }
    public TestUser Owner { get; }
    public ProjectRow Project { get; }
    public Repository Repository => Server.Services.GetRequiredService<Repositories>().Create(Project.Id);
    public string Url => UrlOf(Owner.Row.Username, Owner.Token);

    public static async Task<GitServer> StartAsync(
        string visibility = "private",
        ProjectSettings? settings = null,
        DatabaseKind kind = DatabaseKind.Sqlite,
        TimeProvider? time = null,
        Func<ServerOptions, ServerOptions>? with = null
    )
    {
        var server = await TestServer.StartAsync(kind, time, with);
        await TellAsync(server.Db, kind);
        var owner = await server.UserAsync("ada");
        return new GitServer(server, owner, await server.ProjectAsync(owner.Row, "app", visibility, settings: settings));
    }

    public string UrlOf(string user, string password, string path = "ada/app.git") =>
        $"http://{user}:{password}@{Server.Address.Authority}/{path}";

    public string Open(string path = "ada/app.git") => $"http://{Server.Address.Authority}/{path}";

    public string Place(string name) => _folder[name];

    /// <summary>A working tree with one commit on main, and this server as origin.</summary>
    public async Task<GitClient> WorkAsync(string name = "work")
    {
        var git = await GitClient.InitAsync(_folder[name]);
        await git.CommitAsync("one", ("a.txt", "1\n"));
        await git.OkAsync("remote", "add", "origin", Url);
        return git;
    }

    public async Task<(GitClient Git, GitResult Result)> CloneAsync(string url, string name, params string[] options)
    {
        var above = new GitClient(_folder.Path);
        var result = await above.RunAsync(["clone", "-q", .. options, url, _folder[name]]);
        return (new GitClient(_folder[name]), result);
    }

    /// <summary>All refs but those of pipelines, <c>main=1234…</c>, without <c>refs/heads/</c>.</summary>
    public async Task<IReadOnlyDictionary<string, string>> RefsAsync() =>
        (await Repository.RefsAsync(CancellationToken.None))
            .Where(one => !one.Name.StartsWith(RefNames.Pipelines))
            .ToDictionary(one => one.Name.Replace("refs/heads/", ""), one => one.Object);

    /// <summary>What pushes have asked for, the last one first, whether or not somebody has done it.</summary>
    public Task<IReadOnlyList<Pushed>> PushedAsync() => PushedAsync(Server.Db);

    public static async Task<IReadOnlyList<Pushed>> PushedAsync(Db db) =>
        [
            .. (await db.QueryAsync<string>("SELECT payload FROM told ORDER BY id DESC", null, CancellationToken.None)).Select(json =>
                JsonSerializer.Deserialize(json, PushedJson.Default.Pushed)!
            ),
        ];

    /// <summary>Keeps what is asked for in a table of the test's own: work that is done is gone.</summary>
    public static async Task TellAsync(Db db, DatabaseKind kind)
    {
        string[] statements =
            kind == DatabaseKind.Sqlite
                ?
                [
                    "CREATE TABLE told (id INTEGER PRIMARY KEY, payload text NOT NULL)",
                    """
                        CREATE TRIGGER tell AFTER INSERT ON work WHEN NEW.kind = 'pushed'
                        BEGIN INSERT INTO told (payload) VALUES (NEW.payload); END
                        """,
                ]
                :
                [
                    "CREATE TABLE told (id bigint GENERATED ALWAYS AS IDENTITY, payload text NOT NULL)",
                    """
                        CREATE FUNCTION tell() RETURNS trigger LANGUAGE plpgsql AS
                        'BEGIN INSERT INTO told (payload) VALUES (NEW.payload); RETURN NEW; END'
                        """,
                    "CREATE TRIGGER tell AFTER INSERT ON work FOR EACH ROW WHEN (NEW.kind = 'pushed') EXECUTE FUNCTION tell()",
                ];
        foreach (var statement in statements)
            await db.ExecuteAsync(statement, null, CancellationToken.None);
    }

    public async Task CheckAsync()
    {
        var answer = await Repository.RunAsync(new GitCall("fsck", "--strict", "--full", "--no-dangling"), CancellationToken.None);
        Xunit.Assert.True(answer.Ok, answer.Complaint + answer.Text);
        Xunit.Assert.Equal("", answer.Text);
    }

    public async ValueTask DisposeAsync()
    {
        await Server.DisposeAsync();
        _folder.Dispose();
    }
}
