using Slipway.Compiler;
using Slipway.Server.Blobs;
using Slipway.Server.Data;
using Slipway.Server.Git;
using Slipway.Server.Jobs.Traces;
using Slipway.Server.Secrets;

namespace Slipway.Server.Backups;

/// <summary>
/// Makes a server's data of a backup. Nothing is begun before the backup, the place and the key are known to be good; then a mark goes in, and goes away last:
/// a place that has it is half restored, and no server starts there.
/// </summary>
internal sealed class BackupRestore(ServerOptions options, TimeProvider time, Action<string> tell)
{
    private const int MostNamed = 5;
    private const UnixFileMode Owner = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    /// <summary>Says what layers of other registries are here. A backup does not carry them, and they are fetched again.</summary>
    private const string Refetched = "dependency_proxy_blobs";

    private static readonly TimeSpan Deadline = TimeSpan.FromHours(12);

    public async Task<Backup.Summary> RunAsync(string folder, string? keyFile, CancellationToken ct)
    {
        tell("checking the backup");
        var (summary, wrong) = await BackupCheck.RunAsync(folder, ct);
        if (wrong.Count > 0)
            throw new BackupException(
                $"{wrong.Count} files of the backup are not what they were: {string.Join("; ", wrong.Take(MostNamed))}"
            );
        var manifest = Manifest.Read(folder);
        var key = Key(summary, keyFile);
        CheckPlace();
        try
        {
            OwnFolder.Make(options.DataFolder);
            RestoreMark.Put(options.DataFolder);
            await DatabaseAsync(folder, manifest, ct);
            await FilesAsync(folder, manifest, ct);
            KeepKey(key);
            RestoreMark.Remove(options.DataFolder);
            return summary;
        }
        catch (Exception e) when (e is DatabaseException or IOException or UnauthorizedAccessException or FormatException)
        {
            throw new BackupException(
                $"{e.Message.TrimEnd('.')}. {options.DataFolder} is half restored: remove it before you try again.",
                e
            );
        }
    }

    /// <summary>The key's file, once it is known to be the right one.</summary>
    private static byte[] Key(Backup.Summary summary, string? keyFile)
    {
        var path = keyFile ?? (summary.HasKey ? Path.Combine(summary.Folder, Manifest.KeyName) : null);
        if (path is null)
            throw new BackupException(
                $"The key {summary.Key} is not in the backup, and what is sealed in it cannot be opened without. Say where a copy of secret.key is."
            );
        try
        {
            var keys = KeyFile.Read(path) ?? throw new BackupException($"There is no {path}.");
            return keys.Any(key => key.Fingerprint == summary.Key)
                ? File.ReadAllBytes(path)
                : throw new BackupException(
                    $"{path} is another server's key: it is {keys[^1].Fingerprint}, the backup is sealed with {summary.Key}."
                );
        }
        catch (KeyFileException e)
        {
            throw new BackupException(e.Message, e);
        }
    }

    private void CheckPlace()
    {
        var place = options.DataFolder;
        if (RestoreMark.WhyNot(place) is { } half)
            throw new BackupException(half);
        if (File.Exists(place) || (Directory.Exists(place) && Directory.EnumerateFileSystemEntries(place).Any()))
            throw new BackupException($"{place} is not empty. A backup is restored to a place of its own, never over a server's data.");
        if (options.DatabaseAddress is DatabaseAddress.Sqlite(var path) && File.Exists(path))
            throw new BackupException($"{path} is there already. A backup is restored to a database of its own.");
    }

    private async Task DatabaseAsync(string folder, Manifest manifest, CancellationToken ct)
    {
        tell("the database");
        var address = options.DatabaseAddress;
        var isSqlite = address is DatabaseAddress.Sqlite;
        await using var engine = Db.Engine(new DataOptions(address) { Deadline = Deadline }, time);
        var known = Migration.Embedded(engine.Dialect);
        if (manifest.Schema > known.Count)
            throw new BackupException($"The backup was made by a newer Slipway ({manifest.Version}): use that, or a newer one.");
        if ((await engine.ReadAsync((session, t) => Tables.NamesAsync(session, isSqlite, t), false, ct)).Count > 0)
            throw new BackupException($"The database {address} is not empty. A backup is restored to a database of its own.");
        await Migrator.ApplyAsync(engine, [.. known.Take((int)manifest.Schema)], time, ct);
        await engine.WriteAsync((session, t) => RowsAsync(session, folder, manifest, isSqlite, t), [], ct);
        await engine.WriteAsync(
            async (session, t) =>
            {
                await TableKeys.RestoreAsync(session, isSqlite, t);
                return 0;
            },
            [],
            ct
        );
    }

