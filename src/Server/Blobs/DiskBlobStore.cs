using System.Runtime.CompilerServices;

namespace Slipway.Server.Blobs;

/// <summary>
/// Blobs in a folder:
/// <code>
/// ROOT/sha256/ab/ab3f…   whole blobs, under the first two digits of their names
/// ROOT/incoming/…        what is being put
/// </code>
/// A blob is written aside, brought to the disk (fsync), renamed into its place, and the place is brought to the disk too. Putting one again replaces it, which
/// mends one that the disk has damaged.
/// </summary>
internal sealed class DiskBlobStore : IBlobStore
{
    private const UnixFileMode Owner = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    private readonly string _blobs;
    private readonly string _incoming;

    /// <summary>Opens the store, and makes its folders where they are missing.</summary>
    /// <exception cref="BlobStoreException">They cannot be made.</exception>
    public DiskBlobStore(string root)
    {
        root = Path.GetFullPath(root);
        (_blobs, _incoming) = (Path.Combine(root, "sha256"), Path.Combine(root, "incoming"));
        Guarded(() =>
        {
            foreach (var folder in (string[])[root, _incoming, _blobs])
                CreateFolder(folder);
            // All places at once: one made later would have to be brought to the disk by everybody who finds it, not just by its maker.
            for (var place = 0; place < 256; place++)
                CreateFolder(Path.Combine(_blobs, place.ToString("x2")));
            foreach (var folder in (string[])[_blobs, root, Path.GetDirectoryName(root) ?? root])
                DurableFolder.Sync(folder);
            return 0;
        });
    }

    public async Task<BlobPut> PutAsync(Stream content, BlobDigest? expected, long maxBytes, CancellationToken ct)
    {
        var aside = Path.Combine(_incoming, Guid.NewGuid().ToString("N"));
        await using var file = Guarded(() => Create(aside));
        try
        {
            var outcome = await Intake.ReadAsync(content, file, isDurable: true, expected, maxBytes, ct);
            if (outcome is BlobPut.Stored(var blob))
                // Waits for the disk, so not on the caller's thread.
                await Task.Run(() => Keep(file, aside, blob), ct);
            return outcome;
        }
        finally
        {
            File.Delete(aside);
        }
    }

    public Task<BlobPut> ReplaceAsync(Stream content, BlobDigest? expected, long maxBytes, CancellationToken ct) =>
        PutAsync(content, expected, maxBytes, ct);

    public Task<Blob?> StatAsync(BlobDigest digest, CancellationToken ct)
    {
        var file = new FileInfo(PathOf(digest));
        return Task.FromResult(Guarded(() => file.Exists ? new Blob(digest, file.Length) : null));
    }

    public Task<Stream?> OpenAsync(BlobDigest digest, BlobRange? range, CancellationToken ct) =>
        Task.FromResult(
            Guarded<Stream?>(() =>
            {
                FileStream file;
                try
                {
                    file = new FileStream(
                        PathOf(digest),
                        FileMode.Open,
                        FileAccess.Read,
                        FileShare.Read | FileShare.Delete,
                        1,
                        useAsync: true
                    );
                }
                catch (FileNotFoundException)
                {
                    return null;
                }

                return range is { } part ? new StreamPart(file, file.Length, part) : file;
            })
        );

    public Uri? LinkTo(BlobDigest digest, DateTimeOffset until) => null;

    public Task DeleteAsync(BlobDigest digest, CancellationToken ct)
    {
        Guarded(() =>
        {
            File.Delete(PathOf(digest));
            return 0;
        });
        return Task.CompletedTask;
    }

    public async IAsyncEnumerable<Blob> ListAsync([EnumeratorCancellation] CancellationToken ct)
    {
        await Task.Yield();
        foreach (var file in new DirectoryInfo(_blobs).EnumerateFiles("*", SearchOption.AllDirectories))
        {
            ct.ThrowIfCancellationRequested();
            if (BlobDigest.TryParse("sha256:" + file.Name, out var digest) && file.Exists)
                yield return new Blob(digest, file.Length);
        }
    }

    public Task<int> SweepAsync(DateTimeOffset begunBefore, CancellationToken ct)
    {
        var left = new DirectoryInfo(_incoming).EnumerateFiles().Where(file => file.LastWriteTimeUtc < begunBefore.UtcDateTime).ToList();
        left.ForEach(file => file.Delete());
        return Task.FromResult(left.Count);
    }

    public void Dispose() { }

    private string PathOf(BlobDigest digest) => Path.Combine(_blobs, digest.Hex[..2], digest.Hex);

    private void Keep(FileStream file, string aside, Blob blob) =>
        Guarded(() =>
        {
            file.Flush(flushToDisk: true);
            var place = PathOf(blob.Digest);
            File.Move(aside, place, overwrite: true);
            DurableFolder.Sync(Path.GetDirectoryName(place)!);
            return 0;
        });

    private static FileStream Create(string path)
    {
        var options = new FileStreamOptions
        {
            Mode = FileMode.CreateNew,
            Access = FileAccess.Write,
            // Renamed while open, and then read by others.
            Share = FileShare.Read | FileShare.Delete,
            BufferSize = 0,
            Options = FileOptions.Asynchronous,
        };
        if (!OperatingSystem.IsWindows())
            options.UnixCreateMode = Owner;
        return new FileStream(path, options);
    }

    private static void CreateFolder(string path)
    {
        if (OperatingSystem.IsWindows())
            Directory.CreateDirectory(path);
        else
            Directory.CreateDirectory(path, Owner | UnixFileMode.UserExecute);
    }

    private static T Guarded<T>(Func<T> act)
    {
        try
        {
            return act();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new BlobStoreException("The blob folder fails: " + e.Message, e);
        }
    }
}
