using System.CommandLine;
using Slipway.Runner.Config;
using Slipway.Runner.Coordinator;

namespace Slipway.Cli.Commands.Runners;

/// <summary><c>slipway runner run-single</c>: one runner, one job at a time, named by flags or taken from <c>config.toml</c>.</summary>
internal sealed class SingleCommand
{
    private readonly Option<string?> _config = RunnerFile.Option();
    private readonly Option<string?> _runner = new("--runner", "-r")
    {
        Description = "the runner of this name in config.toml",
        HelpName = "NAME",
    };
    private readonly Option<string?> _url = new("--url", "-u") { Description = "the server's address (CI_SERVER_URL)", HelpName = "URL" };
    private readonly Option<string?> _token = new("--token", "-t")
    {
        Description = "the runner's token (CI_SERVER_TOKEN)",
        HelpName = "TOKEN",
    };
    private readonly Option<string?> _name = new("--name", "--description")
    {
        Description = "what the log calls it (RUNNER_NAME)",
        HelpName = "TEXT",
    };
    private readonly Option<int?> _jobs = new("--max-builds") { Description = "end after so many jobs; 0 = never", HelpName = "N" };
    private readonly Option<int?> _wait = new("--wait-timeout")
    {
        Description = "end when no job has come for so many seconds; 0 = never",
        HelpName = "N",
    };
    private readonly SettingOptions _settings = new();
    private readonly LoopOptions _loop = new();

    public static Command Make(Surroundings surroundings)
    {
        var command = new SingleCommand();
        var verb = new Verb(
            "run-single",
            "Run jobs of one runner, one at a time, without a config.toml if need be",
            ("runner run-single --url http://… --token glrt-… --executor shell --max-builds 1", "one job, and away"),
            ("runner run-single --runner build --wait-timeout 60", "one of config.toml, until there is nothing to do for a minute")
        );
        foreach (
            var option in (Option[])
                [command._url, command._token, command._name, command._runner, command._config, command._jobs, command._wait]
        )
            verb.Add(option);
        command._loop.AddTo(verb);
        command._settings.AddTo(verb);
        verb.SetAction((parsed, _) => command.RunAsync(parsed, surroundings));
        return verb;
    }

    private async Task<int> RunAsync(ParseResult parsed, Surroundings surroundings)
    {
        var file = RunnerFile.Of(parsed, _config, surroundings);
        var config = parsed.GetValue(_runner) is { } name ? FromFile(file, name, surroundings) : FromFlags(parsed, surroundings);
        var log = _loop.Log(parsed, config, surroundings);
        using var ending = new Ending(log.Write);
        var settings = new RunnerLoopSettings
        {
            Config = config,
            SystemId = SystemId.Of(file.Store.Folder),
            WorkDir = _loop.WorkDir(parsed, surroundings),
            ConfigFolder = file.Store.Folder,
            Tell = log.Write,
            Abort = ending.Abort,
            AbortGrace = LoopOptions.Grace(config),
            MaxJobs = parsed.GetValue(_jobs) is > 0 and var jobs ? jobs : null,
            MaxWait = parsed.GetValue(_wait) is > 0 and var seconds ? TimeSpan.FromSeconds(seconds) : null,
            Time = surroundings.Time,
        };
        log.Write(
            new RunnerEvent(
                RunnerEventLevel.Info,
                "ready for jobs",
                [("runner", RunnerClients.NameOf(config.Runners[0])), ("url", config.Runners[0].Url)]
            )
        );
        return await LoopOptions.RunAsync(settings, ending, config.ShutdownTimeout);
    }

    private static ConfigFile FromFile(RunnerFile file, string name, Surroundings surroundings)
    {
        var config = file.Load(surroundings.Say);
        var runner =
            config.Runners.FirstOrDefault(r => r.Name == name)
            ?? throw new CommandException(
                ExitCode.NotFound,
                $"there is no runner \"{name}\" in {file.Store.Path}",
                "slipway runner list shows those there are"
            );
        return config with { Concurrent = 1, Runners = [runner] };
    }

    /// <summary>By way of a file's text, so that flags mean what they mean there.</summary>
    private ConfigFile FromFlags(ParseResult parsed, Surroundings surroundings)
    {
        string Needed(Option<string?> option, string variable) =>
            parsed.GetValue(option)
            ?? surroundings.Variable(variable)
            ?? throw new CommandException(
                ExitCode.Usage,
                $"{option.Name} is missing",
                $"give it, or {variable}, or --runner NAME for one of config.toml"
            );
        List<(string, object)> settings =
        [
            ("name", parsed.GetValue(_name) ?? surroundings.Variable("RUNNER_NAME") ?? ""),
            ("url", Needed(_url, "CI_SERVER_URL")),
            ("token", Needed(_token, "CI_SERVER_TOKEN")),
            .. _settings.Read(parsed, surroundings),
        ];
        if (!settings.Exists(s => s.Item1 == "executor"))
            throw new CommandException(ExitCode.Usage, "--executor is missing", "it is shell or docker");
        var reading = ConfigReader.Read(ConfigEdit.Add("", settings), _ => null);
        return reading.File ?? throw new CommandException(ExitCode.Usage, reading.Problems[0].Message);
    }
}