    private static async Task<int> RowsAsync(Session session, string folder, Manifest manifest, bool isSqlite, CancellationToken ct)
    {
        await TableKeys.DeferAsync(session, isSqlite, ct);
        var tables = await Tables.NamesAsync(session, isSqlite, ct);
        foreach (var table in tables)
            await session.ExecuteAsync($"DELETE FROM {table}", null, ct);
        foreach (var table in tables)
        {
            var path = Path.Combine(folder, Tables.PathOf(table));
            if (table == Refetched || !File.Exists(path))
                continue;
            await using var rows = File.OpenRead(path);
            await Tables.ReadAsync(session, table, rows, isSqlite, ct);
        }

        await TableKeys.SetSequencesAsync(session, manifest.Sequences, tables, isSqlite, ct);
        return tables.Count;
    }

    private async Task FilesAsync(string folder, Manifest manifest, CancellationToken ct)
    {
        using var blobs = options.OpenBlobs();
        var traces = new TraceFolder(options.Folder("traces"));
        var repositories = new Repositories(options.Folder("repositories"), new GitDoor(time));
        tell("repositories, artifacts and logs");
        foreach (var file in manifest.ReadFiles(folder))
        {
            var path = Path.Combine(folder, file.Path);
            switch (file.Path.Split('/'))
            {
                case ["repositories", _, var name] when long.TryParse(Path.GetFileNameWithoutExtension(name), out var project):
                    await RepositoryAsync(repositories.Create(project), path, ct);
                    break;
                case ["blobs", "sha256", _, var hex]:
                    await using (var content = File.OpenRead(path))
                        if (await blobs.PutAsync(content, BlobDigest.Parse("sha256:" + hex, null), long.MaxValue, ct) is not BlobPut.Stored)
                            throw new BackupException($"{path} is not what its name says.");
                    break;
                case ["traces", var name] when long.TryParse(Path.GetFileNameWithoutExtension(name), out var job):
                    await LogAsync(traces, job, path, ct);
                    break;
            }
        }
    }

    private static async Task RepositoryAsync(Repository repository, string bundle, CancellationToken ct)
    {
        // What it holds was taken when it was pushed.
        var call = new GitCall("-c", "transfer.fsckObjects=false", "bundle", "unbundle", Path.GetFullPath(bundle)) { Limit = Deadline };
        var refs = (await repository.RunAsync(call, ct))
            .OrThrow("read a bundle")
            .Text.Split('\n', StringSplitOptions.RemoveEmptyEntries)
            .Select(line => line.Split(' ', 2))
            .Where(words => words is [_, ['r', 'e', 'f', 's', '/', ..]])
            .Select(words => new RefUpdate(words[1], CommitFacts.ZeroSha, words[0]))
            .ToList();
        if (await repository.UpdateRefsAsync(refs, ct) is { } complaint)
            throw new GitException($"{bundle}: {complaint}");
        if (await HeadAsync(bundle, refs, repository, ct) is { } branch)
            await repository.SetDefaultBranchAsync(branch, ct);
    }

    /// <summary>The branch that the repository's HEAD was at: one with its commit, <c>main</c> before others.</summary>
    private static async Task<string?> HeadAsync(string bundle, List<RefUpdate> refs, Repository repository, CancellationToken ct)
    {
        var call = new GitCall("bundle", "list-heads", Path.GetFullPath(bundle), "HEAD");
        var head = (await repository.RunAsync(call, ct)).OrThrow("read a bundle").Line.Split(' ')[0];
        var branches = refs.Where(one => one.New == head).Select(one => RefNames.Branch(one.Ref)).OfType<string>().ToList();
        return branches.Contains("main") ? "main" : branches.FirstOrDefault();
    }

    private static async Task LogAsync(TraceFolder traces, long job, string path, CancellationToken ct)
    {
        var buffer = new byte[1 << 20];
        await using var log = File.OpenRead(path);
        for (var at = 0L; await log.ReadAtLeastAsync(buffer, buffer.Length, throwOnEndOfStream: false, ct) is > 0 and var read; at += read)
            if (await traces.AppendAsync(job, at, buffer.AsMemory(0, read), long.MaxValue, ct) is not TraceAppend.Done)
                throw new IOException($"The log of job {job} cannot be written.");
    }

    private void KeepKey(byte[] key)
    {
        var file = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows())
            file.UnixCreateMode = Owner;
        using var stream = new FileStream(options.Folder("secret.key"), file);
        stream.Write(key);
        stream.Flush(flushToDisk: true);
    }
}
