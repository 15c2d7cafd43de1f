using System.Diagnostics;
using System.Text;

namespace Slipway.Browser.Tests.Support;

/// <summary>A program that goes on while the test does something else, and what it has said.</summary>
internal sealed class RunningProgram : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(1);

    private readonly Process _process;
    private readonly StringBuilder _said = new();
    private readonly SemaphoreSlim _more = new(0);

    public RunningProgram(string folder, IReadOnlyDictionary<string, string> environment, params string[] command)
    {
        _process = Process.Start(Programs.Start(folder, environment, command))!;
        _process.OutputDataReceived += (_, line) => Take(line.Data);
        _process.ErrorDataReceived += (_, line) => Take(line.Data);
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();
    }

    public string Said
    {
        get
        {
            lock (_said)
                return _said.ToString();
        }
    }

    /// <summary>Waits until it has said something; fails when it ends without, or a minute passes.</summary>
    public async Task<string> WaitForAsync(string text)
    {
        using var limit = new CancellationTokenSource(Patience);
        while (!Said.Contains(text, StringComparison.Ordinal))
        {
            if (_process.HasExited && !Said.Contains(text, StringComparison.Ordinal))
                throw new InvalidOperationException($"It ended without saying \"{text}\":\n{Said}");
            await _more.WaitAsync(TimeSpan.FromMilliseconds(500), limit.Token);
        }

        return Said;
    }

    /// <summary>Tells it to end, and waits for that.</summary>
    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
        {
            await Programs.RunAsync(Path.GetTempPath(), Programs.NoEnvironment, "kill", "-TERM", $"{_process.Id}");
            using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(20));
            try
            {
                await _process.WaitForExitAsync(limit.Token);
            }
            catch (OperationCanceledException)
            {
                _process.Kill(entireProcessTree: true);
            }
        }

        _process.Dispose();
        _more.Dispose();
    }

    private void Take(string? line)
    {
        if (line is null)
            return;
        lock (_said)
            _said.Append(line).Append('\n');
        _more.Release();
    }
}

/// <summary>Programs as somebody types them.</summary>
internal static class Programs
{
    public static readonly IReadOnlyDictionary<string, string> NoEnvironment = new Dictionary<string, string>();

    /// <summary>The real program, beside the tests.</summary>
    public static string Slipway { get; } = Path.Combine(AppContext.BaseDirectory, "slipway");

    /// <summary>Runs a program to its end.</summary>
    /// <returns>What it said, on both streams.</returns>
    /// <exception cref="InvalidOperationException">It failed.</exception>
    public static async Task<string> RunAsync(string folder, IReadOnlyDictionary<string, string> environment, params string[] command)
    {
        using var process = Process.Start(Start(folder, environment, command))!;
        var error = process.StandardError.ReadToEndAsync();
        var output = await process.StandardOutput.ReadToEndAsync() + await error;
        await process.WaitForExitAsync();
        return process.ExitCode == 0
            ? output
            : throw new InvalidOperationException($"{string.Join(' ', command)}: {process.ExitCode}\n{output}");
    }

    public static ProcessStartInfo Start(string folder, IReadOnlyDictionary<string, string> environment, string[] command)
    {
        var start = new ProcessStartInfo(command[0], command[1..])
        {
            WorkingDirectory = folder,
            UseShellExecute = false,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            RedirectStandardInput = false,
        };
        // Nothing of whoever runs the tests: no settings of Git, no runner that is registered already.
        start.Environment["GIT_CONFIG_GLOBAL"] = "/dev/null";
        start.Environment["GIT_CONFIG_NOSYSTEM"] = "1";
        start.Environment["GIT_TERMINAL_PROMPT"] = "0";
        foreach (var who in (string[])["AUTHOR", "COMMITTER"])
        {
            start.Environment[$"GIT_{who}_NAME"] = "Ada";
            start.Environment[$"GIT_{who}_EMAIL"] = "ada@example.com";
        }

        foreach (var (name, value) in environment)
            start.Environment[name] = value;
        return start;
    }
}
