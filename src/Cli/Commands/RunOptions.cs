using System.CommandLine;
using Slipway.Cli.LocalRun;

namespace Slipway.Cli.Commands;

/// <summary>The options of <c>slipway run</c> alone.</summary>
internal sealed class RunOptions
{
    private readonly Argument<string[]> _jobs = new("JOB")
    {
        Description = "run these jobs alone; test stands for test 1/3, test 2/3 … too",
        Arity = ArgumentArity.ZeroOrMore,
    };
    private readonly Option<bool> _needs = new("--needs") { Description = "with what the named jobs need" };
    private readonly Option<string[]> _manual = new("--manual")
    {
        Description = "play this manual job when its turn comes; may be repeated",
        HelpName = "JOB",
    };
    private readonly Option<string?> _executor = new("--executor")
    {
        Description = "auto (default: docker for jobs with an image, when an engine answers), docker or shell",
        HelpName = "EXECUTOR",
    };
    private readonly Option<string?> _parallel = new("--jobs", "-j")
    {
        Description = "jobs at the same time, by default as many as there are processors",
        HelpName = "N",
    };
    private readonly Option<bool> _skipDelays = new("--skip-delays") { Description = "start delayed jobs at once" };
    private readonly Option<bool> _keep = new("--keep") { Description = "leave the jobs' folders in .slipway/runs" };
    private readonly Option<bool> _keepRegistry = new("--keep-registry")
    {
        Description = "keep the images that jobs push to $CI_REGISTRY for the next run",
    };
    private readonly Option<string?> _artifacts = new("--artifacts-dir")
    {
        Description = "unpack each job's artifacts into DIR/JOB",
        HelpName = "DIR",
    };
    private readonly Option<bool> _shell = new("--shell-on-failure")
    {
        Description = "open a shell where a job failed, before its folder goes (on a terminal)",
    };
    private readonly Option<string?> _config = new("--config")
    {
        Description = "runner settings instead of ~/.config/slipway/config.toml or gitlab-runner's",
        HelpName = "FILE",
    };
    private readonly Option<bool> _json = new("--json") { Description = "tell everything as JSON, one event a line" };

    public RunOptions()
    {
        _manual.Arity = ArgumentArity.OneOrMore;
        _executor.OneOf("auto", "docker", "shell");
        _parallel.Validators.Add(result =>
        {
            if (result.Tokens is [var token, ..] && !(int.TryParse(token.Value, out var number) && number is >= 1 and <= 1000))
                result.AddError($"--jobs wants a number from 1 to 1000, not \"{token.Value}\"");
        });
    }

    public void AddTo(Command command)
    {
        command.Add(_jobs);
        foreach (
            var option in (Option[])
                [_needs, _manual, _executor, _parallel, _skipDelays, _keep, _keepRegistry, _artifacts, _shell, _config, _json]
        )
            command.Add(option);
    }

    public bool IsJson(ParseResult parsed) => parsed.GetValue(_json);

    public string? Config(ParseResult parsed, Surroundings surroundings) =>
        parsed.GetValue(_config) is { } path ? Path.GetFullPath(path, surroundings.Directory) : null;

    /// <exception cref="CommandException">A shell is wanted where there is no terminal.</exception>
    public LocalRunOptions Read(ParseResult parsed, Surroundings surroundings)
    {
        if (parsed.GetValue(_shell) && !(surroundings.OutIsTerminal && surroundings.InIsTerminal))
            throw new CommandException(ExitCode.Usage, "--shell-on-failure needs a terminal");
        return new LocalRunOptions
        {
            Jobs = [.. parsed.GetValue(_jobs) ?? []],
            WithNeeds = parsed.GetValue(_needs),
            Manual = [.. parsed.GetValue(_manual) ?? []],
            SkipDelays = parsed.GetValue(_skipDelays),
            Parallel = parsed.GetValue(_parallel) is { } number ? int.Parse(number) : Environment.ProcessorCount,
            Executor = parsed.GetValue(_executor) switch
            {
                "docker" => ExecutorChoice.Docker,
                "shell" => ExecutorChoice.Shell,
                _ => ExecutorChoice.Auto,
            },
            Keep = parsed.GetValue(_keep),
            KeepRegistry = parsed.GetValue(_keepRegistry),
            ArtifactsDir = parsed.GetValue(_artifacts) is { } folder ? Path.GetFullPath(folder, surroundings.Directory) : null,
            ShellOnFailure = parsed.GetValue(_shell),
        };
    }
}
