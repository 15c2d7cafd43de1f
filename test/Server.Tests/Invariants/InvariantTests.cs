using System.Text;
using Slipway.Server.Accounts;
using Slipway.Server.Blobs;
using Slipway.Server.Git;
using Slipway.Server.Tests.Runners;
using Slipway.Server.Tests.Support;
using Xunit;

namespace Slipway.Server.Tests.Invariants;

/// <summary>Each invariant is broken by hand, and the doctor names it and nothing else.</summary>
public sealed class InvariantTests
{
    private sealed record Case(string Invariant, string What, string[] Broken, string[] Mended);

    private const string Yaml = """
        build: { script: make, artifacts: { paths: [out] } }
        test: { script: test }
        """;

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    /// <summary>Each breaks one thing, and mends it again with what was kept of the tables before.</summary>
    private static readonly Case[] Cases =
    [
        new("I1", "and the project has counted to 0", ["UPDATE projects SET pipelines = 0"], ["UPDATE projects SET pipelines = 1"]),
        new(
            "I1",
            "2 pipelines have the number 1",
            ["DROP INDEX pipelines_iid", Copy("iid", "'skipped'", "ready", "created_at")],
            ["DELETE FROM pipelines WHERE status = 'skipped'", "CREATE UNIQUE INDEX pipelines_iid ON pipelines (project_id, iid)"]
        ),
        new(
            "I2",
            "lacks 1 of its 2 jobs",
            ["UPDATE jobs SET job_index = 9 WHERE name = 'test'"],
            ["UPDATE jobs SET job_index = 1 WHERE name = 'test'"]
        ),
        new("I2", "is not ready, and has 2 jobs", ["UPDATE pipelines SET ready = 0"], ["UPDATE pipelines SET ready = 1"]),
        new(
            "I2",
            "was never finished",
            ["UPDATE projects SET pipelines = 2", Copy("2", "'created'", "0", "0")],
            ["DELETE FROM pipelines WHERE iid = 2", "UPDATE projects SET pipelines = 1"]
        ),
        new("I3", "is success, and its job", ["UPDATE pipelines SET status = 'success'"], ["UPDATE pipelines SET status = 'running'"]),
        new(
            "I3",
            "is running, and all of its jobs are over",
            ["UPDATE jobs SET status = 'success'"],
            ["UPDATE jobs SET status = 'running' WHERE name = 'test'"]
        ),
        new(
            "I4",
            "nothing was heard of it for",
            ["UPDATE jobs SET updated_at = updated_at - 300000 WHERE name = 'test'"],
            ["UPDATE jobs SET updated_at = updated_at + 300000 WHERE name = 'test'"]
        ),
        new(
            "I4",
            "nobody may speak for it",
            ["UPDATE jobs SET runner_id = NULL WHERE name = 'test'"],
            ["UPDATE jobs SET runner_id = 1 WHERE name = 'test'"]
        ),
        new(
            "I5",
            "has 2 attempts, 1 of them count, the newest is 2",
            [Attempt("status", "1", "NULL", "build")],
            ["DELETE FROM jobs WHERE attempt = 2"]
        ),
        new(
            "I6",
            "and may have",
            ["UPDATE jobs SET trace_size = 104857601 WHERE name = 'build'"],
            ["UPDATE jobs SET trace_size = 5 WHERE name = 'build'"]
        ),
        new(
            "I6",
            "has 0 bytes, and had 9",
            ["UPDATE jobs SET trace_size = 9 WHERE name = 'test'"],
            ["UPDATE jobs SET trace_size = 0 WHERE name = 'test'"]
        ),
        new(
            "I11",
            "1 commit that pipelines are about",
            ["UPDATE pipelines SET before_sha = sha, sha = '1234567890123456789012345678901234567890'"],
            ["UPDATE pipelines SET sha = before_sha"]
        ),
        new(
            "I12",
            "what became of push dead",
            ["INSERT INTO push_intents (id, project_id, payload, created_at) SELECT 'dead', id, '{}', 0 FROM projects"],
            ["DELETE FROM push_intents"]
        ),
        new(
            "I13",
            "2 jobs are in resource group production",
            [
                Attempt("'pending'", "0", "'production'", "test"),
                "UPDATE jobs SET retried = 1, resource_group = 'production' WHERE name = 'test' AND attempt = 1",
            ],
            ["DELETE FROM jobs WHERE attempt = 2", "UPDATE jobs SET retried = 0, resource_group = NULL WHERE name = 'test'"]
        ),
        new(
            "work",
            "pushed 7 was tried twenty times",
            ["INSERT INTO work (kind, subject, payload, generation, attempts, error) VALUES ('pushed', '7', '{}', 1, 20, 'no disk')"],
            ["DELETE FROM work WHERE kind = 'pushed'"]
        ),
        new("audit", "is not as it was written", ["UPDATE audit_events SET actor = actor || '!'"], []),
    ];

