using System.CommandLine;
using System.Globalization;
using Slipway.Protocol.Coordination;
using Slipway.Runner.Config;
using Slipway.Runner.Coordinator;

namespace Slipway.Cli.Commands.Runners;

/// <summary><c>slipway runner run</c>.</summary>
internal static class LoopCommand
{
    public static Command Make(Surroundings surroundings)
    {
        var config = RunnerFile.Option();
        var options = new LoopOptions();
        var verb = new Verb(
            "run",
            "Ask the servers of config.toml for jobs and run them, until told to end",
            ("runner run", "with the usual config.toml; SIGTERM or Ctrl-C finishes running jobs, twice ends them"),
            ("runner run --config runner.toml --working-directory /srv/runner", "with another, and its folders elsewhere")
        )
        {
            config,
        };
        options.AddTo(verb);
        verb.SetAction(
            async (parsed, _) =>
            {
                var file = RunnerFile.Of(parsed, config, surroundings);
                var first = file.Load(surroundings.Say);
                var log = options.Log(parsed, first, surroundings);
                using var ending = new Ending(log.Write);
                var settings = new RunnerLoopSettings
                {
                    Config = first,
                    SystemId = SystemId.Of(file.Store.Folder),
                    WorkDir = options.WorkDir(parsed, surroundings),
                    ConfigFolder = file.Store.Folder,
                    Tell = log.Write,
                    Abort = ending.Abort,
                    AbortGrace = LoopOptions.Grace(first),
                    Reload = () => Reload(file, ending, log),
                    KeepToken = (runner, token) => Keep(file, runner, token, surroundings),
                    Time = surroundings.Time,
                };
                log.Write(Ready(first, settings));
                return await LoopOptions.RunAsync(settings, ending, first.ShutdownTimeout);
            }
        );
        return verb;
    }

    private static RunnerEvent Ready(ConfigFile config, RunnerLoopSettings settings) =>
        new(
            RunnerEventLevel.Info,
            config.Runners.IsEmpty ? "ready, but there are no runners in config.toml yet" : "ready for jobs",
            [
                ("runners", config.Runners.Length.ToString(CultureInfo.InvariantCulture)),
                ("concurrent", config.Concurrent.ToString(CultureInfo.InvariantCulture)),
                ("system_id", settings.SystemId),
                ("version", SlipwayVersion.Text),
            ]
        );

    /// <summary>A file with a mistake is told, and the one before it stands.</summary>
    private static ConfigFile? Reload(RunnerFile file, Ending ending, RunnerLog log)
    {
        if (!file.Store.HasChanged() & !ending.TakeReload())
            return null;
        try
        {
            return file.Load(warning => log.Write(new RunnerEvent(RunnerEventLevel.Warning, warning, [])));
        }
        catch (CommandException e)
        {
            log.Write(new RunnerEvent(RunnerEventLevel.Error, $"{e.Message}; the configuration before it stands", []));
            return null;
        }
    }

    private static void Keep(RunnerFile file, RunnerConfig runner, RunnerToken token, Surroundings surroundings)
    {
        var known = file.Parse().File?.Runners ?? [];
        for (var i = 0; i < known.Length; i++)
            if (known[i].Token == runner.Token && known[i].Url == runner.Url)
            {
                var number = i;
                file.Change(text =>
                    ConfigEdit.Set(
                        text,
                        number,
                        ("token", token.Token),
                        ("token_obtained_at", surroundings.Time.GetUtcNow()),
                        ("token_expires_at", token.TokenExpiresAt ?? DateTimeOffset.MinValue)
                    )
                );
            }
    }
}
