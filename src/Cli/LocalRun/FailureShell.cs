using System.ComponentModel;
using System.Diagnostics;
using Slipway.Runner;
using Slipway.Runner.Executors;
using Slipway.Runner.Sources;

namespace Slipway.Cli.LocalRun;

/// <summary>
/// An executor that, when the job's script has failed, gives the user a shell where it failed, with the job's variables, before it clears up.
/// On this machine that is a shell in the job's folder. Of a container, which ends with its script, a copy is started, with the same volumes.
/// </summary>
/// <param name="onTerminal">Runs something while nobody else writes to the terminal.</param>
internal sealed class FailureShell(IExecutor inner, JobEnvironment job, Action<Action> onTerminal) : IExecutor
{
    private const string JobLabel = "com.gitlab.gitlab-runner.job.id";
    private const string TypeLabel = "com.gitlab.gitlab-runner.type";

    private int? _exitCode;

    public string Name => inner.Name;
    public string ProjectDir => inner.ProjectDir;
    public string BuildsDir => inner.BuildsDir;
    public string TemporaryDir => inner.TemporaryDir;

    /// <summary>The same kind, with a shell on failure.</summary>
    public static ExecutorKind Around(ExecutorKind kind, Action<Action> onTerminal) =>
        kind with
        {
            Create = job => new FailureShell(kind.Create(job), job, onTerminal),
        };

    public Task PrepareAsync(CancellationToken ct) => inner.PrepareAsync(ct);

    public Task PutSourcesAsync(SourceTree sources, CancellationToken ct) => inner.PutSourcesAsync(sources, ct);

    public Task PutFilesAsync(IAsyncEnumerable<FileEntry> files, CancellationToken ct) => inner.PutFilesAsync(files, ct);

    public IAsyncEnumerable<FileEntry> ReadFilesAsync(FileSelection selection, CancellationToken ct) => inner.ReadFilesAsync(selection, ct);

    public async Task<int> RunAsync(StageScript script, CancellationToken ct)
    {
        var exitCode = await inner.RunAsync(script, ct);
        if (exitCode != 0 && script.Stage != "after_script")
            _exitCode ??= exitCode;
        return exitCode;
    }

    public async ValueTask DisposeAsync()
    {
        if (_exitCode is { } exitCode && !job.Abort.IsCancellationRequested)
        {
            _exitCode = null;
            onTerminal(() => Open(exitCode));
        }

        await inner.DisposeAsync();
    }

    private void Open(int exitCode)
    {
        Console.Error.WriteLine(
            $"\n{Plain(job.Payload.JobInfo.Name)} failed with exit code {exitCode}. This shell is where it ran ({Plain(ProjectDir)}); leave it to go on."
        );
        if (inner.Name == "docker")
            OpenInContainer();
        else
            Run(job.Runner.Shell is { Length: > 0 } shell ? shell : "bash", ["-i"], ProjectDir, Environment());
    }

    private void OpenInContainer()
    {
        var own = $" {System.Environment.ProcessId} ";
        var list = Ask(
            "ps",
            "--all",
            "--filter",
            $"label={JobLabel}={job.Payload.Id}",
            "--filter",
            $"label={TypeLabel}=build",
            "--format",
            "{{.ID}} {{.Label \"slipway.owner\"}} "
        );
        var container = list?.Split('\n').FirstOrDefault(line => line.Contains(own, StringComparison.Ordinal))?.Split(' ')[0];
        if (container is null || Ask("commit", container) is not { Length: > 0 } image)
        {
            Console.Error.WriteLine("There is no shell in its container: that needs the docker command.");
            return;
        }

        var variables = Environment();
        string[] names = [.. variables.Keys.SelectMany(name => (string[])["--env", name])];
        string[] start =
        [
            "run",
            "--rm",
            "--interactive",
            "--tty",
            "--volumes-from",
            container,
            "--workdir",
            ProjectDir,
            "--entrypoint",
            "sh",
            .. names,
            image.Trim(),
            "-c",
            "command -v bash >/dev/null && exec bash -i; exec sh -i",
        ];
        Run("docker", start, null, variables);
        Ask("rmi", "--force", image.Trim());
    }

    /// <summary>The job's variables, and the mark by which a later run leaves the shell alone.</summary>
    private Dictionary<string, string> Environment()
    {
        var variables = new Dictionary<string, string>(StringComparer.Ordinal) { [ProcessTable.SparedBy] = "1" };
        foreach (var variable in job.Variables.All)
        {
            var value = job.Variables.Told(variable);
            if (!variable.Key.Contains('=') && !value.Contains('\0'))
                variables[variable.Key] = value;
        }

        return variables;
    }

    private static string? Ask(params string[] arguments)
    {
        var start = new ProcessStartInfo("docker", arguments) { UseShellExecute = false, RedirectStandardOutput = true };
        try
        {
            using var docker = Process.Start(start);
            var answer = docker?.StandardOutput.ReadToEnd();
            docker?.WaitForExit();
            return docker?.ExitCode == 0 ? answer : null;
        }
        catch (Win32Exception)
        {
            return null;
        }
    }

    private static void Run(string program, string[] arguments, string? folder, Dictionary<string, string> variables)
    {
        var start = new ProcessStartInfo(program, arguments) { UseShellExecute = false, WorkingDirectory = folder ?? "" };
        foreach (var (key, value) in variables)
            start.Environment[key] = value;
        try
        {
            using var shell = Process.Start(start);
            shell?.WaitForExit();
        }
        catch (Win32Exception e)
        {
            Console.Error.WriteLine($"{program} cannot be started: {e.Message}");
        }
    }

    private static string Plain(string text) => string.Concat(text.Select(c => char.IsControl(c) ? '?' : c));
}
