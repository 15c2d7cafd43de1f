using System.CommandLine;
using Slipway.Cli.Project;
using Slipway.Cli.Reports;
using Slipway.Cli.Terminal;
using Slipway.Compiler;

namespace Slipway.Cli.Commands;

/// <summary><c>slipway lint [FILE]</c>.</summary>
internal static class LintCommand
{
    public static Command Make(Surroundings surroundings)
    {
        var file = new Argument<string?>("FILE")
        {
            Description = "the configuration; - reads standard input",
            Arity = ArgumentArity.ZeroOrOne,
        };
        var format = new Option<string?>("--format") { Description = "text (default) or json", HelpName = "FORMAT" };
        format.OneOf("text", "json");
        var verb = new Verb(
            "lint",
            "Check a configuration; mistakes come with line and column, in GitLab's words",
            ("lint", "this repository's .gitlab-ci.yml"),
            ("lint ci/build.yml --format json", "another file, for a script"),
            ("lint - < some.yml", "standard input")
        )
        {
            file,
            format,
        };
        SharedOptions.AddTo(verb);
        verb.SetAction(parsed =>
        {
            var options = SharedOptions.Read(parsed, surroundings);
            options = options with { File = parsed.GetValue(file) ?? options.File };
            return Run(options, parsed.GetValue(format) == "json", surroundings);
        });
        return verb;
    }

    private static int Run(ProjectOptions options, bool json, Surroundings surroundings)
    {
        var started = surroundings.Time.GetTimestamp();
        var work = Workspace.Open(options, surroundings);
        var exit = work.Compilation.IsValid ? ExitCode.Ok : ExitCode.Invalid;
        if (json)
        {
            LintReport.WriteJson(surroundings.Out, work.Compilation);
            return exit;
        }

        var palette = surroundings.OutPalette();
        surroundings.Print(LintReport.ToText(work.Compilation.Diagnostics, file => Workspace.ReadText(work.Project, file), palette));
        if (work.Compilation is { IsValid: true, Refusal: { } refusal })
            surroundings.Print(
                $"{palette.Warn("note")}: {JobList.What(work.Project.Context)} would create no pipeline: {PlainText.Of(refusal)}\n"
            );
        surroundings.Print(LintReport.Summary(work.Compilation, surroundings.Time.GetElapsedTime(started)) + "\n");
        return exit;
    }
}
