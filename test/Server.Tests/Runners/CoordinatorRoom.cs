using Microsoft.Extensions.DependencyInjection;
using Slipway.Compiler;
using Slipway.Server.Data;
using Slipway.Server.Http;
using Slipway.Server.Jobs;
using Slipway.Server.Jobs.Traces;
using Slipway.Server.Pipelines;
using Slipway.Server.Runners;
using Slipway.Server.Tests.Pipelines;
using Slipway.Server.Tests.Support;
using Xunit;

namespace Slipway.Server.Tests.Runners;

/// <summary>A whole server with an administrator, a project, pipelines and runners.</summary>
internal sealed class CoordinatorRoom : IAsyncDisposable
{
    private readonly List<WireRunner> _runners = [];

    private CoordinatorRoom(TestServer server, TestUser admin, ProjectRow project) => (Server, Admin, Project) = (server, admin, project);

    public TestServer Server { get; }
    public TestUser Admin { get; }
    public ProjectRow Project { get; }
    public Db Db => Server.Db;

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public static async Task<CoordinatorRoom> OpenAsync(
        DatabaseKind kind,
        TimeProvider? time = null,
        Func<JobOptions, JobOptions>? with = null,
        Func<ServerOptions, ServerOptions>? options = null
    )
    {
        // Sweeps come when a test asks for them.
        var jobs = new JobOptions { Sweep = TimeSpan.FromDays(40) };
        var server = await TestServer.StartAsync(
            kind,
            time,
            o => (options ?? (same => same))(o with { Jobs = with is null ? jobs : with(jobs) })
        );
        var admin = await server.AdminAsync();
        return new CoordinatorRoom(server, admin, await server.ProjectAsync(admin.Row));
    }

    public T Part<T>()
        where T : notnull => Server.Services.GetRequiredService<T>();

    /// <summary>A pipeline whose first jobs are pending.</summary>
    public Task<long> PipelineAsync(string yaml, ProjectRow? project = null, bool isProtected = false, string sha = CommitFacts.ZeroSha)
    {
        project ??= Project;
        var context = new PipelineContext
        {
            Project = new ProjectFacts
            {
                Id = project.Id,
                Name = project.Path,
                Path = project.FullPath,
            },
            User = new UserFacts { Id = Admin.Id, Login = Admin.Row.Username },
            RefProtected = isProtected,
        };
        var compiled = PipelineRoom.Compile(yaml, context);
        var now = Server.Time.Milliseconds();
        return Db.WriteAsync(
            async (session, ct) =>
            {
                var iid = await session.FindAsync<long>(
                    "UPDATE projects SET pipelines = pipelines + 1 WHERE id = @Id RETURNING pipelines",
                    project,
                    ct
                );
                var row = await session.FindAsync<PipelineRow>(
                    """
                    INSERT INTO pipelines (project_id, iid, user_id, source, ref, tag, sha, before_sha, protected, status, ready, version, created_at, updated_at)
                    VALUES (@Id, @iid, @user, 'push', 'main', 0, @sha, @sha, @protection, 'created', 0, 0, @now, @now) RETURNING *
                    """,
                    new
                    {
                        project.Id,
                        iid,
                        user = Admin.Id,
                        sha,
                        protection = isProtected ? 1L : 0,
                        now,
                    },
                    ct
                );
                await Part<PipelineStore>().BeginAsync(session, row!, compiled, ct);
                return row!.Id;
            },
            Ct
        );
    }

    /// <summary>A runner that somebody made by API; an instance's, for jobs with and without tags, unless something else is said.</summary>
    public async Task<WireRunner> RunnerAsync(object? settings = null, string systemId = "s_0123456789ab")
    {
        var made = await Admin.Client.PostApiAsync("user/runners", settings ?? new { runner_type = "instance_type" });
        Assert.Equal(201, made.Status);
        return Runner(made["token"].GetString()!, systemId);
    }

    public WireRunner Runner(string token, string systemId = "s_0123456789ab")
    {
        var runner = new WireRunner(Server.Client(null), token, systemId);
        _runners.Add(runner);
        return runner;
    }

    public async Task<JobRow> JobAsync(long id) => (await Db.FindAsync<JobRow>("SELECT * FROM jobs WHERE id = @id", new { id }, Ct))!;

    public async Task<string> StatusAsync(long id) => (await JobAsync(id)).Status;

    /// <summary>The ids of a pipeline's jobs that count, by name.</summary>
    public async Task<Dictionary<string, long>> JobsAsync(long pipeline) =>
        (
            await Db.QueryAsync<JobRow>("SELECT * FROM jobs WHERE pipeline_id = @pipeline AND retried = 0", new { pipeline }, Ct)
        ).ToDictionary(job => job.Name, job => job.Id);

    /// <summary>What the table of work would get to by itself, now.</summary>
    public Task ArchiveAsync(long job) => Part<TraceArchive>().ArchiveAsync(new TraceArchive.Finished(job), Ct);

    public Task SweepAsync() => Part<JobSweep>().RunAsync(Ct);

    public Task<Answer> JobApiAsync(HttpMethod method, long job, string what = "") =>
        Admin.Client.ApiAsync(method, $"projects/{Project.Id}/jobs/{job}{what}");

    public async ValueTask DisposeAsync()
    {
        _runners.ForEach(runner => runner.Dispose());
        await Server.DisposeAsync();
    }
}
