using System.CommandLine;
using Slipway.Runner.Config;

namespace Slipway.Cli.Commands.Runners;

/// <summary>The <c>config.toml</c> of the runner verbs: <c>--config</c>, <c>CONFIG_FILE</c>, or gitlab-runner's usual place.</summary>
internal sealed class RunnerFile
{
    private readonly Func<string, string?> _environment;

    private RunnerFile(string path, Func<string, string?> environment) => (Store, _environment) = (new ConfigStore(path), environment);

    public ConfigStore Store { get; }

    public static Option<string?> Option() =>
        new("--config", "-c")
        {
            Description =
                "the config.toml; else CONFIG_FILE, else /etc/gitlab-runner/config.toml for root and ~/.gitlab-runner/config.toml for others",
            HelpName = "FILE",
        };

    public static RunnerFile Of(ParseResult parsed, Option<string?> option, Surroundings surroundings)
    {
        var path = parsed.GetValue(option) ?? surroundings.Variable("CONFIG_FILE") ?? Usual(surroundings);
        return new RunnerFile(Path.GetFullPath(path, surroundings.Directory), surroundings.Variable);
    }

    /// <exception cref="CommandException">There is none, it cannot be read, or it has a mistake.</exception>
    public ConfigFile Load(Action<string> warn, bool mayBeAbsent = false)
    {
        if (!mayBeAbsent && !File.Exists(Store.Path))
            throw new CommandException(ExitCode.NotFound, $"there is no {Store.Path}", "slipway runner register makes one");
        var reading = Parse();
        foreach (var problem in reading.Problems)
        {
            var text = $"{Store.Path}:{problem.Line}:{problem.Column}: {problem.Message}";
            if (problem.IsError)
                throw new CommandException(ExitCode.Invalid, text);
            warn(text);
        }

        return reading.File!;
    }

    /// <exception cref="CommandException">It cannot be read.</exception>
    public ConfigReading Parse()
    {
        try
        {
            return ConfigReader.Read(Store.Read(), _environment);
        }
        catch (IOException e)
        {
            throw new CommandException(ExitCode.NotFound, e.Message);
        }
    }

    /// <exception cref="CommandException">It cannot be written.</exception>
    public void Change(Func<string, string> edit)
    {
        try
        {
            Store.Write(edit(Store.Read()));
        }
        catch (IOException e)
        {
            throw new CommandException(ExitCode.Failed, e.Message, "nothing was changed in it");
        }
    }

    private static string Usual(Surroundings surroundings) =>
        Environment.IsPrivilegedProcess
            ? "/etc/gitlab-runner/config.toml"
            : Path.Combine(surroundings.Variable("HOME") ?? surroundings.Directory, ".gitlab-runner", "config.toml");
}
