using Slipway.Server.Http;
using Xunit;

namespace Slipway.Server.Tests.Probes;

public sealed class LargeBlocksTests
{
    [Fact]
    public void A_block_that_is_given_back_is_the_next_one_and_given_back_twice_it_is_nobody_elses()
    {
        using var pool = new LargeBlocks();
        var first = pool.Rent();
        Assert.Equal(64 * 1024, first.Memory.Length);
        first.Dispose();
        first.Dispose();
        using var again = pool.Rent(4096);
        using var other = pool.Rent(4096);
        Assert.Same(first, again);
        Assert.NotSame(again, other);
    }

    [Fact]
    public void More_than_a_block_is_not_to_be_had() =>
        Assert.Throws<ArgumentOutOfRangeException>(() => new LargeBlocks().Rent(64 * 1024 + 1));

    [Fact]
    public void Many_at_once_never_have_the_same_block()
    {
        using var pool = new LargeBlocks();
        Parallel.For(
            0,
            8,
            hand =>
            {
                for (var round = 0; round < 2000; round++)
                {
                    using var block = pool.Rent();
                    block.Memory.Span.Fill((byte)hand);
                    Assert.Equal(-1, block.Memory.Span.IndexOfAnyExcept((byte)hand));
                }
            }
        );
    }
}
