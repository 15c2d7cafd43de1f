using Slipway.Server.Tests.Support;
using Xunit;

namespace Slipway.Server.Tests.Registry.Conformance;

/// <summary>Every case of the OCI distribution standard's own suite, with both algorithms and both databases.</summary>
public sealed class ConformanceTests(RegistryRooms rooms) : IClassFixture<RegistryRooms>
{
    public static TheoryData<DatabaseKind, string, string> All { get; } =
        new(
            from kind in Enum.GetValues<DatabaseKind>()
            from algorithm in (string[])["sha256", "sha512"]
            from one in Case.All
            select (kind, algorithm, one.Name)
        );

    [Theory, MemberData(nameof(All))]
    public async Task The_registry_does_as_the_standard_has_it(DatabaseKind kind, string algorithm, string name)
    {
        var room = await rooms.OfAsync(kind);
        await Case.Of(name).RunAsync(new Target(room.Client, algorithm, room.Repository));
    }

    [Theory, EveryDatabase]
    public async Task It_does_the_same_with_Dockers_own_formats(DatabaseKind kind)
    {
        var room = await rooms.OfAsync(kind);
        await DataSetCases.RunAsync(DataSetCases.Docker, new Target(room.Client, "sha256", room.Repository));
    }
}
