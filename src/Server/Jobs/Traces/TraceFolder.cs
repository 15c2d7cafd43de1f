using System.Buffers;
using Microsoft.Win32.SafeHandles;
using Slipway.Protocol.Checksums;

namespace Slipway.Server.Jobs.Traces;

/// <summary>
/// The logs of jobs that are not archived yet, one file each:
/// <code>
/// ROOT/2a/1234.log   job 1234, under its id's last byte
/// </code>
/// A file's length is the truth about how much of a log there is; what <see cref="AppendAsync"/> has returned for is on the disk.
/// </summary>
internal sealed class TraceFolder
{
    private const int Places = 256;
    private const int PieceBytes = 128 * 1024;
    private const UnixFileMode Owner = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    private readonly string _root;

    // Two pieces of one log must not be taken at the same time; those of different logs may.
    private readonly SemaphoreSlim[] _turns = [.. Enumerable.Range(0, 64).Select(_ => new SemaphoreSlim(1))];

    /// <summary>Opens the folder, and makes it where it is missing.</summary>
    public TraceFolder(string root)
    {
        _root = Path.GetFullPath(root);
        CreateFolder(_root);
    }

    /// <summary>Adds a piece, if it begins where the log ends.</summary>
    /// <param name="most">Bytes the whole log may have.</param>
    /// <exception cref="IOException">The disk is full or fails. The log is as it was.</exception>
    public async Task<TraceAppend> AppendAsync(long job, long start, ReadOnlyMemory<byte> piece, long most, CancellationToken ct)
    {
        var turn = TurnOf(job);
        await turn.WaitAsync(ct);
        try
        {
            // Waits for the disk, so not on the caller's thread; and not given up half-way.
            return await Task.Run(() => Append(PathOf(job), start, piece.Span, most), CancellationToken.None);
        }
        finally
        {
            turn.Release();
        }
    }

    /// <summary>Empties a log: its runner sends it again from its first byte.</summary>
    public async Task RestartAsync(long job, CancellationToken ct)
    {
        var turn = TurnOf(job);
        await turn.WaitAsync(ct);
        try
        {
            using var file = OpenForWriting(PathOf(job));
            RandomAccess.SetLength(file, 0);
            RandomAccess.FlushToDisk(file);
        }
        finally
        {
            turn.Release();
        }
    }

    /// <summary>Bytes; 0 when there is no such log here.</summary>
    public long Size(long job) => new FileInfo(PathOf(job)) is { Exists: true } file ? file.Length : 0;

    /// <returns>The log as far as it goes; nothing when it is not here.</returns>
    public FileStream? Open(long job)
    {
        try
        {
            return new FileStream(PathOf(job), FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, 1, useAsync: true);
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            return null;
        }
    }

    /// <summary>CRC-32 of all there is, as the disk has it.</summary>
    public async Task<uint> ChecksumAsync(long job, CancellationToken ct)
    {
        await using var file = Open(job);
        if (file is null)
            return 0;
        var buffer = ArrayPool<byte>.Shared.Rent(PieceBytes);
        try
        {
            var sum = 0u;
            for (int read; (read = await file.ReadAsync(buffer, ct)) > 0; )
                sum = Crc32.Append(sum, buffer.AsSpan(0, read));
            return sum;
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    public void Delete(long job)
    {
        var path = PathOf(job);
        if (File.Exists(path))
            File.Delete(path);
    }

    /// <summary>All logs that are here, by their jobs' ids.</summary>
    public IEnumerable<long> List() =>
        from place in Directory.EnumerateDirectories(_root)
        from path in Directory.EnumerateFiles(place, "*.log")
        where long.TryParse(Path.GetFileNameWithoutExtension(path), out _)
        select long.Parse(Path.GetFileNameWithoutExtension(path));

    private static TraceAppend Append(string path, long start, ReadOnlySpan<byte> piece, long most)
    {
        using var file = OpenForWriting(path);
        var size = RandomAccess.GetLength(file);
        if (start != size)
            return new TraceAppend.Elsewhere(size);
        if (size + piece.Length > most)
            return new TraceAppend.TooLarge(size);
        try
        {
            KillPoint.Pass("trace opened");
            RandomAccess.Write(file, piece, size);
            KillPoint.Pass("trace written");
            RandomAccess.FlushToDisk(file);
        }
        catch (IOException)
        {
            RandomAccess.SetLength(file, size);
            throw;
        }

        if (size == 0)
            DurableFolder.Sync(Path.GetDirectoryName(path)!);
        KillPoint.Pass("trace synced");
        return new TraceAppend.Done(size + piece.Length);
    }

    private static SafeFileHandle OpenForWriting(string path)
    {
        var isNew = !File.Exists(path);
        if (isNew)
        {
            var place = Path.GetDirectoryName(path)!;
            CreateFolder(place);
            DurableFolder.Sync(Path.GetDirectoryName(place)!);
        }

        var file = File.OpenHandle(path, FileMode.OpenOrCreate, FileAccess.Write, FileShare.ReadWrite | FileShare.Delete);
        if (isNew && !OperatingSystem.IsWindows())
            File.SetUnixFileMode(file, Owner);
        return file;
    }

    private static void CreateFolder(string path)
    {
        if (OperatingSystem.IsWindows())
            Directory.CreateDirectory(path);
        else
            Directory.CreateDirectory(path, Owner | UnixFileMode.UserExecute);
    }

    private SemaphoreSlim TurnOf(long job) => _turns[job % _turns.Length];

    private string PathOf(long job) => Path.Combine(_root, (job % Places).ToString("x2"), $"{job}.log");
}

/// <summary>What became of a piece of a log. <c>Size</c> is how many bytes are there now.</summary>
internal abstract record TraceAppend(long Size)
{
    public sealed record Done(long Size) : TraceAppend(Size);

    /// <summary>The log does not end where the piece begins. Nothing was written.</summary>
    public sealed record Elsewhere(long Size) : TraceAppend(Size);

    /// <summary>The log would be longer than it may. Nothing was written.</summary>
    public sealed record TooLarge(long Size) : TraceAppend(Size);
}
