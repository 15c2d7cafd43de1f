using Xunit;

namespace Slipway.Scenarios;

/// <summary>Every folder below <c>cases/</c> through the whole house in this process; with <c>SLIPWAY_SCENARIOS=shell</c> by a real shell in real time.</summary>
public sealed class ScenarioTests
{
    private static readonly string Cases = Path.Combine(FindProject(), "cases");
    private static readonly bool InShell = Environment.GetEnvironmentVariable("SLIPWAY_SCENARIOS") == "shell";

    public static TheoryData<string> Folders =>
        [
            .. Directory
                .EnumerateFiles(Cases, Scenario.FileName, SearchOption.AllDirectories)
                .Where(file => !InShell || Scenario.Load(Path.GetDirectoryName(file) ?? Cases).OnlyPretend is null)
                .Select(file => Path.GetRelativePath(Cases, Path.GetDirectoryName(file) ?? Cases).Replace('\\', '/'))
                .Order(StringComparer.Ordinal),
        ];

    [Theory]
    [MemberData(nameof(Folders))]
    public async Task Ends_as_it_says(string folder)
    {
        var from = Path.Combine(Cases, folder);
        var scenario = Scenario.Load(from);
        using var clock = InShell ? null : new VirtualTime();
        using var project = new ScenarioFolder(from);
        foreach (var (step, number) in scenario.AllSteps.Select((step, i) => (step, i + 1)))
        {
            var checks = new Checks();
            checks.Of(step.Expect, await Rehearsal.RunAsync(project, step.Run, clock ?? TimeProvider.System));
            Assert.True(
                checks.Differences.Count == 0,
                $"{scenario.Says} ({scenario.Spec})\nstep {number}:\n  {string.Join("\n  ", checks.Differences)}"
            );
        }
    }

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

    private static string FindProject()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
            if (File.Exists(Path.Combine(folder.FullName, "Scenarios.csproj")))
                return folder.FullName;
        throw new InvalidOperationException("No Scenarios.csproj above " + AppContext.BaseDirectory);
    }
}