    [Theory, EveryDatabase]
    public async Task Whatever_is_broken_is_named_and_nothing_else(DatabaseKind kind)
    {
        await using var room = await WorkedAsync(kind);
        Assert.Equal([], await WrongAsync(room));
        Assert.Contains((await ExamineAsync(room)).Checks, check => check.Said == "1 artifact, 0 large files");
        foreach (var one in Cases)
        {
            await DoAsync(room, one.Broken);
            var wrong = await WrongAsync(room);
            Assert.True(
                wrong is [var only] && only.StartsWith(one.Invariant + " ") && only.Contains(one.What),
                $"{one.Invariant}, {one.What}: {string.Join("; ", wrong)}"
            );
            await DoAsync(room, one.Mended);
        }
    }

    [Fact]
    public async Task A_log_whose_bytes_have_changed()
    {
        await using var room = await WorkedAsync(DatabaseKind.Sqlite);
        var digest = await room.Db.FindAsync<string>("SELECT trace_blob FROM jobs WHERE name = 'build'", null, Ct);
        await ChangeAsync(room, digest!);

        Assert.Contains("its bytes are not those that were put", Assert.Single(await WrongAsync(room)));
    }

    [Fact]
    public async Task An_artifact_whose_bytes_are_gone()
    {
        await using var room = await WorkedAsync(DatabaseKind.Sqlite);
        var digest = await room.Db.FindAsync<string>("SELECT blob FROM artifacts", null, Ct);
        await room.Part<IBlobStore>().DeleteAsync(BlobDigest.Parse(digest!, null), Ct);

        Assert.Contains("I7 artifact artifacts.zip (archive)", Assert.Single(await WrongAsync(room)));
    }

    [Fact]
    public async Task A_repository_whose_objects_are_damaged()
    {
        await using var room = await WorkedAsync(DatabaseKind.Sqlite);
        var objects = Path.Combine(room.Part<Repositories>().Of(room.Project.Id).Path, "objects");
        foreach (var file in Directory.GetFiles(objects, "*", SearchOption.AllDirectories))
        {
            File.SetUnixFileMode(file, UnixFileMode.UserRead | UnixFileMode.UserWrite);
            await File.WriteAllTextAsync(file, "no object", Ct);
        }

        Assert.Contains("I11 git fsck:", Assert.Single(await WrongAsync(room)));
    }

    [Fact]
    public async Task Without_the_key_the_key_is_named()
    {
        await using var room = await WorkedAsync(DatabaseKind.Sqlite);
        File.Delete(Path.Combine(room.Server.DataFolder, "secret.key"));

        Assert.Contains(await WrongAsync(room), wrong => wrong.StartsWith("key it is gone"));
    }

    [Fact]
    public async Task What_is_no_servers_data_is_said_to_be_none()
    {
        using var folder = new TemporaryFolder();
        var nowhere = await Doctor.ExamineAsync(new() { DataFolder = folder["none"] }, true, TimeProvider.System, _ => { }, Ct);
        var empty = await Doctor.ExamineAsync(new() { DataFolder = folder.Path }, false, TimeProvider.System, _ => { }, Ct);

        Assert.Contains(nowhere.Checks, check => check is { Name: "data folder", Health: Diagnosis.Health.Bad });
        Assert.Contains(empty.Checks, check => check is { Name: "database", Health: Diagnosis.Health.Bad });
        Assert.Empty(Directory.GetFileSystemEntries(folder.Path));
    }

