using System.Reflection;
using Xunit;
using Xunit.Sdk;
using Xunit.v3;

namespace Slipway.Server.Tests.Support;

/// <summary>Runs a test on SQLite and on PostgreSQL. Where one is missing, <see cref="TestDatabase"/> shows its half as skipped.</summary>
public sealed class EveryDatabaseAttribute : DataAttribute
{
    public override ValueTask<IReadOnlyCollection<ITheoryDataRow>> GetData(MethodInfo testMethod, DisposalTracker disposalTracker) =>
        new([.. Enum.GetValues<DatabaseKind>().Select(kind => new TheoryDataRow<DatabaseKind>(kind))]);

    public override bool SupportsDiscoveryEnumeration() => true;
}

public enum DatabaseKind
{
    Sqlite,
    Postgres,
}
