using System.CommandLine;
using System.CommandLine.Completions;
using Slipway.Cli.Reports;
using Slipway.Compiler;

namespace Slipway.Cli.Commands;

/// <summary><c>slipway config templates</c>: what <c>include:template</c> can name, and what lies behind a name.</summary>
internal static class TemplatesCommand
{
    public static Verb Make(Surroundings surroundings)
    {
        var name = new Argument<string?>("TEMPLATE")
        {
            Description = "print this one; its name may leave out .gitlab-ci.yml",
            Arity = ArgumentArity.ZeroOrOne,
        };
        name.CompletionSources.Add(_ => Templates.Names.Select(known => new CompletionItem(known)));
        var json = new Option<bool>("--json") { Description = "as JSON" };
        var verb = new Verb(
            "templates",
            "List the templates that include:template knows, or print one",
            ("config templates", "all names"),
            ("config templates Jobs/SAST", "what this one holds")
        )
        {
            name,
            json,
        };
        verb.SetAction(parsed =>
        {
            if (parsed.GetValue(name) is { } wanted)
                return One(wanted, parsed.GetValue(json), surroundings);
            if (parsed.GetValue(json))
                TemplateList.WriteJson(surroundings.Out);
            else
                surroundings.Print(TemplateList.ToText(surroundings.OutPalette(), surroundings.OutColumns()));
            return ExitCode.Ok;
        });
        return verb;
    }

    private static int One(string wanted, bool json, Surroundings surroundings)
    {
        var name = wanted.EndsWith(Templates.Suffix, StringComparison.Ordinal) ? wanted : wanted + Templates.Suffix;
        if (Templates.Text(name) is not { } text)
        {
            var near = Suggestion.Nearest(name, Templates.Names);
            throw new CommandException(
                ExitCode.NotFound,
                $"there is no template \"{wanted}\"",
                near is null ? "slipway config templates lists them all" : $"did you mean \"{near}\"?"
            );
        }

        if (json)
            TemplateList.WriteJson(surroundings.Out, name, text);
        else
            surroundings.Print(text);
        return ExitCode.Ok;
    }
}
