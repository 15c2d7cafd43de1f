using System.Diagnostics;

namespace Slipway.Fault.Tests.Support;

/// <summary>Our own runner, as a process of the real program. It goes with the test, however that ends.</summary>
internal sealed class RunnerProcess : IDisposable
{
    private readonly Process _process;

    private RunnerProcess(Process process) => _process = process;

    /// <summary>Starts one, with a token of its own unless it has one: the same name again is the same machine, back again.</summary>
    /// <param name="address">How it reaches the server; nothing: as all others do.</param>
    /// <param name="settings">More lines of its entry; nothing: jobs run in the shell.</param>
    /// <param name="atOnce">How many jobs it takes at a time.</param>
    /// <param name="environment">Beside the server's.</param>
    public static async Task<RunnerProcess> StartAsync(
        Rig rig,
        string name = "one",
        Uri? address = null,
        int atOnce = 1,
        string? settings = null,
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
            ServerProcess.Start(["runner", "run", "--config", file, "--working-directory", work], all, isHeard: false)
        );
    }

    public static string WorkDir(Rig rig, string name) => rig.Place($"builds-{name}");

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
}
