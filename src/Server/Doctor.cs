using Slipway.Server.Blobs;
using Slipway.Server.Data;
using Slipway.Server.Git;
using Slipway.Server.Invariants;
using Slipway.Server.Jobs.Traces;
using Slipway.Server.Secrets;

namespace Slipway.Server;

/// <summary>Looks at all that a server keeps, whether or not it runs, and changes nothing.</summary>
public static class Doctor
{
    /// <summary>Reading every log and artifact takes its time.</summary>
    private static readonly TimeSpan Deadline = TimeSpan.FromHours(6);

    /// <summary>What a server says at least once in so long, when jobs run: used where there is no clock to go by.</summary>
    private const string LastHeard = """
        SELECT MAX(at) FROM (SELECT MAX(updated_at) AS at FROM jobs UNION ALL SELECT MAX(updated_at) AS at FROM pipelines
          UNION ALL SELECT MAX(contacted_at) AS at FROM runner_managers) AS heard
        """;

    /// <param name="deep">Every invariant over every row, blob and repository, not only what takes no time.</param>
    /// <param name="tell">Told what is looked at next.</param>
    public static Task<Diagnosis> ExamineAsync(
        ServerOptions options,
        bool deep,
        TimeProvider time,
        Action<string> tell,
        CancellationToken ct
    ) => ExamineAsync(options, deep ? Invariant.All : [], time, tell, ct);

    /// <summary>Of all that a deep look sees, the images: every layer is read.</summary>
    /// <inheritdoc cref="ExamineAsync(ServerOptions, bool, TimeProvider, Action{string}, CancellationToken)"/>
    public static Task<Diagnosis> ExamineImagesAsync(ServerOptions options, TimeProvider time, Action<string> tell, CancellationToken ct) =>
        ExamineAsync(options, [.. Invariant.All.Where(one => one.Id is "I8" or "I9" or "I10" or "proxy")], time, tell, ct);

    private static async Task<Diagnosis> ExamineAsync(
        ServerOptions options,
        IReadOnlyList<Invariant> invariants,
        TimeProvider time,
        Action<string> tell,
        CancellationToken ct
    )
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(tell);
        var git = new GitDoor(time);
        var checks = new List<Diagnosis.Check> { await QuickChecks.GitAsync(git, ct), QuickChecks.Folder(options.DataFolder) };
        if (!Directory.Exists(options.DataFolder))
            return new Diagnosis(checks);
        checks.Add(QuickChecks.Space(options.DataFolder));
        var (database, db) = await DatabaseAsync(options, time, ct);
        await using var _ = db;
        checks.Add(database);
        var known = db is null ? null : await db.FindAsync<string>("SELECT value FROM settings WHERE name = 'secret_key'", null, ct);
        var (key, secrets) = QuickChecks.Key(options.Folder("secret.key"), known?.Trim('"'));
        checks.Add(key);
        var (store, blobs) = await BlobsAsync(options, ct);
        using var __ = blobs;
        checks.Add(store);
        if (invariants.Count == 0)
            return new Diagnosis(checks);
        if (db is null || blobs is null)
            return new Diagnosis([.. checks, .. invariants.Select(one => Unseen(one, db is null ? "database" : "blobs"))]);
        var scene = await SceneAsync(options, time, db, blobs, secrets, git, ct);
        if (options.DatabaseAddress is DatabaseAddress.Sqlite)
            checks.Add(await FileAsync(db, ct));
        foreach (var invariant in invariants)
        {
            tell(invariant.Sentence);
            checks.Add(await invariant.CheckAsync(scene, ct));
        }

        return new Diagnosis(checks) { Damaged = scene.Damaged };
    }

    private static async Task<Scene> SceneAsync(
        ServerOptions options,
        TimeProvider time,
        Db db,
        IBlobStore blobs,
        SecretBox? secrets,
        GitDoor git,
        CancellationToken ct
    )
    {
        var clock = time.GetUtcNow().ToUnixTimeMilliseconds();
        // A server that is down hears nothing, and that is no fault of those who would tell it.
        var now = RunningServer.Find(options.DataFolder) is not null ? clock : await db.FindAsync<long?>(LastHeard, null, ct) ?? clock;
        return new Scene(
            db,
            blobs,
            new TraceFolder(options.Folder("traces")),
            new Repositories(options.Folder("repositories"), git),
            secrets,
            options.Jobs,
            now
        );
    }

    private static async Task<(Diagnosis.Check Check, Db? Db)> DatabaseAsync(ServerOptions options, TimeProvider time, CancellationToken ct)
    {
        const string name = "database";
        var place = "";
        try
        {
            var address = options.DatabaseAddress;
            place = address.ToString();
            var db = await Db.OpenReadOnlyAsync(new DataOptions(address) { Deadline = Deadline }, time, ct);
            return (new(name, Diagnosis.Health.Good, place), db);
        }
        catch (FormatException e)
        {
            return (
                QuickChecks.Bad(name, e.Message, "--database", "nothing can be looked up", "as in postgres://user:password@host/name"),
                null
            );
        }
        catch (DatabaseException e)
        {
            var why = e.Fault == DbFault.Schema ? "its tables are not this program's" : "it cannot be opened";
            var next = e.Fault == DbFault.Schema ? "see the message" : "--data and --database say where it is; is it up?";
            return (QuickChecks.Bad(name, e.Message, place, why, next), null);
        }
    }

    private static async Task<(Diagnosis.Check Check, IBlobStore? Blobs)> BlobsAsync(ServerOptions options, CancellationToken ct)
    {
        var place = options.Blobs ?? options.Folder("blobs");
        if (options.Blobs is null && !Directory.Exists(place))
            return (QuickChecks.Bad("blobs", "the folder is not there", place, "every server has one", "restore it from a backup"), null);
        try
        {
            var blobs = options.OpenBlobs();
            return (await QuickChecks.BlobsAsync(blobs, place, ct), blobs);
        }
        catch (Exception e) when (e is BlobStoreException or FormatException)
        {
            return (QuickChecks.Bad("blobs", e.Message, place, "artifacts and logs cannot be read", "see the message"), null);
        }
    }

    /// <summary>SQLite's own look at its file (sqlite.org/pragma.html#pragma_integrity_check).</summary>
    private static async Task<Diagnosis.Check> FileAsync(Db db, CancellationToken ct)
    {
        const string name = "file of the database";
        var said = await db.QueryAsync<string>("PRAGMA integrity_check(20)", null, ct);
        return said is ["ok"]
            ? new(name, Diagnosis.Health.Good, "sound")
            : new(name, Diagnosis.Health.Bad, Sighting.Count(said.Count, "fault"))
            {
                Troubles =
                [
                    .. said.Select(line => new Diagnosis.Trouble(line, "slipway.db", "the disk has changed the file", "restore a backup")),
                ],
            };
    }

    private static Diagnosis.Check Unseen(Invariant invariant, string what) =>
        new($"{invariant.Id} {invariant.Sentence}", Diagnosis.Health.Unknown, $"not looked at: see {what}");
}
