namespace Slipway.Scenarios.OnServer;

/// <summary>What a scenario says and containers cannot show, with the reason. README.md tells the same.</summary>
internal static class DockerLimits
{
    /// <summary>Of jobs that name none.</summary>
    public const string Image = "alpine:3.20";

    private const string Nowhere = "it is about what the runner is handed, and names images that are nowhere";

    private static readonly Dictionary<string, string> s_folders = new()
    {
        ["default/fills-what-a-job-leaves-out-and-never-merges"] = Nowhere,
        ["default/retry-and-timeout-and-the-rest"] = Nowhere,
        ["default/the-old-global-form"] = Nowhere,
        ["image/a-name-or-a-map"] = Nowhere,
        ["services/names-aliases-and-commands-reach-the-runner"] = Nowhere,
    };

    public static bool Shows(string folder) => !s_folders.ContainsKey(folder);
}
