using System.Diagnostics;

namespace Slipway.Lab.Tests;

/// <summary>What a finished child process printed.</summary>
internal sealed record Finished(int ExitCode, string Output, string Error)
{
    public string All => $"exit {ExitCode}\n{Output}\n{Error}";
}

/// <summary>The real binary, as a user starts it.</summary>
internal static class SlipwayProcess
{
    public static string Path { get; } = System.IO.Path.Combine(AppContext.BaseDirectory, "slipway");

    public static Task<Finished> RunAsync(
        string folder,
        IReadOnlyList<string> arguments,
        IReadOnlyDictionary<string, string>? environment = null
    ) => RunAsync(Path, folder, arguments, environment);

    public static async Task<Finished> RunAsync(
        string program,
        string folder,
        IReadOnlyList<string> arguments,
        IReadOnlyDictionary<string, string>? environment = null,
        string input = ""
    )
    {
        var start = new ProcessStartInfo(program, arguments)
        {
            WorkingDirectory = folder,
            UseShellExecute = false,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach (var (key, value) in environment ?? new Dictionary<string, string>())
            start.Environment[key] = value;
        using var process = Process.Start(start) ?? throw new InvalidOperationException($"{program} did not start");
        await process.StandardInput.WriteAsync(input);
        process.StandardInput.Close();
        var output = process.StandardOutput.ReadToEndAsync();
        var error = process.StandardError.ReadToEndAsync();
        using var limit = new CancellationTokenSource(TimeSpan.FromMinutes(5));
        try
        {
            await process.WaitForExitAsync(limit.Token);
        }
        catch (OperationCanceledException late)
        {
            process.Kill(entireProcessTree: true);
            throw new TimeoutException(
                $"{program} {string.Join(' ', arguments)} took more than five minutes:\n{await output}\n{await error}",
                late
            );
        }
        return new Finished(process.ExitCode, await output, await error);
    }
}
