using System.Reflection;
using Xunit;
using Xunit.Sdk;
using Xunit.v3;

namespace Slipway.Scenarios;

/// <summary>
/// Every folder below <c>cases/</c>, in the way that <c>SLIPWAY_SCENARIOS</c> names (<see cref="Stage"/>). Tests of one class wait for each other, so the
/// folders are dealt to several.
/// </summary>
public sealed class ScenarioTestsA
{
    [Theory(SkipTestWithoutData = true), Share(0)]
    public Task Ends_as_it_says(string folder) => Stage.PlayAsync(folder);
}

/// <inheritdoc cref="ScenarioTestsA"/>
public sealed class ScenarioTestsB
{
    [Theory(SkipTestWithoutData = true), Share(1)]
    public Task Ends_as_it_says(string folder) => Stage.PlayAsync(folder);
}

/// <inheritdoc cref="ScenarioTestsA"/>
public sealed class ScenarioTestsC
{
    [Theory(SkipTestWithoutData = true), Share(2)]
    public Task Ends_as_it_says(string folder) => Stage.PlayAsync(folder);
}

/// <inheritdoc cref="ScenarioTestsA"/>
public sealed class ScenarioTestsD
{
    [Theory(SkipTestWithoutData = true), Share(3)]
    public Task Ends_as_it_says(string folder) => Stage.PlayAsync(folder);
}

/// <inheritdoc cref="ScenarioTestsA"/>
public sealed class ScenarioTestsE
{
    [Theory(SkipTestWithoutData = true), Share(4)]
    public Task Ends_as_it_says(string folder) => Stage.PlayAsync(folder);
}

/// <inheritdoc cref="ScenarioTestsA"/>
public sealed class ScenarioTestsF
{
    [Theory(SkipTestWithoutData = true), Share(5)]
    public Task Ends_as_it_says(string folder) => Stage.PlayAsync(folder);
}

/// <summary>Deals every sixth folder to a class.</summary>
internal sealed class ShareAttribute(int number) : DataAttribute
{
    private const int Shares = 6;

    public override ValueTask<IReadOnlyCollection<ITheoryDataRow>> GetData(MethodInfo testMethod, DisposalTracker disposalTracker) =>
        new([.. Stage.Folders.Where((_, at) => at % Shares == number).Select(folder => new TheoryDataRow<string>(folder))]);

    public override bool SupportsDiscoveryEnumeration() => true;
}
