using Microsoft.AspNetCore.Http;
using Slipway.Server.Blobs;
using Slipway.Server.Data;
using Slipway.Server.Http;
using Xunit;

namespace Slipway.Server.Tests.Probes;

public sealed class FailureTests
{
    public static TheoryData<Exception, int> Failing { get; } =
        new()
        {
            { new BadHttpRequestException("too long", 413), 413 },
            { new DatabaseException(DbFault.Full, "no room"), 503 },
            { new DatabaseException(DbFault.Overloaded, "too many"), 503 },
            { new DatabaseException(DbFault.Mistake, "no such column"), 500 },
            { new BlobStoreException("the bucket fails", new IOException()), 503 },
            { new IOException("No space left on device", 28), 503 },
            { new IOException("Disk quota exceeded", 122), 503 },
            { new IOException("Input/output error", 5), 500 },
            { new InvalidOperationException("ours"), 500 },
        };

    [Theory]
    [MemberData(nameof(Failing), DisableDiscoveryEnumeration = true)]
    public void What_passes_by_itself_is_503_and_our_own_mistake_is_500(Exception failure, int status) =>
        Assert.Equal(status, Failures.StatusOf(failure));
}
