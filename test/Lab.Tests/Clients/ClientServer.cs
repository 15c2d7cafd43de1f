using System.Diagnostics;
using Xunit;

namespace Slipway.Lab.Tests.Clients;

/// <summary>A real server with its built-in runner, in a process of its own, and an administrator <c>root</c> with a token.</summary>
public sealed class ClientServer : IAsyncLifetime
{
    private const string Listens = "listens on ";
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(1);

    private readonly string[] _arguments;
    private readonly IReadOnlyDictionary<string, string> _environment;
    private readonly string _folder = Directory.CreateTempSubdirectory("slipway-clients-").FullName;
    private readonly TaskCompletionSource<string> _url = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly List<string> _said = [];
    private Process? _process;

    public ClientServer()
        : this("127.0.0.1:0", "shell") { }

    /// <param name="listen">As <c>--listen</c> has it.</param>
    /// <param name="runner">As <c>--runner</c> has it.</param>
    /// <param name="more">More of <c>serve</c>.</param>
    /// <param name="environment">Beside this process's own.</param>
    internal ClientServer(
        string listen,
        string runner,
        IReadOnlyList<string>? more = null,
        IReadOnlyDictionary<string, string>? environment = null
    )
    {
        _arguments = ["serve", "--data", _folder, "--listen", listen, "--runner", runner, .. more ?? []];
        _environment = environment ?? new Dictionary<string, string>();
    }

    public string Url { get; private set; } = "";
    public string Token { get; private set; } = "";

    /// <summary>All that it has said.</summary>
    public string Said
    {
        get
        {
            lock (_said)
                return string.Join('\n', _said);
        }
    }

    public async ValueTask InitializeAsync()
    {
        var start = new ProcessStartInfo(SlipwayProcess.Path, _arguments)
        {
            UseShellExecute = false,
            RedirectStandardError = true,
            RedirectStandardOutput = true,
        };
        foreach (var (name, value) in _environment)
            start.Environment[name] = value;
        _process = Process.Start(start) ?? throw new InvalidOperationException("slipway did not start");
        _process.ErrorDataReceived += (_, line) => Hear(line.Data);
        _process.OutputDataReceived += (_, line) => Hear(line.Data);
        _process.BeginErrorReadLine();
        _process.BeginOutputReadLine();
        Url = await _url.Task.WaitAsync(Patience);
        await SlipwayAsync("user", "create", "root", "--admin", "--email", "root@example.com");
        Token = (await SlipwayAsync("token", "create", "root", "--name", "clients")).Trim();
    }

    public async ValueTask DisposeAsync()
    {
        if (_process is { HasExited: false })
            _process.Kill(entireProcessTree: true);
        if (_process is not null)
            await _process.WaitForExitAsync();
        _process?.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    private void Hear(string? line)
    {
        if (line is null)
            return;
        lock (_said)
            _said.Add(line);
        if (line.IndexOf(Listens, StringComparison.Ordinal) is >= 0 and var at)
            _url.TrySetResult(line[(at + Listens.Length)..].Split(' ')[0]);
    }

    private async Task<string> SlipwayAsync(params string[] arguments)
    {
        var done = await SlipwayProcess.RunAsync(_folder, [.. arguments, "--data", _folder]);
        return done.ExitCode == 0 ? done.Output : throw new InvalidOperationException($"slipway {string.Join(' ', arguments)}: {done.All}");
    }
}
