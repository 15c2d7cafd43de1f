using System.Diagnostics;
using System.Text;

namespace Slipway.Cli.Tests.Support;

/// <summary>The real program as a process of its own, for what only a process can show: signals, death, shells.</summary>
internal sealed class SlipwayProcess : IDisposable
{
    private readonly Process _process;
    private readonly StringBuilder _output = new();
    private readonly SemaphoreSlim _more = new(0);

    public SlipwayProcess(string folder, params string[] arguments)
    {
        var start = new ProcessStartInfo(Executable)
        {
            WorkingDirectory = folder,
            UseShellExecute = false,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            RedirectStandardInput = true,
        };
        foreach (var argument in arguments)
            start.ArgumentList.Add(argument);
        start.Environment["XDG_CONFIG_HOME"] = folder;
        _process = Process.Start(start)!;
        _process.OutputDataReceived += (_, line) => Take(line.Data);
        _process.ErrorDataReceived += (_, line) => Take(line.Data);
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();
    }

    /// <summary>The program beside the tests.</summary>
    public static string Executable { get; } = Path.Combine(AppContext.BaseDirectory, "slipway");

    public int Id => _process.Id;

    public string Output
    {
        get
        {
            lock (_output)
                return _output.ToString();
        }
    }

    /// <summary>Waits until the output holds a text; fails when the process ends without it or a minute passes.</summary>
    public async Task WaitForAsync(string text)
    {
        var end = Stopwatch.StartNew();
        while (!Output.Contains(text, StringComparison.Ordinal))
        {
            if (end.Elapsed > TimeSpan.FromMinutes(1) || (_process.HasExited && !await _more.WaitAsync(TimeSpan.FromSeconds(1))))
                throw new InvalidOperationException($"\"{text}\" did not come; this did:\n{Output}");
            await _more.WaitAsync(TimeSpan.FromMilliseconds(200));
        }
    }

    public async Task<int> ExitAsync()
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromMinutes(1));
        await _process.WaitForExitAsync(limit.Token);
        return _process.ExitCode;
    }

    public void Signal(string name) => Shell("kill", $"-{name}", Id.ToString());

    /// <summary>Runs a program to its end.</summary>
    public static (int Exit, string Output) Shell(string program, params string[] arguments)
    {
        var start = new ProcessStartInfo(program)
        {
            UseShellExecute = false,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach (var argument in arguments)
            start.ArgumentList.Add(argument);
        using var process = Process.Start(start)!;
        var error = process.StandardError.ReadToEndAsync();
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return (process.ExitCode, output + error.Result);
    }

    public void Dispose()
    {
        if (!_process.HasExited)
            _process.Kill();
        _process.Dispose();
        _more.Dispose();
    }

    private void Take(string? line)
    {
        lock (_output)
            _output.Append(line).Append('\n');
        _more.Release();
    }
}
