using System.Collections.Immutable;
using Slipway.Compiler;
using Slipway.Engine;
using Slipway.Server.Accounts;
using Slipway.Server.Data;
using Slipway.Server.Pipelines;
using Slipway.Server.Projects;
using Slipway.Server.Secrets;
using Slipway.Server.Tests.Support;
using Slipway.Server.Work;

namespace Slipway.Server.Tests.Pipelines;

/// <summary>A store of pipelines on a database of its own, with a user and a project to hang them on.</summary>
internal sealed class PipelineRoom : IAsyncDisposable
{
    private readonly TestDatabase _database;

    private PipelineRoom(TestDatabase database, Db db, Clock clock)
    {
        (_database, Db, Clock) = (database, db, clock);
        Work = new WorkLoop(db, clock);
        Bell = new JobBell();
        Store = NewStore();
    }

    public Db Db { get; }
    public Clock Clock { get; }
    public WorkLoop Work { get; }
    public JobBell Bell { get; }
    public PipelineStore Store { get; }
    public SecretBox Secrets { get; } = new([SecretKey.Random()]);

    private static CancellationToken Ct => Xunit.TestContext.Current.CancellationToken;

    public static async Task<PipelineRoom> CreateAsync(DatabaseKind kind)
    {
        var database = await TestDatabase.CreateAsync(kind);
        var clock = new Clock();
        var db = await database.OpenAsync(clock);
        await db.WriteAsync(
            async (session, ct) =>
            {
                var (user, _) = await UserStore.CreateAsync(session, new UserToMake("ann", "Ann", "ann@example.com", null, false), 0, ct);
                var space = await GroupStore.OfUserAsync(session, user!.Id, ct);
                return await ProjectStore.CreateAsync(session, new ProjectToMake(space, user, "app", "app"), 0, ct);
            },
            CancellationToken.None
        );
        return new PipelineRoom(database, db, clock);
    }

    /// <summary>A store that remembers nothing, as after a start.</summary>
    public PipelineStore NewStore() => new(Secrets, Bell, Work, [], Clock);

    public static CompiledPipeline Compile(string yaml, PipelineContext? context = null)
    {
        var compilation = PipelineCompiler.Compile(
            new ConfigSource.Text(".gitlab-ci.yml", yaml),
            ProjectTree.Empty,
            context ?? new PipelineContext(),
            CancellationToken.None
        );
        return compilation.Pipeline
            ?? throw new ArgumentException(
                compilation.Refusal ?? string.Join("; ", compilation.Diagnostics.Select(d => d.Message)),
                nameof(yaml)
            );
    }

    /// <summary>A pipeline in its first state.</summary>
    public async Task<(long Id, PipelineState State)> BeginAsync(CompiledPipeline pipeline, long? bridge = null)
    {
        return await Db.WriteAsync(
            async (session, ct) =>
            {
                var iid = await session.FindAsync<long>("UPDATE projects SET pipelines = pipelines + 1 RETURNING pipelines", null, ct);
                var row = await session.FindAsync<PipelineRow>(
                    """
                    INSERT INTO pipelines (project_id, iid, user_id, source, ref, tag, sha, before_sha, protected, status, ready, version, bridge_id, created_at, updated_at)
                    VALUES ((SELECT id FROM projects), @iid, (SELECT id FROM users), 'push', 'main', 0, @sha, @sha, 0, 'created', 0, 0, @bridge, 0, 0) RETURNING *
                    """,
                    new
                    {
                        iid,
                        sha = CommitFacts.ZeroSha,
                        bridge,
                    },
                    ct
                );
                return (row!.Id, await Store.BeginAsync(session, row, pipeline, ct));
            },
            Ct
        );
    }

    public Task<PipelineState?> ApplyAsync(long pipeline, PipelineEvent happened) =>
        Db.WriteAsync((session, ct) => Store.ApplyAsync(session, pipeline, happened, ct), Ct);

    /// <summary>As it is read from the rows alone.</summary>
    public Task<PipelineState?> LoadAsync(long pipeline) => Db.ReadAsync((session, ct) => NewStore().LoadAsync(session, pipeline, ct), Ct);

    public async Task<ImmutableArray<string>> WorkAsync() =>
        [.. await Db.QueryAsync<string>("SELECT kind || ' ' || subject FROM work ORDER BY kind, subject", null, Ct)];

    public async ValueTask DisposeAsync() => await _database.DisposeAsync();
}
