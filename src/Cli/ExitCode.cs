namespace Slipway.Cli;

/// <summary>What the process says to its caller. Scripts read these: a number is never given a second meaning.</summary>
internal static class ExitCode
{
    public const int Ok = 0;

    /// <summary>A pipeline or job failed.</summary>
    public const int Failed = 1;

    /// <summary>The command line makes no sense.</summary>
    public const int Usage = 2;

    /// <summary>The configuration is invalid.</summary>
    public const int Invalid = 3;

    public const int Authentication = 4;

    /// <summary>A file, folder or job that is not there.</summary>
    public const int NotFound = 5;

    /// <summary>A server, or the container engine, does not answer.</summary>
    public const int Unreachable = 6;

    /// <summary>It is there already, or somebody else holds it.</summary>
    public const int Conflict = 7;

    /// <summary>Ended by Ctrl-C or SIGTERM.</summary>
    public const int Interrupted = 130;

    /// <summary>Our own mistake (sysexits' EX_SOFTWARE).</summary>
    public const int Internal = 70;
}

/// <summary>A command cannot do what was asked, for a reason the user can act on. Ends the process with one line and <see cref="ExitCode"/>.</summary>
/// <param name="exitCode">One of <see cref="Cli.ExitCode"/>.</param>
/// <param name="message">What is wrong, without a full stop or a prefix.</param>
/// <param name="help">What to do next; <see langword="null"/> when the message says it all.</param>
internal sealed class CommandException(int exitCode, string message, string? help = null) : Exception(message)
{
    public int ExitCode { get; } = exitCode;
    public string? Help { get; } = help;
}
