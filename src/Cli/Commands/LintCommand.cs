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
        var format = new Option<string?>("--format")
        {
            Description = "text (default), json, sarif, or codequality for GitLab's report of that name",
            HelpName = "FORMAT",
        };
        format.OneOf("text", "json", "sarif", "codequality");
        var json = new Option<bool>("--json") { Description = "short for --format json" };
        var verb = new Verb(
            "lint",
            "Check a configuration; mistakes come with line and column, in GitLab's words",
            ("lint", "this repository's .gitlab-ci.yml"),
            ("lint ci/build.yml --json", "another file, for a script"),
            ("lint --format codequality > gl-code-quality-report.json", "for a merge request"),
            ("lint - < some.yml", "standard input")
        )
        {
            file,
            format,
            json,
        };
        SharedOptions.AddTo(verb);
        verb.SetAction(parsed =>
        {
            var options = SharedOptions.Read(parsed, surroundings);
            options = options with { File = parsed.GetValue(file) ?? options.File };
            if (parsed.GetValue(json) && parsed.GetValue(format) is not (null or "json"))
                throw new CommandException(ExitCode.Usage, "--json is short for --format json, and another format is wanted too");
            return Run(options, parsed.GetValue(json) ? "json" : parsed.GetValue(format) ?? "text", surroundings);
        });
        return verb;
    }

    private static int Run(ProjectOptions options, string format, Surroundings surroundings)
    {
        var started = surroundings.Time.GetTimestamp();
        var work = Workspace.Open(options, surroundings);
        var (compilation, config) = (work.Compilation, work.Project.ConfigFile);
        if (format == "json")
            LintJson.Write(surroundings.Out, compilation);
        else if (format == "sarif")
            SarifReport.Write(surroundings.Out, compilation, config);
        else if (format == "codequality")
            CodeQualityReport.Write(surroundings.Out, compilation, config);
        else
            Print(work, started, surroundings);
        return compilation.IsValid ? ExitCode.Ok : ExitCode.Invalid;
    }

    private static void Print(Workspace work, long started, Surroundings surroundings)
    {
        var palette = surroundings.OutPalette();
        surroundings.Print(
            LintReport.ToText(
                work.Compilation.Diagnostics,
                file => Workspace.ReadText(work.Project, work.Compilation, file),
                palette,
                surroundings.OutColumns()
            )
        );
        if (work.Compilation is { IsValid: true, Refusal: { } refusal })
            surroundings.Print(
                $"{palette.Warn("note")}: {JobList.What(work.Project.Context)} would create no pipeline: {PlainText.Of(refusal)}\n"
            );
        surroundings.Print(LintReport.Summary(work.Compilation, surroundings.Time.GetElapsedTime(started)) + "\n");
    }
}
