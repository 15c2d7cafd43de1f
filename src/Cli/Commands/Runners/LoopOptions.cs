using System.CommandLine;
using Slipway.Runner.Config;
using Slipway.Runner.Coordinator;

namespace Slipway.Cli.Commands.Runners;

/// <summary>What <c>runner run</c> and <c>runner run-single</c> have in common.</summary>
internal sealed class LoopOptions
{
    private readonly Option<string?> _workDir = new("--working-directory", "-d")
    {
        Description = "builds, cache and sources go below it; else the current folder",
        HelpName = "DIR",
    };
    private readonly Option<string?> _level = new("--log-level", "-l")
    {
        Description = "debug, info, warn or error; else log_level of config.toml",
        HelpName = "LEVEL",
    };
    private readonly Option<string?> _format = new("--log-format")
    {
        Description = "runner (for people), text or json; else log_format of config.toml",
        HelpName = "FORMAT",
    };

    public LoopOptions()
    {
        _level.OneOf("debug", "info", "warn", "error", "fatal", "panic");
        _format.OneOf("runner", "text", "json");
    }

    public void AddTo(Command command)
    {
        foreach (var option in (Option[])[_workDir, _level, _format])
            command.Add(option);
    }

    public RunnerLog Log(ParseResult parsed, ConfigFile config, Surroundings surroundings) =>
        new(
            surroundings,
            parsed.GetValue(_format) ?? surroundings.Variable("LOG_FORMAT") ?? config.LogFormat,
            parsed.GetValue(_level) ?? surroundings.Variable("LOG_LEVEL") ?? config.LogLevel
        );

    /// <exception cref="CommandException">It is not there.</exception>
    public string WorkDir(ParseResult parsed, Surroundings surroundings)
    {
        var folder = Path.GetFullPath(parsed.GetValue(_workDir) ?? ".", surroundings.Directory);
        return Directory.Exists(folder) ? folder : throw new CommandException(ExitCode.NotFound, $"there is no folder {folder}");
    }

    /// <summary>How long jobs that are ended may take: the rest of the time is for telling the server.</summary>
    public static TimeSpan Grace(ConfigFile config) => config.ShutdownTimeout * 2 / 3;

    /// <summary>Runs the loop to its end. Jobs that are ended, and the coordinator that is told so, get <paramref name="limit"/>.</summary>
    public static async Task<int> RunAsync(RunnerLoopSettings settings, Ending ending, TimeSpan limit)
    {
        var running = RunnerLoop.RunAsync(settings, ending.Drain);
        var aborted = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var registration = ending.Abort.Register(aborted.SetResult);
        if (await Task.WhenAny(running, aborted.Task) == aborted.Task)
        {
            await Task.WhenAny(running, Task.Delay(limit, settings.Time, CancellationToken.None));
            return ExitCode.Interrupted;
        }

        await running;
        return ExitCode.Ok;
    }
}
