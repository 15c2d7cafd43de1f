using Microsoft.Extensions.DependencyInjection;
using Slipway.Server.Data;
using Slipway.Server.Git;
using Slipway.Server.Http;
using Slipway.Server.Jobs;
using Slipway.Server.Projects;
using Xunit;

namespace Slipway.Server.Tests.Support;

/// <summary>A whole server on a clock of its own, with a project whose main has a configuration, for what starts pipelines.</summary>
internal sealed class StarterRoom : IAsyncDisposable
{
    public const string Config = """
        spec: {inputs: {tier: {default: none}}}
        ---
        a: {script: ["echo $[[ inputs.tier ]]"]}
        """;

    private readonly TemporaryFolder _folder = new();

    private StarterRoom(TestServer server, Clock clock, TestUser owner, ProjectRow project) =>
        (Server, Clock, Owner, Project) = (server, clock, owner, project);

    public TestServer Server { get; }
    public Clock Clock { get; }
    public TestUser Owner { get; }
    public ProjectRow Project { get; }
    public string Path => $"projects/{Project.Id}";

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    /// <summary>It is Friday, 2026-01-02, 03:04:05 UTC.</summary>
    public static async Task<StarterRoom> OpenAsync(
        DatabaseKind kind,
        string visibility = "private",
        ProjectSettings? settings = null,
        Uri? tracesTo = null,
        Func<ServerOptions, ServerOptions>? with = null
    )
    {
        var clock = new Clock();
        // Sweeps come when a test asks for them: here jobs that no runner takes are to stay.
        var jobs = new JobOptions { Sweep = TimeSpan.FromDays(40) };
        var server = await TestServer.StartAsync(
            kind,
            clock,
            options => (with ?? (o => o))(options with { Jobs = jobs, TracesTo = tracesTo })
        );
        var owner = await server.UserAsync("ada");
        var project = await server.ProjectAsync(owner.Row, "app", visibility, settings: settings);
        var room = new StarterRoom(server, clock, owner, project);
        await room.CommitAsync(Config);
        return room;
    }

    /// <summary>Puts a configuration on main and a tag on it, past all doors.</summary>
    public async Task CommitAsync(string config)
    {
        var git = await GitClient.InitAsync(_folder["work"]);
        await git.CommitAsync("one", (".gitlab-ci.yml", config));
        var repository = Server.Services.GetRequiredService<Repositories>().Create(Project.Id);
        await git.OkAsync("push", "-q", "-f", repository.Path, "HEAD:refs/heads/main", "HEAD:refs/tags/v1");
        await Server.Db.ExecuteAsync("UPDATE projects SET default_branch = 'main' WHERE id = @Id", Project, Ct);
    }

    /// <summary>Somebody with a role in the project.</summary>
    public async Task<TestUser> MemberAsync(Role role)
    {
        var user = await Server.UserAsync();
        await Server.JoinAsync(new MemberOf.Project(Project.Id), user.Row, role);
        return user;
    }

    public Task<IReadOnlyList<PipelineRow>> PipelinesAsync() =>
        Server.Db.QueryAsync<PipelineRow>("SELECT * FROM pipelines WHERE ready = 1 ORDER BY id", null, Ct);

    /// <summary>Waits until nothing is due any more and nobody works at anything. Who looked just before the clock moved looks again a second later: it moves on by some.</summary>
    /// <param name="stands">The clock has not been moved, and is not.</param>
    public async Task SettleAsync(bool stands = false)
    {
        const string busy =
            "SELECT kind || ' ' || subject || ' ' || COALESCE(error, '') FROM work WHERE lease IS NOT NULL OR due_at <= @now";
        using var often = new PeriodicTimer(TimeSpan.FromMilliseconds(20));
        for (var looks = 1; ; looks++)
        {
            var left = await Server.Db.QueryAsync<string>(busy, new { now = Clock.GetUtcNow().ToUnixTimeMilliseconds() }, Ct);
            if (left.Count == 0)
                return;
            if (looks > 3000)
                Assert.Fail($"This is never done: {string.Join(", ", left)}");
            if (looks % 10 == 0 && !stands)
                Clock.Advance(TimeSpan.FromSeconds(1));
            await often.WaitForNextTickAsync(Ct);
        }
    }

    /// <summary>Lets time go by, in one step, and all that is due then be done.</summary>
    public Task AdvanceAsync(TimeSpan by)
    {
        Clock.Advance(by);
        return SettleAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await Server.DisposeAsync();
        _folder.Dispose();
    }
}
