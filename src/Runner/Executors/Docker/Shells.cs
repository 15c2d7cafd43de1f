namespace Slipway.Runner.Executors.Docker;

/// <summary>Finding a shell inside a container whose image is not known.</summary>
internal static class Shells
{
    /// <summary>
    /// The command of a job's container: takes bash where there is one, else sh, also busybox's in /busybox (kaniko's debug images), and lets
    /// it read the script from its standard input. An image's entrypoint gets this as its arguments, and must run them.
    /// </summary>
    public static readonly string[] Detect =
    [
        "sh",
        "-c",
        "for s in /usr/local/bin/bash /usr/bin/bash /bin/bash /usr/local/bin/sh /usr/bin/sh /bin/sh /busybox/sh; do "
            + "if [ -x \"$s\" ]; then exec \"$s\"; fi; done; echo shell not found >&2; exit 1",
    ];

    /// <summary>
    /// Asks every process of the container to end. -1 means all but the sender and number 1 (kill(2)), which is asked by itself.
    /// </summary>
    public static readonly string[] Terminate = ["sh", "-c", "kill -TERM -1 2>/dev/null; kill -TERM 1"];

    /// <summary>Empties the project's folder and what lies beside it: an earlier job left them in a kept builds directory.</summary>
    public static string Clear(string projectDir) => $"rm -rf -- '{Quoted(projectDir)}' '{Quoted(projectDir)}.tmp'\n";

    private static string Quoted(string path) => path.Replace("'", "'\\''");
}
