using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Slipway.Fault.Tests.Support;

/// <summary>The real program, serving, as a process that can be killed. Each start is on the same port, as a service's would be.</summary>
internal sealed class ServerProcess : IDisposable
{
    private static readonly string Program = Path.Combine(AppContext.BaseDirectory, "slipway");
    private static readonly TimeSpan Patience = Rig.Patience;

    /// <summary>
    /// Bound, and never listening: while the server is dead nobody else on this machine is given its port, and the server may listen there beside it.
    /// </summary>
    private readonly Socket _port = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);

    private readonly IReadOnlyDictionary<string, string> _environment;
    private readonly string[] _arguments;
    private readonly StringBuilder _said = new();
    private Process? _process;

    /// <param name="environment">Beside this process's own.</param>
    /// <param name="arguments">Behind <c>serve</c>; where it listens is added.</param>
    public ServerProcess(IReadOnlyDictionary<string, string> environment, params string[] arguments)
    {
        _port.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        Address = new Uri($"http://{_port.LocalEndPoint}/");
        (_environment, _arguments) = (environment, ["serve", "--listen", Address.Authority, .. arguments]);
    }

    public Uri Address { get; }
    public IReadOnlyDictionary<string, string> Environment => _environment;
    public int Id => _process!.Id;

    /// <summary>Standard error of the last life.</summary>
    public string Said
    {
        get
        {
            lock (_said)
                return _said.ToString();
        }
    }

    public bool IsAlive => _process is { HasExited: false };

    /// <summary>Starts it, and waits until it is ready.</summary>
    public async Task StartAsync()
    {
        lock (_said)
            _said.Clear();
        _process?.Dispose();
        _process = Start(_arguments, _environment);
        _process.ErrorDataReceived += (_, line) => Take(line.Data);
        _process.OutputDataReceived += (_, line) => Take(line.Data);
        _process.BeginErrorReadLine();
        _process.BeginOutputReadLine();
        using var http = new HttpClient { BaseAddress = Address, Timeout = TimeSpan.FromSeconds(5) };
        for (var since = Stopwatch.StartNew(); since.Elapsed < Patience; await Task.Delay(20))
        {
            if (_process.HasExited)
            {
                // Until all that it has said has been read.
                await _process.WaitForExitAsync();
                throw new InvalidOperationException($"The server ends with {_process.ExitCode}: {Said}");
            }

            try
            {
                using var answer = await http.GetAsync("/-/readiness");
                if (answer.IsSuccessStatusCode)
                    return;
            }
            catch (Exception e) when (e is HttpRequestException or TaskCanceledException) { }
        }

        throw new InvalidOperationException($"The server is never ready: {Said}");
    }

    /// <summary>SIGKILL, whatever it is doing.</summary>
    public Task KillAsync()
    {
        _process!.Kill();
        return DeadAsync();
    }

    /// <summary>Waits until it is dead, and says whether it was killed.</summary>
    public async Task DeadAsync()
    {
        using var limit = new CancellationTokenSource(Patience);
        await _process!.WaitForExitAsync(limit.Token);
        if (_process.ExitCode != 137)
            throw new InvalidOperationException($"It was not killed, it ended with {_process.ExitCode}: {Said}");
    }

    /// <summary>Sends it a signal, and waits for the end.</summary>
    /// <returns>Its exit code.</returns>
    public async Task<int> EndAsync(string signal = "TERM")
    {
        Signal(signal);
        using var limit = new CancellationTokenSource(Patience);
        await _process!.WaitForExitAsync(limit.Token);
        return _process.ExitCode;
    }

    /// <param name="signal">STOP, say.</param>
    public void Signal(string signal)
    {
        using var kill = Process.Start("/bin/kill", [$"-{signal}", $"{Id}"]);
        kill.WaitForExit();
    }

    /// <summary>Runs another command of the program to its end.</summary>
    public async Task<(int Exit, string Output)> RunAsync(params string[] arguments)
    {
        using var process = Start(arguments, _environment);
        var error = process.StandardError.ReadToEndAsync();
        var output = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        return (process.ExitCode, output + await error);
    }

    public void Dispose()
    {
        if (IsAlive)
            _process!.Kill();
        _process?.WaitForExit();
        _process?.Dispose();
        _port.Dispose();
    }

    /// <param name="isHeard">Somebody reads what it says.</param>
    public static Process Start(string[] arguments, IReadOnlyDictionary<string, string> environment, bool isHeard = true)
    {
        var start = new ProcessStartInfo(Program, arguments)
        {
            UseShellExecute = false,
            RedirectStandardOutput = isHeard,
            RedirectStandardError = isHeard,
        };
        foreach (var (name, value) in environment)
            start.Environment[name] = value;
        return Process.Start(start)!;
    }

    private void Take(string? line)
    {
        lock (_said)
            _said.Append(line).Append('\n');
    }
}
