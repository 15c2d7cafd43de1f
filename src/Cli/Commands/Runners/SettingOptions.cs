using System.CommandLine;
using System.Globalization;

namespace Slipway.Cli.Commands.Runners;

/// <summary>The settings of an entry on the command line. What is not written there is taken from the environment, lists separated by commas.</summary>
internal sealed class SettingOptions
{
    private readonly Dictionary<Setting, Option> _options = [];

    public void AddTo(Command command)
    {
        foreach (var setting in Setting.All)
        {
            Option option = setting.Kind switch
            {
                SettingKind.Flag => new Option<bool?>("--" + setting.Option),
                SettingKind.Number => new Option<long?>("--" + setting.Option) { HelpName = "N" },
                SettingKind.List => new Option<string[]>("--" + setting.Option) { HelpName = "TEXT", Arity = ArgumentArity.OneOrMore },
                _ => new Option<string?>("--" + setting.Option) { HelpName = "TEXT" },
            };
            option.Description = setting.Does;
            _options[setting] = option;
            command.Add(option);
        }
    }

    /// <summary>Those that are given somewhere, in gitlab-runner's order.</summary>
    /// <exception cref="CommandException">A variable of the environment is no such value.</exception>
    public List<(string Path, object Value)> Read(ParseResult parsed, Surroundings surroundings)
    {
        var given = new List<(string, object)>();
        foreach (var (setting, option) in _options)
            if ((Written(setting, option, parsed) ?? FromEnvironment(setting, surroundings)) is { } value)
                given.Add((setting.Path, value));
        return given;
    }

    private static object? Written(Setting setting, Option option, ParseResult parsed)
    {
        if (parsed.GetResult(option) is null or { Implicit: true })
            return null;
        return setting.Kind switch
        {
            SettingKind.Flag => parsed.GetValue((Option<bool?>)option) ?? true,
            SettingKind.Number => parsed.GetValue((Option<long?>)option),
            SettingKind.List => parsed.GetValue((Option<string[]>)option) is { Length: > 0 } texts ? texts : null,
            _ => parsed.GetValue((Option<string?>)option),
        };
    }

    private static object? FromEnvironment(Setting setting, Surroundings surroundings)
    {
        if (surroundings.Variable(setting.Variable) is not { } text)
            return null;
        return setting.Kind switch
        {
            SettingKind.Flag => text.ToLowerInvariant() switch
            {
                "1" or "t" or "true" => true,
                "0" or "f" or "false" => false,
                _ => throw new CommandException(ExitCode.Usage, $"{setting.Variable} is neither true nor false: \"{text}\""),
            },
            SettingKind.Number => long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number)
                ? number
                : throw new CommandException(ExitCode.Usage, $"{setting.Variable} is no whole number: \"{text}\""),
            SettingKind.List => text.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries),
            _ => text,
        };
    }
}
