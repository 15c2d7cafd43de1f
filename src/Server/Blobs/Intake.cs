using System.Buffers;
using System.Security.Cryptography;
using Microsoft.Win32.SafeHandles;

namespace Slipway.Server.Blobs;

/// <summary>
/// Takes a stream into a new file while its digest is computed, so that a store knows what it has before it keeps it. What came is hashed and written in large pieces
/// by another thread while the next piece comes; a large file is brought to the disk as it grows, so that not all of it is waited for at the end.
/// </summary>
internal sealed class Intake : IDisposable
{
    private const int FirstPiece = 64 * 1024;
    private const int LaterPiece = 512 * 1024;
    private const long SyncEvery = 32L << 20;

    private readonly IncrementalHash _hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
    private readonly SafeFileHandle _file;
    private readonly bool _isDurable;
    private Task _writing = Task.CompletedTask;
    private Task _syncing = Task.CompletedTask;
    private long _written;
    private long _synced;

    private Intake(SafeFileHandle file, bool isDurable) => (_file, _isDurable) = (file, isDurable);

    /// <param name="file">Empty. Where it stands does not change.</param>
    /// <param name="isDurable">Whether the file itself is to be kept.</param>
    /// <returns>What the file then holds: <see cref="BlobPut.Stored"/> when it may be kept.</returns>
    public static async Task<BlobPut> ReadAsync(
        Stream content,
        FileStream file,
        bool isDurable,
        BlobDigest? expected,
        long maxBytes,
        CancellationToken ct
    )
    {
        using var intake = new Intake(file.SafeFileHandle, isDurable);
        try
        {
            return await intake.TakeAsync(content, maxBytes, ct) is not { } blob ? new BlobPut.TooLarge(maxBytes)
                : expected is not null && expected != blob.Digest ? new BlobPut.Mismatch(blob.Digest)
                : new BlobPut.Stored(blob);
        }
        finally
        {
            // The file must not be closed under it; what failed was told by then, or something else was.
            await intake._syncing.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    public void Dispose() => _hash.Dispose();

    /// <returns>Nothing when more came than may.</returns>
    private async Task<Blob?> TakeAsync(Stream content, long most, CancellationToken ct)
    {
        var (coming, gone) = (ArrayPool<byte>.Shared.Rent(FirstPiece), Array.Empty<byte>());
        try
        {
            for (long length = 0; ; )
            {
                var count = await content.ReadAtLeastAsync(coming, coming.Length, throwOnEndOfStream: false, ct);
                length += count;
                await _writing;
                if (length > most)
                    return null;
                if (count < coming.Length)
                {
                    Write(coming.AsSpan(0, count));
                    await _syncing;
                    return new Blob(BlobDigest.Of(_hash.GetHashAndReset()), length);
                }

                (coming, gone) = (gone, coming);
                var piece = gone;
                _writing = Task.Run(() => Write(piece), CancellationToken.None);
                if (coming.Length == 0)
                    coming = ArrayPool<byte>.Shared.Rent(LaterPiece);
            }
        }
        finally
        {
            // Nobody else may get the memory while it is being written.
            await _writing.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            Return(coming);
            Return(gone);
        }

        static void Return(byte[] buffer)
        {
            if (buffer.Length > 0)
                ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    private void Write(ReadOnlySpan<byte> bytes)
    {
        try
        {
            _hash.AppendData(bytes);
            RandomAccess.Write(_file, bytes, _written);
        }
        catch (IOException e)
        {
            throw new BlobStoreException("A blob cannot be written: " + e.Message, e);
        }

        _written += bytes.Length;
        // One that failed stays, for the end to tell.
        if (!_isDurable || _written - _synced < SyncEvery || !_syncing.IsCompletedSuccessfully)
            return;
        _synced = _written;
        _syncing = Task.Run(Sync);
    }

    private void Sync()
    {
        try
        {
            RandomAccess.FlushToDisk(_file);
        }
        catch (IOException e)
        {
            throw new BlobStoreException("A blob cannot be brought to the disk: " + e.Message, e);
        }
    }
}
