using System.Diagnostics;
using System.Text;

namespace Slipway.Fault.Tests.Support;

/// <summary>Our own runner, as a process of the real program. It goes with the test, however that ends.</summary>
internal sealed class RunnerProcess : IDisposable
{
    private static readonly TimeSpan Patience = Rig.Patience;

    private readonly Process _process;
    private readonly StringBuilder _said = new();

    private RunnerProcess(Process process, bool isHeard)
    {
        _process = process;
        if (!isHeard)
            return;
        _process.ErrorDataReceived += (_, line) => Take(line.Data);
        _process.BeginErrorReadLine();
        _process.BeginOutputReadLine();
    }

    /// <summary>Starts one, with a token of its own unless it has one: the same name again is the same machine, back again.</summary>
    /// <param name="address">How it reaches the server; nothing: as all others do.</param>
    /// <param name="settings">More lines of its entry; nothing: jobs run in the shell.</param>
    /// <param name="atOnce">How many jobs it takes at a time.</param>
    /// <param name="isHeard">What it says is wanted: <see cref="HeardAsync"/>.</param>
    /// <param name="environment">Beside the server's.</param>
    public static async Task<RunnerProcess> StartAsync(
        Rig rig,
        string name = "one",
        Uri? address = null,
        int atOnce = 1,
        string? settings = null,
        bool isHeard = false,
        params IEnumerable<KeyValuePair<string, string>> environment
    )
    {
        var (file, work) = (rig.Place($"{name}.toml"), WorkDir(rig, name));
        if (!File.Exists(file))
        {
            using var wire = await rig.RunnerAsync();
            var entry =
                $"name = \"{name}\"\n  url = \"{address ?? rig.Server.Address}\"\n  token = \"{wire.Token}\"\n  {settings ?? "executor = \"shell\""}\n";
            await File.WriteAllTextAsync(file, $"concurrent = {atOnce}\ncheck_interval = 1\n[[runners]]\n  {entry}", Rig.Ct);
        }

        Directory.CreateDirectory(work);
        var all = rig.Environment.Concat(environment).ToDictionary();
        return new RunnerProcess(
            ServerProcess.Start(["runner", "run", "--config", file, "--working-directory", work], all, isHeard),
            isHeard
        );
    }

    public static string WorkDir(Rig rig, string name) => rig.Place($"builds-{name}");

    /// <param name="signal">TERM, say.</param>
    public void Signal(string signal)
    {
        using var kill = Process.Start("/bin/kill", [$"-{signal}", $"{_process.Id}"]);
        kill.WaitForExit();
    }

    /// <summary>Waits until it has said this in its log.</summary>
    public async Task HeardAsync(string text)
    {
        await Rig.UntilAsync(() => Task.FromResult(Said.Contains(text)));
        if (!Said.Contains(text))
            throw new InvalidOperationException($"It does not say '{text}': {Said}");
    }

    /// <summary>Waits for its end.</summary>
    /// <returns>Its exit code.</returns>
    public async Task<int> ExitAsync()
    {
        await _process.WaitForExitAsync(Rig.Ct).WaitAsync(Patience, Rig.Ct);
        return _process.ExitCode;
    }

    /// <summary>SIGKILL, to it and not to what it has started.</summary>
    public void Kill()
    {
        _process.Kill();
        _process.WaitForExit();
    }

    public void Dispose()
    {
        Kill();
        _process.Dispose();
    }

    private string Said
    {
        get
        {
            lock (_said)
                return _said.ToString();
        }
    }

    private void Take(string? line)
    {
        lock (_said)
            _said.Append(line).Append('\n');
    }
}
