using System.CommandLine;
using Slipway.Cli.Project;

namespace Slipway.Cli.Commands;

/// <summary>The options of every verb that speaks of a pipeline: which file, and what the pipeline would be created for.</summary>
internal static class SharedOptions
{
    private static readonly string[] Sources = ["push", "merge_request_event", "schedule", "web", "api", "trigger", "pipeline"];

    public static void AddTo(Command command)
    {
        var source = Text("--source", "SOURCE", $"what starts the pipeline: {string.Join(", ", Sources)}; push when not given");
        source.OneOf(Sources);
        Option[] all =
        [
            Text("--file", "FILE", "the configuration instead of .gitlab-ci.yml", "-f"),
            source,
            Text("--ref", "BRANCH", "the branch it is for, instead of the one checked out"),
            Text("--tag", "TAG", "the tag it is for"),
            Text("--target", "BRANCH", "a merge request's target, instead of the default branch"),
            Repeated("--variable", "KEY=VALUE", "a pipeline variable; may be repeated"),
            Repeated("--variables-file", "FILE", "project variables: lines of KEY=VALUE, or GitLab's JSON; may be repeated"),
            Repeated("--input", "KEY=VALUE", "an input of the configuration's spec; may be repeated"),
            Repeated("--project-dir", "PROJECT=DIR", "a checkout that stands for another project in includes; may be repeated"),
            new Option<bool>("--offline") { Description = "fetch nothing: includes as they were fetched before" },
            Text("--cwd", "DIR", "work in this folder", "-C"),
        ];
        foreach (var option in all)
            command.Add(option);
    }

    /// <param name="parsed">Of a command that has the options.</param>
    public static ProjectOptions Read(ParseResult parsed, Surroundings surroundings) =>
        new()
        {
            Directory = Path.GetFullPath(parsed.GetValue<string?>("--cwd") ?? ".", surroundings.Directory),
            File = parsed.GetValue<string?>("--file"),
            Source = parsed.GetValue<string?>("--source") ?? "push",
            Ref = parsed.GetValue<string?>("--ref"),
            Tag = parsed.GetValue<string?>("--tag"),
            Target = parsed.GetValue<string?>("--target"),
            Variables = [.. parsed.GetValue<string[]>("--variable") ?? []],
            VariablesFiles = [.. parsed.GetValue<string[]>("--variables-file") ?? []],
            Inputs = [.. parsed.GetValue<string[]>("--input") ?? []],
            ProjectDirs = [.. parsed.GetValue<string[]>("--project-dir") ?? []],
            Offline = parsed.GetValue<bool>("--offline"),
        };

    private static Option<string?> Text(string name, string value, string does, params string[] aliases) =>
        new(name, aliases) { Description = does, HelpName = value };

    private static Option<string[]> Repeated(string name, string value, string does) =>
        new(name)
        {
            Description = does,
            HelpName = value,
            Arity = ArgumentArity.OneOrMore,
        };
}

internal static class OptionWords
{
    /// <summary>Only these words are accepted, and completion offers them.</summary>
    public static void OneOf(this Option<string?> option, params string[] words)
    {
        option.CompletionSources.Add(words);
        option.Validators.Add(result =>
        {
            if (result.Tokens is [var token, ..] && !words.Contains(token.Value))
                result.AddError($"{option.Name} cannot be \"{token.Value}\": it is one of {string.Join(", ", words)}");
        });
    }
}
