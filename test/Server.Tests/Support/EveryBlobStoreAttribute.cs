using System.Reflection;
using Xunit;
using Xunit.Sdk;
using Xunit.v3;

namespace Slipway.Server.Tests.Support;

/// <summary>Runs a test on a folder and on a bucket.</summary>
public sealed class EveryBlobStoreAttribute : DataAttribute
{
    public override ValueTask<IReadOnlyCollection<ITheoryDataRow>> GetData(MethodInfo testMethod, DisposalTracker disposalTracker) =>
        new([.. Enum.GetValues<BlobStoreKind>().Select(kind => new TheoryDataRow<BlobStoreKind>(kind))]);

    public override bool SupportsDiscoveryEnumeration() => true;
}

public enum BlobStoreKind
{
    Disk,
    S3,
}
