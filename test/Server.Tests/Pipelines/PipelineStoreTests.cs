using System.Collections.Immutable;
using FsCheck.Fluent;
using Slipway.Compiler;
using Slipway.Engine;
using Slipway.Protocol.Variables;
using Slipway.Server.Pipelines;
using Slipway.Server.Tests.Support;
using Xunit;

namespace Slipway.Server.Tests.Pipelines;

public sealed class PipelineStoreTests
{
    private const string Yaml = """
        stages: [build, test, deploy]
        compile: { stage: build, script: make, retry: 1, artifacts: { paths: [out], reports: { dotenv: d.env } } }
        quick: { stage: test, needs: [compile], script: test, parallel: { matrix: [{ OS: [linux, mac] }] } }
        late: { stage: test, script: test, when: delayed, start_in: 5 minutes }
        tidy: { stage: test, script: tidy, when: always, allow_failure: { exit_codes: [3] } }
        child: { stage: deploy, trigger: { include: child.yml, strategy: depend } }
        ship: { stage: deploy, script: ship, when: manual, environment: { name: production, url: "https://example.com" }, resource_group: prod }
        """;

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Theory, EveryDatabase]
    public async Task A_pipeline_is_read_from_its_rows_as_it_was_written(DatabaseKind kind)
    {
        await using var room = await PipelineRoom.CreateAsync(kind);
        var (id, state) = await room.BeginAsync(PipelineRoom.Compile(Yaml));

        Same(state, await room.LoadAsync(id));
        Assert.Equal(1, room.Bell.Rings);
        Assert.Equal("pending", await room.Db.FindAsync<string>("SELECT status FROM pipelines", null, Ct));
    }

    [Theory, EveryDatabase]
    public async Task Whatever_happens_the_rows_say_what_the_engine_says(DatabaseKind kind)
    {
        await using var room = await PipelineRoom.CreateAsync(kind);
        var compiled = PipelineRoom.Compile(Yaml);
        var choices = Gen.Choose(0, 1_000_000).ListOf(25);
        await Properties.HoldAsync(
            choices,
            3,
            async draws =>
            {
                var (id, state) = await room.BeginAsync(compiled);
                foreach (var draw in draws)
                {
                    room.Clock.Advance(TimeSpan.FromSeconds(draw % 100));
                    var happened = Event(draw, state, room.Clock.GetUtcNow());
                    state = Machine.Apply(state, happened);
                    Same(state, await room.ApplyAsync(id, happened));
                    Same(state, await room.LoadAsync(id));
                }
            }
        );
    }

    [Theory, EveryDatabase]
    public async Task What_an_undone_transaction_has_written_is_not_remembered(DatabaseKind kind)
    {
        await using var room = await PipelineRoom.CreateAsync(kind);
        var (id, state) = await room.BeginAsync(PipelineRoom.Compile(Yaml));
        var started = new PipelineEvent.Started(0, room.Clock.GetUtcNow());

        await Assert.ThrowsAsync<InvalidOperationException>(() =>
            room.Db.WriteAsync<bool>(
                async (session, ct) =>
                {
                    Assert.Equal(Status.Running, (await room.Store.ApplyAsync(session, id, started, ct))!.Jobs[0].Status);
                    throw new InvalidOperationException("undone");
                },
                Ct
            )
        );

        Same(state, await room.Db.ReadAsync((session, ct) => room.Store.LoadAsync(session, id, ct), Ct));
        Same(Machine.Apply(state, started), await room.ApplyAsync(id, started));
    }

    [Theory, EveryDatabase]
    public async Task What_another_instance_has_written_is_seen(DatabaseKind kind)
    {
        await using var room = await PipelineRoom.CreateAsync(kind);
        var (id, state) = await room.BeginAsync(PipelineRoom.Compile(Yaml));
        var started = new PipelineEvent.Started(0, room.Clock.GetUtcNow());
        await room.ApplyAsync(id, started);

        var ended = new PipelineEvent.Succeeded(0, room.Clock.GetUtcNow());
        await room.Db.WriteAsync((session, ct) => room.NewStore().ApplyAsync(session, id, ended, ct), Ct);

        Same(
            Machine.Apply(Machine.Apply(state, started), ended),
            await room.Db.ReadAsync((session, ct) => room.Store.LoadAsync(session, id, ct), Ct)
        );
    }

    [Theory, EveryDatabase]
    public async Task What_follows_from_a_change_is_work_of_the_same_transaction(DatabaseKind kind)
    {
        await using var room = await PipelineRoom.CreateAsync(kind);
        var (id, _) = await room.BeginAsync(PipelineRoom.Compile(Yaml));
        await RunAsync(room, id, "compile");
        Assert.Equal([$"delayed_job {id}/3"], await room.WorkAsync());
        foreach (var job in (string[])["quick: [linux]", "quick: [mac]", "tidy"])
            await RunAsync(room, id, job);
        room.Clock.Advance(TimeSpan.FromMinutes(6));
        await room.ApplyAsync(id, new PipelineEvent.Ticked(room.Clock.GetUtcNow()));
        await RunAsync(room, id, "late");

        Assert.Contains($"start_bridge {id}/5", await room.WorkAsync());
    }

    [Theory, EveryDatabase]
    public async Task The_bell_rings_only_for_what_is_on_the_disk(DatabaseKind kind)
    {
        await using var room = await PipelineRoom.CreateAsync(kind);
        var (id, _) = await room.BeginAsync(PipelineRoom.Compile(Yaml));
        var rings = room.Bell.Rings;
        await room.ApplyAsync(id, new PipelineEvent.Started(0, room.Clock.GetUtcNow()));
        Assert.Equal(rings, room.Bell.Rings);

        await Assert.ThrowsAsync<InvalidOperationException>(() =>
            room.Db.WriteAsync<int>(
                async (session, ct) =>
                {
                    await room.Store.ApplyAsync(session, id, new PipelineEvent.Succeeded(0, room.Clock.GetUtcNow()), ct);
                    throw new InvalidOperationException("no");
                },
                Ct
            )
        );
        Assert.Equal(rings, room.Bell.Rings);

        await room.ApplyAsync(id, new PipelineEvent.Succeeded(0, room.Clock.GetUtcNow()));
        Assert.True(room.Bell.Rings > rings);
    }

    [Theory, EveryDatabase]
    public async Task Who_has_the_database_alone_reads_no_variable(DatabaseKind kind)
    {
        await using var room = await PipelineRoom.CreateAsync(kind);
        var context = new PipelineContext
        {
            ProjectVariables = [new ScopedVariable(new Variable("PASSWORD", "correct horse battery", Public: false, Masked: true))],
        };
        var (id, _) = await room.BeginAsync(PipelineRoom.Compile("a: { script: x, when: manual }", context));
        ImmutableArray<Variable> played = [new("GIVEN", "staple by hand")];
        await room.ApplyAsync(id, new PipelineEvent.Played(0, played, room.Clock.GetUtcNow()));

        var state = await room.LoadAsync(id);
        Assert.Equal(played, state!.Jobs[0].PlayVariables);
        Assert.Contains(state.Jobs[0].Job.Variables, variable => variable.Value == "correct horse battery");
        var kept = await room.Db.QueryAsync<byte[]>(
            "SELECT body FROM compiled_pipelines UNION ALL SELECT play_variables FROM jobs",
            null,
            Ct
        );
        Assert.All(kept, bytes => Assert.DoesNotContain("staple", System.Text.Encoding.Latin1.GetString(bytes)));
        Assert.All(kept, bytes => Assert.NotEqual(0x1F, bytes[0]));
    }

    [Theory, EveryDatabase]
    public async Task A_delayed_job_is_pending_once_its_time_has_come(DatabaseKind kind)
    {
        await using var room = await PipelineRoom.CreateAsync(kind);
        var (id, state) = await room.BeginAsync(PipelineRoom.Compile("a: { script: x, when: delayed, start_in: 1 minute }"));
        Assert.Equal(Status.Scheduled, state.Jobs[0].Status);
        var turns = new JobTurns(room.Db, room.Store, room.Clock);

        await turns.OnDueAsync(new PipelineWork.Delayed(id, 0), Ct);
        Assert.Equal(Status.Scheduled, (await room.LoadAsync(id))!.Jobs[0].Status);
        room.Clock.Advance(TimeSpan.FromMinutes(1));
        await turns.OnDueAsync(new PipelineWork.Delayed(id, 0), Ct);
        Assert.Equal(Status.Pending, (await room.LoadAsync(id))!.Jobs[0].Status);
    }

    [Theory, EveryDatabase]
    public async Task A_resource_group_lets_one_job_in_at_a_time(DatabaseKind kind)
    {
        await using var room = await PipelineRoom.CreateAsync(kind);
        var compiled = PipelineRoom.Compile("ship: { script: x, resource_group: prod }");
        var ids = new List<long>();
        for (var n = 0; n < 3; n++)
            ids.Add((await room.BeginAsync(compiled)).Id);
        var project = await room.Db.FindAsync<long>("SELECT id FROM projects", null, Ct);
        var turns = new JobTurns(room.Db, room.Store, room.Clock);

        foreach (var expected in ids)
        {
            await turns.OnResourceAsync(new PipelineWork.Resource(project, "prod"), Ct);
            await turns.OnResourceAsync(new PipelineWork.Resource(project, "prod"), Ct);
            var pending = await room.Db.QueryAsync<long>("SELECT pipeline_id FROM jobs WHERE status = 'pending'", null, Ct);
            Assert.Equal([expected], pending);
            await RunAsync(room, expected, "ship");
        }
    }

    private static async Task RunAsync(PipelineRoom room, long id, string job)
    {
        var number = (await room.LoadAsync(id))!.Jobs.Last(state => state.Job.Name == job).Number;
        await room.ApplyAsync(id, new PipelineEvent.Started(number, room.Clock.GetUtcNow()));
        await room.ApplyAsync(id, new PipelineEvent.Succeeded(number, room.Clock.GetUtcNow()));
    }

    private static PipelineEvent Event(int draw, PipelineState state, DateTimeOffset now)
    {
        var job = draw / 100 % state.Jobs.Length;
        return (draw % 14) switch
        {
            0 or 1 or 2 => new PipelineEvent.Started(job, now),
            3 or 4 => new PipelineEvent.Succeeded(job, now),
            5 => new PipelineEvent.Failed(job, "script_failure", draw % 5, now),
            6 => new PipelineEvent.Failed(job, "runner_system_failure", null, now),
            7 => new PipelineEvent.Played(job, [new Variable("A", $"{draw}")], now),
            8 => new PipelineEvent.JobRetried(job, now),
            9 => new PipelineEvent.JobCanceled(job, now),
            10 => new PipelineEvent.Stopped(job, now),
            11 => new PipelineEvent.Ticked(now),
            12 => new PipelineEvent.PipelineRetried(now),
            _ => new PipelineEvent.ResourceGranted(job, now),
        };
    }

    /// <summary>The same in all that rows hold; instants are kept to the millisecond.</summary>
    private static void Same(PipelineState expected, PipelineState? actual)
    {
        Assert.NotNull(actual);
        Assert.Equal(expected.Status, actual.Status);
        Assert.Equal(expected.Jobs.Select(Line), actual.Jobs.Select(Line));
        Assert.Equal(expected.Pipeline.Jobs.Select(job => job.Name), actual.Pipeline.Jobs.Select(job => job.Name));
    }

    private static string Line(JobState job) =>
        $"{job.Number} {job.JobIndex} {job.Job.Name} {job.Status} {job.Attempt} {job.Retried} {job.AllowFailure} {job.Played} {job.CancelsGracefully} "
        + $"{job.FailureReason} {job.ExitCode} {Ms(job.ScheduledAt)} {Ms(job.QueuedAt)} {Ms(job.StartedAt)} {Ms(job.FinishedAt)} "
        + string.Join(',', job.PlayVariables);

    private static long? Ms(DateTimeOffset? at) => at?.ToUnixTimeMilliseconds();
}
