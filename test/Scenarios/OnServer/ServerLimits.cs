using Xunit;

namespace Slipway.Scenarios.OnServer;

/// <summary>What a scenario says and a server cannot show, with the reason. README.md tells the same; everything else is played.</summary>
internal static class ServerLimits
{
    private const string WithoutServer = "it says what happens without a server";
    private const string Given = "slipway run takes secrets from variables; a server's runner asks a vault";

    private static readonly Dictionary<string, string> s_folders = new()
    {
        ["needs/artifacts-of-other-projects-need-a-server"] = WithoutServer,
        ["release/is-not-made-without-a-server"] = WithoutServer,
        ["secrets/an-id-token-that-nobody-signs-is-told"] = WithoutServer,
        ["secrets/identity-and-profiles-need-a-server"] = WithoutServer,
        ["secrets/a-secret-that-is-nowhere-fails-the-job"] = Given,
        ["secrets/secrets-are-given-as-variables"] = Given,
    };

    public static bool Shows(string folder)
    {
        var scenario = Cases.Load(folder);
        return !s_folders.ContainsKey(folder) && scenario.OnlyPretend is null && scenario.AllSteps.Any(step => OfStep(step.Run) is null);
    }

    /// <returns>Nothing when a server can show it.</returns>
    public static string? OfStep(RunSpec run) =>
        run.Source == "merge_request_event" ? "there are no merge requests"
        : run.Source == "schedule" ? "there are no schedules"
        : run.Jobs.Count > 0 ? "a server runs a whole pipeline"
        : null;
}

public sealed class ServerLimitsTests
{
    /// <summary>So that nothing is left out by mistake.</summary>
    [Fact]
    public void What_a_server_cannot_show_is_counted()
    {
        var left = Cases.All.Where(folder => !ServerLimits.Shows(folder)).ToList();
        var steps = Cases.All.Sum(folder => Cases.Load(folder).AllSteps.Count(step => ServerLimits.OfStep(step.Run) is not null));
        Assert.True((left.Count, steps) == (11, 9), $"{left.Count} folders, {steps} steps: {string.Join(", ", left)}");
    }
}
