using System.Diagnostics;
using System.Text;
using Xunit;

namespace Slipway.Runner.Tests.Scripts;

/// <summary>A shell of this machine that reads a script from its standard input, as every executor has it.</summary>
internal static class RealShell
{
    public static TheoryData<string> All { get; } = ["bash", "dash", "busybox sh"];

    /// <returns>Both outputs in one, and the exit code.</returns>
    public static (string Output, int ExitCode) Run(string shell, string script)
    {
        var words = shell.Split(' ');
        var program = new[] { "/usr/bin/", "/bin/", "/usr/local/bin/" }.Select(f => f + words[0]).FirstOrDefault(File.Exists);
        Assert.SkipWhen(program is null, $"{words[0]} is not installed");
        var start = new ProcessStartInfo(program!, words[1..])
        {
            UseShellExecute = false,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            StandardInputEncoding = new UTF8Encoding(false),
            StandardOutputEncoding = new UTF8Encoding(false),
        };
        using var process = Process.Start(start)!;
        var error = process.StandardError.ReadToEndAsync();
        try
        {
            process.StandardInput.Write(script);
            process.StandardInput.Close();
        }
        catch (IOException)
        {
            // It ended before it had read all.
        }

        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return (output + error.GetAwaiter().GetResult(), process.ExitCode);
    }
}
