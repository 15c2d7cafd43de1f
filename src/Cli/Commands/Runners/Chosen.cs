using System.CommandLine;
using Slipway.Runner.Config;

namespace Slipway.Cli.Commands.Runners;

/// <summary>Which of a file's runners a verb is about: all, or those of a name, a token, a server.</summary>
internal sealed class Chosen
{
    private readonly Option<string?> _name = new("--name") { Description = "the runner of this name", HelpName = "NAME" };
    private readonly Option<string?> _token = new("--token", "-t") { Description = "the runner of this token", HelpName = "TOKEN" };
    private readonly Option<string?> _url = new("--url", "-u") { Description = "the runners of this server", HelpName = "URL" };

    public void AddTo(Command command)
    {
        foreach (var option in (Option[])[_name, _token, _url])
            command.Add(option);
    }

    public bool IsAny(ParseResult parsed) =>
        parsed.GetValue(_name) is null && parsed.GetValue(_token) is null && parsed.GetValue(_url) is null;

    /// <returns>Each with its number in the file.</returns>
    /// <exception cref="CommandException">There is none of those.</exception>
    public List<(int Number, RunnerConfig Runner)> Of(ConfigFile file, ParseResult parsed)
    {
        var (name, token, url) = (parsed.GetValue(_name), parsed.GetValue(_token), parsed.GetValue(_url));
        var chosen = file
            .Runners.Select((runner, i) => (i, runner))
            .Where(r =>
                (name is null || r.runner.Name == name)
                && (token is null || r.runner.Token == token)
                && (url is null || r.runner.Url.TrimEnd('/') == url.TrimEnd('/'))
            )
            .ToList();
        return chosen.Count > 0 || IsAny(parsed)
            ? chosen
            : throw new CommandException(
                ExitCode.NotFound,
                "there is no such runner in the file",
                "slipway runner list shows those there are"
            );
    }
}
