namespace Slipway.Runner.Scripts;

/// <summary>Finds a shell within an image that nobody has looked into (runner-protocol §13.3).</summary>
public static class ContainerShell
{
    /// <summary>
    /// For <c>sh -c</c>: becomes bash where there is one, else sh, from the usual places first, then from <c>PATH</c>. Its standard input is the
    /// script. Prints <c>shell not found</c> and ends with 1 otherwise.
    /// </summary>
    public const string Detect =
        "for s in /usr/local/bin/bash /usr/bin/bash /bin/bash /usr/local/bin/sh /usr/bin/sh /bin/sh /busybox/sh; do "
        + "if [ -f \"$s\" ] && [ -x \"$s\" ]; then exec \"$s\"; fi; done; "
        + "s=$(command -v bash || command -v sh) && exec \"$s\"; echo shell not found; exit 1";

    /// <summary>The whole command of a job's container.</summary>
    public static IReadOnlyList<string> Command { get; } = ["sh", "-c", Detect];
}
