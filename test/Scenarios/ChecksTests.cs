using Xunit;

namespace Slipway.Scenarios;

/// <summary>The means by which scenarios are held to what they say.</summary>
public sealed class ChecksTests
{
    [Fact]
    public void A_scenario_that_ends_otherwise_is_told()
    {
        var checks = new Checks();
        checks.Equal("a status", "success", "failed");
        checks.Part("payload", YamlTree.Read("{ image: { name: a } }"), YamlTree.Read("{ image: { name: b }, steps: [] }"));
        Assert.Equal(["a status: expected success, got failed", "payload.image.name: expected a, got b"], checks.Differences);
    }

    [Fact]
    public void A_key_that_scenarios_do_not_know_is_refused() =>
        Assert.ThrowsAny<Exception>(() =>
            System.Text.Json.JsonSerializer.Deserialize<Scenario>("""{"says":"","spec":"","expects":{}}""", Scenario.Format)
        );
}
