using Slipway.Runner.Scripts;

namespace Slipway.Runner.Executors.Docker;

/// <summary>What a container is told besides the job's own scripts.</summary>
internal static class Shells
{
    /// <summary>
    /// Asks every process of the container to end: number 1, which is the script's shell, before the command it waits for, else it would take the
    /// command's end for a failure instead of running its trap. -1 means all but the sender and number 1 (kill(2)).
    /// </summary>
    public static readonly string[] Terminate = ["sh", "-c", "kill -TERM 1; kill -TERM -1 2>/dev/null"];

    /// <summary>Empties the project's folder and what lies beside it: an earlier job left them in a kept builds directory.</summary>
    public static string Clear(string projectDir) => $"rm -rf -- {ShellQuote.Quote(projectDir)} {ShellQuote.Quote(projectDir + ".tmp")}\n";
}
