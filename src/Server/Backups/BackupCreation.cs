using Slipway.Server.Blobs;
using Slipway.Server.Data;
using Slipway.Server.Git;
using Slipway.Server.Jobs.Traces;
using Slipway.Server.Secrets;

namespace Slipway.Server.Backups;

/// <summary>
/// Makes a backup, in this order: 1 the tables, as they are at one moment; 2 the repositories, 3 the blobs and 4 the logs that those rows are about. What comes
/// later may be newer than the rows and is never older, so every row finds what it names. 5 the manifest.
/// </summary>
internal sealed class BackupCreation(ServerOptions options, TimeProvider time, Action<string> tell)
{
    private const int AtOnce = 500;

    private static readonly TimeSpan Deadline = TimeSpan.FromHours(12);

    private readonly TraceFolder _traces = new(options.Folder("traces"));
    private readonly Repositories _repositories = new(options.Folder("repositories"), new GitDoor(time));

    public async Task<Backup.Summary> RunAsync(string folder, bool withKey, CancellationToken ct)
    {
        var keys = Keys();
        using var to = new BackupFolder(folder);
        try
        {
            await using var db = await Db.OpenReadOnlyAsync(new DataOptions(options.DatabaseAddress) { Deadline = Deadline }, time, ct);
            using var blobs = options.OpenBlobs();
            tell("the database");
            var moment = await db.ReadAsync((session, token) => TablesAsync(session, to, token), ct);
            foreach (var project in moment.Projects)
                await RepositoryAsync(to, project, ct);
            tell($"{moment.Blobs.Count} blobs");
            foreach (var blob in moment.Blobs)
                await BlobAsync(to, blobs, blob, ct);
            await LogsAsync(to, db, blobs, moment.Logs, ct);
            if (withKey)
                await to.AddAsync(
                    Manifest.KeyName,
                    stream => stream.WriteAsync(File.ReadAllBytes(options.Folder("secret.key")), ct).AsTask()
                );
            var manifest = new Manifest(
                Manifest.Newest,
                new Compiler.ServerFacts().Version,
                moment.At,
                moment.Schema,
                keys,
                moment.Sequences,
                to.Files,
                to.Bytes,
                to.Close()
            );
            manifest.Write(folder);
            return BackupCheck.Summary(folder, manifest, withKey);
        }
        catch (Exception e) when (e is DatabaseException or IOException or UnauthorizedAccessException or FormatException)
        {
            to.Drop();
            throw new BackupException(e.Message.TrimEnd('.') + "; nothing is left of the backup.", e);
        }
        catch
        {
            to.Drop();
            throw;
        }
    }

    /// <summary>The fingerprint that the rows are sealed with.</summary>
    private string Keys()
    {
        if (RestoreMark.WhyNot(options.DataFolder) is { } why)
            throw new BackupException(why);
        try
        {
            return KeyFile.Read(options.Folder("secret.key")) is { } keys
                ? new SecretBox(keys).Fingerprint
                : throw new BackupException($"There is no server's data in {options.DataFolder}: it has no secret.key.");
        }
        catch (KeyFileException e)
        {
            throw new BackupException(e.Message, e);
        }
    }

    private async Task<Moment> TablesAsync(Session session, BackupFolder to, CancellationToken ct)
    {
        var isSqlite = options.DatabaseAddress is DatabaseAddress.Sqlite;
        var schema = await session.FindAsync<long>("SELECT MAX(version) FROM schema_migrations", null, ct);
        // The first read is the moment that all others see.
        var at = time.GetUtcNow();
        foreach (var table in await Tables.NamesAsync(session, isSqlite, ct))
            await to.AddAsync(Tables.PathOf(table), stream => Tables.WriteAsync(session, table, stream, ct));
        var blobs = await session.QueryAsync<string>(
            """
            SELECT blob FROM artifacts UNION SELECT trace_blob FROM jobs WHERE trace_blob IS NOT NULL UNION SELECT 'sha256:' || oid FROM lfs_objects
            UNION SELECT blob FROM registry_blobs UNION SELECT blob FROM registry_pieces
            """,
            null,
            ct
        );
        var logs = await session.QueryAsync<long>(
            "SELECT id FROM jobs WHERE trace_blob IS NULL AND erased_at IS NULL AND bridge = 0 AND started_at IS NOT NULL",
            null,
            ct
        );
        var projects = await session.QueryAsync<ProjectRow>(
            $"SELECT {ProjectRow.Columns} FROM projects WHERE deleted_at IS NULL",
            null,
            ct
        );
        return new Moment(at, schema, await TableKeys.SequencesAsync(session, isSqlite, ct), blobs, logs, projects);
    }

    private async Task RepositoryAsync(BackupFolder to, ProjectRow project, CancellationToken ct)
    {
        var repository = _repositories.Of(project.Id);
        // Git makes no bundle of nothing.
        if (!repository.Exists || (await repository.RefsAsync(ct)).Count == 0)
            return;
        tell($"{project.FullPath}");
        await to.AddAsync(
            RepositoryPath(project.Id),
            async stream =>
            {
                var call = new GitCall("bundle", "create", "--quiet", "-", "--all")
                {
                    Drink = (output, token) => output.CopyToAsync(stream, token),
                    Limit = Deadline,
                };
                (await repository.RunAsync(call, ct)).OrThrow($"bundle {project.FullPath}");
            }
        );
    }

    /// <summary>In a backup.</summary>
    public static string RepositoryPath(long project) => $"repositories/{project & 0xff:x2}/{project}.bundle";

    private static async Task BlobAsync(BackupFolder to, IBlobStore blobs, string name, CancellationToken ct)
    {
        var digest = BlobDigest.Parse(name, null);
        await using var stream =
            await blobs.OpenAsync(digest, null, ct)
            ?? throw new BackupException($"The blob {name} is gone. slipway doctor --deep says whose it was.");
        var sum = await to.AddAsync($"blobs/sha256/{digest.Hex[..2]}/{digest.Hex}", stream, ct);
        if (BlobDigest.Of(sum) != digest)
            throw new BackupException($"The blob {name} is damaged. slipway doctor --deep says whose it is.");
    }

    /// <summary>Logs that are live, and those that were and have gone to the archive since.</summary>
    private async Task LogsAsync(BackupFolder to, Db db, IBlobStore blobs, IReadOnlyList<long> jobs, CancellationToken ct)
    {
        var gone = new List<long>();
        foreach (var job in jobs)
        {
            await using var log = _traces.Open(job);
            if (log is null)
                gone.Add(job);
            else
                await to.AddAsync(LogPath(job), log, ct);
        }

        foreach (var ids in gone.Chunk(AtOnce))
        foreach (
            var row in await db.QueryAsync<JobRow>(
                "SELECT * FROM jobs WHERE trace_blob IS NOT NULL AND id IN @ids",
                new { ids = new In<long>(ids) },
                ct
            )
        )
        {
            await using var log = await blobs.OpenAsync(BlobDigest.Parse(row.TraceBlob!, null), null, ct);
            if (log is not null)
                await to.AddAsync(LogPath(row.Id), log, ct);
        }
    }

    private static string LogPath(long job) => $"traces/{job}.log";

    private sealed record Moment(
        DateTimeOffset At,
        long Schema,
        IReadOnlyDictionary<string, long> Sequences,
        IReadOnlyList<string> Blobs,
        IReadOnlyList<long> Logs,
        IReadOnlyList<ProjectRow> Projects
    );
}
