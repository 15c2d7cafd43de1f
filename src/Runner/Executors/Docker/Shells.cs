using Slipway.Runner.Scripts;

namespace Slipway.Runner.Executors.Docker;

/// <summary>What a container is told besides the job's own scripts.</summary>
internal static class Shells
{
    /// <summary>
    /// Asks every process of the container to end. -1 means all but the sender and number 1 (kill(2)), which is asked by itself.
    /// </summary>
    public static readonly string[] Terminate = ["sh", "-c", "kill -TERM -1 2>/dev/null; kill -TERM 1"];

    /// <summary>Empties the project's folder and what lies beside it: an earlier job left them in a kept builds directory.</summary>
    public static string Clear(string projectDir) => $"rm -rf -- {ShellQuote.Quote(projectDir)} {ShellQuote.Quote(projectDir + ".tmp")}\n";
}
