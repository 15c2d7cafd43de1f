using Slipway.Protocol.Jobs;

namespace Slipway.Runner.Executors.Shell;

/// <summary>Where on this machine the shell is that runs scripts.</summary>
internal static class ShellProgram
{
    private static readonly string[] UsualFolders = ["/usr/local/bin", "/usr/bin", "/bin"];

    /// <param name="shell"><c>bash</c> or <c>sh</c>, as configured. Where there is no bash, sh does.</param>
    /// <exception cref="JobFailedException">There is none, or it is a shell that scripts are not written for.</exception>
    public static string Find(string shell) =>
        shell switch
        {
            "bash" => Look("bash") ?? Look("sh"),
            "sh" => Look("sh"),
            _ => throw new JobFailedException(FailureReason.RunnerConfiguration, $"shell \"{shell}\" is not supported: use bash or sh"),
        } ?? throw new JobFailedException(FailureReason.RunnerConfiguration, $"{shell} not found");

    private static string? Look(string name)
    {
        var path = Environment.GetEnvironmentVariable("PATH") ?? "";
        foreach (var folder in UsualFolders.Concat(path.Split(':', StringSplitOptions.RemoveEmptyEntries)))
            if (File.Exists(Path.Combine(folder, name)))
                return Path.Combine(folder, name);
        return null;
    }
}
