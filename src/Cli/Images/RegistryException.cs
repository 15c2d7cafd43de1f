namespace Slipway.Cli.Images;

/// <summary>A registry did not do what was asked.</summary>
/// <param name="exitCode">One of <see cref="ExitCode"/>.</param>
internal sealed class RegistryException(int exitCode, string message, string? help = null) : Exception(message)
{
    public int ExitCode { get; } = exitCode;
    public string? Help { get; } = help;
}
