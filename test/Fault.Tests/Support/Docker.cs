using System.Diagnostics;

namespace Slipway.Fault.Tests.Support;

/// <summary>The docker command.</summary>
internal static class Docker
{
    /// <returns>Whether it did it, and what it said.</returns>
    public static async Task<(bool Ok, string Said)> RunAsync(params IEnumerable<string> arguments)
    {
        try
        {
            using var process = Process.Start(
                new ProcessStartInfo("docker", arguments)
                {
                    UseShellExecute = false,
                    RedirectStandardOutput = true,
                    RedirectStandardError = true,
                }
            )!;
            var error = process.StandardError.ReadToEndAsync();
            var said = await process.StandardOutput.ReadToEndAsync();
            await process.WaitForExitAsync();
            return process.ExitCode == 0 ? (true, said.Trim()) : (false, (await error).Trim());
        }
        catch (System.ComponentModel.Win32Exception e)
        {
            return (false, e.Message);
        }
    }

    /// <summary>The words of what it says, one a line.</summary>
    public static async Task<string[]> ListAsync(params IEnumerable<string> arguments) =>
        await RunAsync(arguments) is (true, var said)
            ? said.Split('\n', StringSplitOptions.RemoveEmptyEntries)
            : throw new InvalidOperationException($"docker {string.Join(' ', arguments)} fails");
}