    private static async Task DoAsync(CoordinatorRoom room, string[] statements)
    {
        foreach (var statement in statements)
            await room.Db.ExecuteAsync(statement, null, Ct);
    }

    private static string Copy(string iid, string status, string ready, string createdAt) =>
        $"""
            INSERT INTO pipelines (project_id, iid, user_id, source, ref, tag, sha, before_sha, protected, status, origin, ready, version, created_at, updated_at)
            SELECT project_id, {iid}, user_id, source, ref, tag, sha, before_sha, protected, {status}, 'push:x', {ready}, version, {createdAt}, updated_at FROM pipelines
            """;

    /// <summary>A second attempt at a job.</summary>
    private static string Attempt(string status, string retried, string group, string name) =>
        $"""
            INSERT INTO jobs (pipeline_id, project_id, number, job_index, attempt, bridge, name, stage, stage_index, status, retried, allow_failure, played,
              cancels_gracefully, user_id, protected, tags, trace_size, debug_trace, created_at, updated_at, resource_group)
            SELECT pipeline_id, project_id, 7, job_index, 2, bridge, name, stage, stage_index, {status}, {retried}, allow_failure, played,
              cancels_gracefully, user_id, protected, tags, 0, debug_trace, created_at, updated_at, {group} FROM jobs WHERE name = '{name}'
            """;

    /// <summary>A repository, a pipeline in it, one of its jobs done with a log and an artifact, the other running.</summary>
    private static async Task<CoordinatorRoom> WorkedAsync(DatabaseKind kind)
    {
        var room = await CoordinatorRoom.OpenAsync(kind);
        var git = await GitClient.InitAsync(Path.Combine(room.Server.DataFolder, "work"));
        var sha = await git.CommitAsync("one", ("a.txt", "1\n"));
        await git.OkAsync("push", "-q", room.Part<Repositories>().Create(room.Project.Id).Path, "main");
        var pipeline = await room.PipelineAsync(Yaml);
        await room.Db.ExecuteAsync("UPDATE pipelines SET sha = @sha WHERE id = @pipeline", new { sha, pipeline }, Ct);
        var runner = await room.RunnerAsync();
        var build = await runner.StartAsync();
        build.Log = Encoding.UTF8.GetBytes("made\n");
        Assert.Equal(201, (await build.UploadAsync([1, 2, 3])).Status);
        Assert.Equal(200, (await build.FinishAsync("success")).Status);
        await room.ArchiveAsync(build.Id);
        await runner.StartAsync();
        await room.Db.WriteAsync(
            async (session, ct) =>
            {
                await Audit.WriteAsync(session, "ada", "looked", "it", null, 1, ct);
                return 0;
            },
            Ct
        );
        return room;
    }

    private static Task<Diagnosis> ExamineAsync(CoordinatorRoom room) =>
        Doctor.ExamineAsync(room.Server.Options, deep: true, TimeProvider.System, _ => { }, Ct);

    private static async Task<IReadOnlyList<string>> WrongAsync(CoordinatorRoom room) =>
        [
            .. from check in (await ExamineAsync(room)).Checks
            where check.Health == Diagnosis.Health.Bad
            from trouble in check.Troubles.DefaultIfEmpty(new(check.Said, "", "", ""))
            select $"{check.Name.Split(' ')[0]} {trouble.What}",
        ];

    private static async Task ChangeAsync(CoordinatorRoom room, string digest)
    {
        var hex = digest["sha256:".Length..];
        var path = Path.Combine(room.Server.DataFolder, "blobs", "sha256", hex[..2], hex);
        var bytes = await File.ReadAllBytesAsync(path, Ct);
        bytes[0] ^= 1;
        await File.WriteAllBytesAsync(path, bytes, Ct);
    }
}
