using System.Text;
using Slipway.Server.Blobs;
using Slipway.Server.Data;
using Slipway.Server.Git;
using Slipway.Server.Tests.Runners;
using Slipway.Server.Tests.Support;
using Xunit;

namespace Slipway.Server.Tests.Backups;

public sealed class BackupTests
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(DatabaseKind.Sqlite, DatabaseKind.Sqlite)]
    [InlineData(DatabaseKind.Sqlite, DatabaseKind.Postgres)]
    [InlineData(DatabaseKind.Postgres, DatabaseKind.Sqlite)]
    [InlineData(DatabaseKind.Postgres, DatabaseKind.Postgres)]
    public async Task A_running_servers_backup_becomes_a_healthy_server_with_all_it_had(DatabaseKind from, DatabaseKind to)
    {
        await using var room = await WorkedAsync(from);
        await using var other = await TestDatabase.CreateAsync(to);
        using var folder = new TemporaryFolder();
        var made = await CreateAsync(room, folder["backup"], withKey: true);
        var (checkedOne, wrong) = await Backup.VerifyAsync(folder["backup"], Ct);
        Assert.Empty(wrong);
        Assert.Equal(made, checkedOne);

        var options = Place(folder["data"], other);
        await RestoreAsync(folder["backup"], options);

        var found = await Doctor.ExamineAsync(options, deep: true, TimeProvider.System, _ => { }, Ct);
        Assert.True(found.IsHealthy, string.Join('\n', found.Checks.SelectMany(check => check.Troubles)));
        await using var db = await other.OpenAsync();
        Assert.Equal(await RowsAsync(room.Db), await RowsAsync(db));
        await using var again = await SlipwayServer.StartAsync(options, TimeProvider.System, _ => { }, Ct);
        using var http = new HttpClient { BaseAddress = again.Address };
        http.DefaultRequestHeaders.Add("PRIVATE-TOKEN", room.Admin.Token);
        var log = await http.GetStringAsync($"/api/v4/projects/{room.Project.Id}/jobs/1/trace", Ct);
        Assert.Equal("made\n", log);
        // Ids go on where they were.
        var user = await http.PostAsync(
            "/api/v4/users",
            Form(
                ("username", "new"),
                ("name", "New"),
                ("email", "new@example.com"),
                ("password", "correct horse battery"),
                ("skip_confirmation", "true")
            ),
            Ct
        );
        Assert.True(user.IsSuccessStatusCode, await user.Content.ReadAsStringAsync(Ct));
    }

    [Fact]
    public async Task The_key_is_not_in_it_unless_it_is_asked_for_and_must_be_the_right_one()
    {
        await using var room = await WorkedAsync(DatabaseKind.Sqlite);
        using var folder = new TemporaryFolder();
        var made = await CreateAsync(room, folder["backup"]);
        var key = folder.Write("other.key", new string('a', 64) + "\n");
        File.SetUnixFileMode(key, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        var options = new ServerOptions { DataFolder = folder["data"] };

        Assert.False(made.HasKey);
        Assert.DoesNotContain(Directory.GetFiles(folder["backup"], "*", SearchOption.AllDirectories), path => path.EndsWith("secret.key"));
        Assert.Contains($"The key {made.Key} is not in the backup", await RefusedAsync(folder["backup"], options, null));
        Assert.Contains("is another server's key", await RefusedAsync(folder["backup"], options, key));
        Assert.False(Directory.Exists(folder["data"]));
        await RestoreAsync(folder["backup"], options, Path.Combine(room.Server.DataFolder, "secret.key"));
    }

    [Fact]
    public async Task Every_changed_or_missing_file_is_named_and_nothing_is_restored()
    {
        await using var room = await WorkedAsync(DatabaseKind.Sqlite);
        using var folder = new TemporaryFolder();
        await CreateAsync(room, folder["backup"], withKey: true);
        var jobs = Path.Combine(folder["backup"], "tables", "jobs.jsonl.gz");
        var bytes = await File.ReadAllBytesAsync(jobs, Ct);
        bytes[^1] ^= 1;
        await File.WriteAllBytesAsync(jobs, bytes, Ct);
        var bundle = Directory.GetFiles(folder["backup"], "*.bundle", SearchOption.AllDirectories).Single();
        File.Delete(bundle);

        var (_, wrong) = await Backup.VerifyAsync(folder["backup"], Ct);
        Assert.Equal(["repositories", "tables"], wrong.Select(line => line.Split('/')[0]).Order());
        Assert.Contains("2 files of the backup", await RefusedAsync(folder["backup"], new() { DataFolder = folder["data"] }, null));
        Assert.False(Directory.Exists(folder["data"]));
    }

    [Fact]
    public async Task One_that_was_never_finished_is_none()
    {
        await using var room = await WorkedAsync(DatabaseKind.Sqlite);
        using var folder = new TemporaryFolder();
        await CreateAsync(room, folder["backup"]);
        File.Delete(Path.Combine(folder["backup"], "manifest.json"));

        var why = await Assert.ThrowsAsync<BackupException>(() => Backup.VerifyAsync(folder["backup"], Ct));
        Assert.Contains("is no backup that can be used", why.Message);
        Assert.Contains(
            "is there already, and not empty",
            (await Assert.ThrowsAsync<BackupException>(() => CreateAsync(room, folder["backup"]))).Message
        );
    }

    [Fact]
    public async Task A_place_that_is_not_empty_or_half_restored_is_left_alone()
    {
        await using var room = await WorkedAsync(DatabaseKind.Sqlite);
        using var folder = new TemporaryFolder();
        await CreateAsync(room, folder["backup"], withKey: true);
        folder.Write("full/file", "mine");
        folder.Write("half/RESTORING", "");

        Assert.Contains("is not empty", await RefusedAsync(folder["backup"], new() { DataFolder = folder["full"] }, null));
        var half = new ServerOptions { DataFolder = folder["half"] };
        Assert.Contains("is half restored", await RefusedAsync(folder["backup"], half, null));
        var start = await Assert.ThrowsAsync<IOException>(() => SlipwayServer.StartAsync(half, TimeProvider.System, _ => { }, Ct));
        Assert.Contains("is half restored", start.Message);
        var found = await Doctor.ExamineAsync(half, false, TimeProvider.System, _ => { }, Ct);
        Assert.Contains(found.Checks, check => check is { Name: "data folder", Said: "it is half restored" });
    }

    [Fact]
    public async Task A_blob_that_is_gone_is_said_and_nothing_is_left_of_the_backup()
    {
        await using var room = await WorkedAsync(DatabaseKind.Sqlite);
        using var folder = new TemporaryFolder();
        var blob = await room.Db.FindAsync<string>("SELECT blob FROM artifacts", null, Ct);
        await room.Part<IBlobStore>().DeleteAsync(BlobDigest.Parse(blob!, null), Ct);

        Assert.Contains("is gone", (await Assert.ThrowsAsync<BackupException>(() => CreateAsync(room, folder["backup"]))).Message);
        Assert.False(Directory.Exists(folder["backup"]));
    }

    private static async Task<string> RefusedAsync(string backup, ServerOptions options, string? key) =>
        (await Assert.ThrowsAsync<BackupException>(() => RestoreAsync(backup, options, key))).Message;

    private static Task<Backup.Summary> CreateAsync(CoordinatorRoom room, string folder, bool withKey = false) =>
        Backup.CreateAsync(room.Server.Options, folder, withKey, TimeProvider.System, _ => { }, Ct);

    private static Task<Backup.Summary> RestoreAsync(string backup, ServerOptions options, string? key = null) =>
        Backup.RestoreAsync(backup, options, key, TimeProvider.System, _ => { }, Ct);

    private static ServerOptions Place(string folder, TestDatabase database) =>
        new()
        {
            DataFolder = folder,
            Listen = new(System.Net.IPAddress.Loopback, 0),
            Database = database.Options.Address is DatabaseAddress.Sqlite(var path)
                ? path
                : ((DatabaseAddress.Postgres)database.Options.Address).ConnectionString,
        };

    private static async Task<string> RowsAsync(Db db)
    {
        string[] tables =
        [
            "users",
            "projects",
            "pipelines",
            "jobs",
            "artifacts",
            "audit_events",
            "access_tokens",
            "compiled_pipelines",
            "routes",
        ];
        var counts = new List<string>();
        foreach (var table in tables)
            counts.Add($"{table} {await db.FindAsync<long>($"SELECT COUNT(*) FROM {table}", null, Ct)}");
        counts.AddRange(await db.QueryAsync<string>("SELECT name || ' ' || status || ' ' || id FROM jobs ORDER BY id", null, Ct));
        return string.Join('\n', counts);
    }

    private static FormUrlEncodedContent Form(params (string Name, string Value)[] fields) =>
        new(fields.Select(field => KeyValuePair.Create(field.Name, field.Value)));

    /// <summary>A repository, a pipeline, one of its jobs done with a log and an artifact, the other running with a live log.</summary>
    private static async Task<CoordinatorRoom> WorkedAsync(DatabaseKind kind)
    {
        var room = await CoordinatorRoom.OpenAsync(kind);
        var git = await GitClient.InitAsync(Path.Combine(room.Server.DataFolder, "work"));
        var sha = await git.CommitAsync("one", ("a.txt", "1\n"));
        await git.OkAsync("tag", "-a", "-m", "first", "v1");
        await git.OkAsync("push", "-q", room.Part<Repositories>().Create(room.Project.Id).Path, "main", "v1");
        var pipeline = await room.PipelineAsync("build: { script: make }\ntest: { script: test }\n");
        await room.Db.ExecuteAsync("UPDATE pipelines SET sha = @sha WHERE id = @pipeline", new { sha, pipeline }, Ct);
        var runner = await room.RunnerAsync();
        var build = await runner.StartAsync();
        build.Log = Encoding.UTF8.GetBytes("made\n");
        Assert.Equal(201, (await build.UploadAsync([1, 2, 3])).Status);
        Assert.Equal(200, (await build.FinishAsync("success")).Status);
        await room.ArchiveAsync(build.Id);
        var test = await runner.StartAsync();
        test.Log = Encoding.UTF8.GetBytes("half of it");
        await test.SendLogAsync();
        return room;
    }
}
