using System.ComponentModel;
using System.Diagnostics;
using System.Text;
using Slipway.Runner;
using Slipway.Runner.Executors;
using Slipway.Runner.Executors.Docker;
using Slipway.Runner.Sources;

namespace Slipway.Cli.LocalRun;

/// <summary>
/// An executor that, when the job's script has failed, gives the user a shell where it failed, with the job's variables, before it clears up.
/// On this machine that is a shell in the job's folder. Of a container, which ends with its script, a copy is started, with the same volumes.
/// </summary>
/// <param name="onTerminal">Runs something while nobody else writes to the terminal.</param>
/// <param name="engine">Where the engine of the job's container listens, and what this run's containers are labelled with; <see langword="null"/> without one.</param>
internal sealed class FailureShell(
    IExecutor inner,
    JobEnvironment job,
    Func<(string Address, string Owner)?> engine,
    Action<Action> onTerminal
) : IExecutor
{
    private const string JobLabel = "com.gitlab.gitlab-runner.job.id";
    private const string TypeLabel = "com.gitlab.gitlab-runner.type";

    /// <summary>What the shell's container has of the job's: above all its network, where the services are.</summary>
    private const string Likeness = """
        --network={{.HostConfig.NetworkMode}}
        {{if .HostConfig.Privileged}}--privileged
        {{end}}{{range .HostConfig.ExtraHosts}}--add-host={{.}}
        {{end}}{{range .HostConfig.Dns}}--dns={{.}}
        {{end}}{{range .HostConfig.CapAdd}}--cap-add={{.}}
        {{end}}{{range .HostConfig.CapDrop}}--cap-drop={{.}}
        {{end}}{{range .HostConfig.SecurityOpt}}--security-opt={{.}}
        {{end}}
        """;

    private int? _exitCode;

    public string Name => inner.Name;
    public string ProjectDir => inner.ProjectDir;
    public string BuildsDir => inner.BuildsDir;
    public string TemporaryDir => inner.TemporaryDir;

    /// <summary>The same kind, with a shell on failure.</summary>
    public static ExecutorKind Around(ExecutorKind kind, Func<(string Address, string Owner)?> engine, Action<Action> onTerminal) =>
        kind with
        {
            Create = job => new FailureShell(kind.Create(job), job, engine, onTerminal),
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
        Say(
            $"\n{Plain(job.Payload.JobInfo.Name)} failed with exit code {exitCode}. This shell is where it ran ({Plain(ProjectDir)}); leave it to go on."
        );
        if (inner.Name == "docker")
            OpenInContainer();
        else
            Run(job.Runner.Shell is { Length: > 0 } shell ? shell : "bash", ["-i"], ProjectDir, Environment());
    }

    private void OpenInContainer()
    {
        string[] labels = [$"{JobLabel}={job.Payload.Id}", $"{TypeLabel}=build", $"{DockerExecutors.OwnerLabel}={engine()?.Owner}"];
        var container = Ask(["ps", "--all", "--quiet", .. labels.SelectMany(label => (string[])["--filter", "label=" + label])])
            ?.Split('\n')[0]
            .Trim();
        if (
            container is not { Length: > 0 }
            || Ask("inspect", "--format", Likeness, container) is not { } likeness
            || Ask("commit", "--change", $"LABEL {DockerExecutors.ShellLabel}=true", container)?.Trim() is not { Length: > 0 } image
        )
        {
            Say("There is no shell in its container: that needs the docker command.");
            return;
        }

        var variables = Environment();
        string[] start =
        [
            .. Engine(),
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
            .. likeness.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries),
            .. variables.Keys.SelectMany(name => (string[])["--env", name]),
            image,
            "-c",
            "command -v bash >/dev/null && exec bash -i; exec sh -i",
        ];
        Run("docker", start, null, variables);
        Ask("rmi", "--force", image);
    }

    /// <summary>The docker command may have another engine in mind.</summary>
    private string[] Engine() => engine() is var (address, _) ? ["--host", address] : [];

    /// <summary>The job's variables, and the mark by which a later run leaves the shell alone.</summary>
    private Dictionary<string, string> Environment()
    {
        var variables = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var variable in job.Variables.All)
        {
            var value = job.Variables.Told(variable);
            if (!variable.Key.Contains('=') && !value.Contains('\0'))
                variables[variable.Key] = value;
        }

        variables[ProcessTable.SparedBy] = "1";
        variables["CI_JOB_STATUS"] = "failed";
        return variables;
    }

    private string? Ask(params string[] arguments)
    {
        var start = new ProcessStartInfo("docker", [.. Engine(), .. arguments]) { UseShellExecute = false, RedirectStandardOutput = true };
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
            Say($"{program} cannot be started: {e.Message}");
        }
    }

    private static void Say(string text) => Surroundings.OfThisProcess().Error.Write(Encoding.UTF8.GetBytes(text + "\n"));

    private static string Plain(string text) => string.Concat(text.Select(c => char.IsControl(c) ? '?' : c));
}
