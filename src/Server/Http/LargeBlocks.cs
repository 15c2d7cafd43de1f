using System.Buffers;
using System.Runtime.InteropServices;
using Microsoft.AspNetCore.Connections;

namespace Slipway.Server.Http;

/// <summary>
/// The memory that Kestrel receives into and answers from, in blocks of 64 KiB where its own are of 4 KiB: a layer of 200 MiB then comes in with some thousand system
/// calls instead of a hundred thousand. A connection that waits for a request holds none.
/// </summary>
internal sealed class LargeBlocks : MemoryPool<byte>
{
    private const int BlockBytes = 64 * 1024;

    /// <summary>What is kept for later: 4 MiB.</summary>
    private const int MostFree = 64;

    private readonly Lock _lock = new();
    private readonly Block?[] _free = new Block?[MostFree];
    private int _count;

    public override int MaxBufferSize => BlockBytes;

    public override IMemoryOwner<byte> Rent(int minBufferSize = -1)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(minBufferSize, BlockBytes);
        lock (_lock)
        {
            // The one that was used last, which the processor still knows.
            if (_count > 0)
            {
                var known = _free[--_count]!;
                _free[_count] = null;
                return known.Taken();
            }
        }

        return new Block(this).Taken();
    }

    protected override void Dispose(bool disposing)
    {
        lock (_lock)
        {
            Array.Clear(_free);
            _count = 0;
        }
    }

    private void Return(Block block)
    {
        lock (_lock)
        {
            if (_count < MostFree)
                _free[_count++] = block;
        }
    }

    /// <summary>Makes a pool for each of Kestrel's queues.</summary>
    public sealed class Factory : IMemoryPoolFactory<byte>
    {
        public MemoryPool<byte> Create(MemoryPoolOptions? options = null) => new LargeBlocks();
    }

    /// <summary>Never moved by the collector, so that the kernel can write into it.</summary>
    private sealed class Block(LargeBlocks pool) : IMemoryOwner<byte>
    {
        private readonly byte[] _bytes = GC.AllocateUninitializedArray<byte>(BlockBytes, pinned: true);
        private int _isTaken;

        public Memory<byte> Memory => MemoryMarshal.CreateFromPinnedArray(_bytes, 0, BlockBytes);

        public Block Taken()
        {
            _isTaken = 1;
            return this;
        }

        // Given back twice it would be handed to two requests at once.
        public void Dispose()
        {
            if (Interlocked.Exchange(ref _isTaken, 0) == 1)
                pool.Return(this);
        }
    }
}
