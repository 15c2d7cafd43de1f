using Slipway.Server.Blobs;
using Slipway.Server.Data;

namespace Slipway.Server.Registry.Uploads;

/// <summary>The pieces of an upload one after another, and then what the last request brings.</summary>
/// <param name="last">Stays open.</param>
internal sealed class Pieces(IBlobStore blobs, IReadOnlyList<RegistryPieceRow> pieces, Stream last) : ForwardOnlyStream
{
    private Stream? _open;
    private int _next;

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        while (true)
        {
            _open ??= await NextAsync(cancellationToken);
            if (await _open.ReadAsync(buffer, cancellationToken) is > 0 and var read)
                return read;
            if (_open == last)
                return 0;
            await _open.DisposeAsync();
            _open = null;
        }
    }

    public override async ValueTask DisposeAsync()
    {
        if (_open is not null && _open != last)
            await _open.DisposeAsync();
        await base.DisposeAsync();
    }

    private async Task<Stream> NextAsync(CancellationToken ct)
    {
        if (_next == pieces.Count)
            return last;
        var piece = pieces[_next++];
        return await blobs.OpenAsync(BlobDigest.Parse(piece.Blob, null), null, ct)
            ?? throw new BlobStoreException($"The blob {piece.Blob} is gone.", new FileNotFoundException(piece.Blob));
    }
}
