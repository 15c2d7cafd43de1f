using Slipway.Scenarios.OnServer;
using Xunit;

namespace Slipway.Scenarios;

/// <summary>
/// Plays scenarios: through the whole house in this process; with <c>SLIPWAY_SCENARIOS=shell</c> by a real shell in real time, with <c>server</c> by pushes to
/// a server and a runner that asks it for jobs, with <c>docker</c> the same and each job in a container.
/// </summary>
internal static class Stage
{
    private const int MostAtOnce = 6;

    public static string? Way { get; } = Environment.GetEnvironmentVariable("SLIPWAY_SCENARIOS");

    public static bool IsOnServer { get; } = Way is "server" or "docker";

    // A virtual clock goes by what the whole process has to do.
    private static readonly SemaphoreSlim s_places = new(IsOnServer ? MostAtOnce : 1);

    /// <summary>Those that can be played in this way; of them, with <c>SLIPWAY_SCENARIO=needs/,cache/</c>, those whose paths hold one of these.</summary>
    public static IReadOnlyList<string> Folders { get; } =
    [
        .. Cases
            .All.Where(folder => (Environment.GetEnvironmentVariable("SLIPWAY_SCENARIO") ?? "").Split(',').Any(folder.Contains))
            .Where(folder =>
                Way switch
                {
                    "server" => ServerLimits.Shows(folder),
                    "docker" => ServerLimits.Shows(folder) && DockerLimits.Shows(folder),
                    "shell" => Cases.Load(folder).OnlyPretend is null,
                    _ => true,
                }
            ),
    ];

    public static async Task PlayAsync(string folder)
    {
        await s_places.WaitAsync(TestContext.Current.CancellationToken);
        try
        {
            var scenario = Cases.Load(folder);
            using var clock = Way is null ? new VirtualTime() : null;
            using var project = new ScenarioFolder(Cases.PathOf(folder));
            await using var server = IsOnServer ? await ServerProject.CreateAsync(folder, project, scenario) : null;
            foreach (var (step, number) in scenario.AllSteps.Select((step, i) => (step, i + 1)))
            {
                if (server is not null && ServerLimits.OfStep(step.Run) is not null)
                    continue;
                var checks = new Checks();
                var outcome = server is null
                    ? await Rehearsal.RunAsync(project, step.Run, clock ?? TimeProvider.System)
                    : await server.PlayAsync(step);
                checks.Of(server?.Expected(step.Expect) ?? step.Expect, outcome);
                Assert.True(
                    checks.Differences.Count == 0,
                    $"{scenario.Says} ({scenario.Spec})\nstep {number}:\n  {string.Join("\n  ", checks.Differences)}"
                );
            }
        }
        finally
        {
            s_places.Release();
        }
    }
}
