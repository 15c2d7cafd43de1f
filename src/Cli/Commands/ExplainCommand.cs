using System.CommandLine;
using Slipway.Cli.Project;
using Slipway.Cli.Reports;
using Slipway.Cli.Terminal;
using Slipway.Compiler;
using Slipway.Compiler.Explanations;

namespace Slipway.Cli.Commands;

/// <summary><c>slipway explain JOB|CODE</c>, <c>explain --all</c>, <c>explain --codes</c>.</summary>
internal static class ExplainCommand
{
    public static Command Make(Surroundings surroundings)
    {
        var name = new Argument<string?>("JOB|CODE")
        {
            Description = "a job of the configuration, or the code of an error: CI0203",
            Arity = ArgumentArity.ZeroOrOne,
        };
        var all = new Option<bool>("--all") { Description = "every job, in and out, and the workflow's rules" };
        var codes = new Option<bool>("--codes") { Description = "list all codes of errors and warnings" };
        var json = new Option<bool>("--json") { Description = "as JSON" };
        var verb = new Verb(
            "explain",
            "Show why a job is in a pipeline or not, rule by rule; or what the code of an error means",
            ("explain deploy", "which rule decided, and what its variables were"),
            ("explain deploy --source schedule", "… for a schedule"),
            ("explain --all", "… for every job"),
            ("explain CI0203", "what an error means, with an example of wrong and right")
        )
        {
            name,
            all,
            codes,
            json,
        };
        SharedOptions.AddTo(verb);
        verb.SetAction(parsed =>
        {
            var wanted = parsed.GetValue(name);
            var isJson = parsed.GetValue(json);
            if ((wanted is null ? 0 : 1) + (parsed.GetValue(all) ? 1 : 0) + (parsed.GetValue(codes) ? 1 : 0) != 1)
                throw new CommandException(ExitCode.Usage, "explain wants one of JOB, CODE, --all and --codes", "slipway explain --help");
            if (parsed.GetValue(codes))
                return Codes(isJson, surroundings);
            if (wanted is not null && IsCode(wanted))
                return Code(wanted, isJson, surroundings);
            var work = Workspace.Open(SharedOptions.Read(parsed, surroundings), surroundings);
            return wanted is null ? All(work, isJson, surroundings) : Job(wanted, work, isJson, surroundings);
        });
        return verb;
    }

    /// <summary><c>CI</c> and four digits. A job of such a name would be an odd one.</summary>
    private static bool IsCode(string word) =>
        word.Length == 6
        && word.StartsWith("CI", StringComparison.OrdinalIgnoreCase)
        && word.AsSpan(2).IndexOfAnyExceptInRange('0', '9') < 0;

    private static int Code(string code, bool json, Surroundings surroundings)
    {
        if (DiagnosticTable.Find(code) is not { } entry)
            throw new CommandException(ExitCode.NotFound, $"there is no code \"{code}\"", "slipway explain --codes lists them all");
        if (json)
            CodeExplanation.WriteJson(surroundings.Out, entry);
        else
            surroundings.Print(CodeExplanation.ToText(entry, surroundings.OutPalette(), surroundings.OutColumns()));
        return ExitCode.Ok;
    }

    private static int Codes(bool json, Surroundings surroundings)
    {
        if (json)
            CodeExplanation.WriteAllJson(surroundings.Out);
        else
            surroundings.Print(CodeExplanation.AllToText(surroundings.OutPalette(), surroundings.OutColumns()));
        return ExitCode.Ok;
    }

    private static int All(Workspace work, bool json, Surroundings surroundings)
    {
        if (work.Compilation.Decisions.IsEmpty && work.SayErrors(surroundings) is { } invalid)
            return invalid;
        if (json)
            PipelineExplanation.WriteJson(surroundings.Out, work.Compilation, work.Project.Context);
        else
            surroundings.Print(
                PipelineExplanation.ToText(work.Compilation, work.Project.Context, surroundings.OutPalette(), surroundings.OutColumns())
            );
        return work.SayErrors(surroundings) ?? ExitCode.Ok;
    }

    private static int Job(string name, Workspace work, bool json, Surroundings surroundings)
    {
        var compilation = work.Compilation;
        var job = compilation.Pipeline?.Jobs.FirstOrDefault(j => j.Name == name);
        var known = job?.GroupName ?? name;
        var decision = compilation.Decisions.FirstOrDefault(d => d.Job == known);
        if (decision is null && work.SayErrors(surroundings) is { } invalid)
            return invalid;
        if (decision is null)
            throw NoSuchJob(name, compilation);
        if (json)
            JsonText.Write(surroundings.Out, writer => JobExplanation.WriteJson(writer, decision, job?.Name));
        else
            surroundings.Print(Text(decision, job, compilation, new Page(surroundings.OutPalette(), surroundings.OutColumns())));
        return work.SayErrors(surroundings) ?? ExitCode.Ok;
    }

    private static string Text(JobDecision decision, CompiledJob? job, Compilation compilation, Page page)
    {
        if (compilation.Refusal is { } refusal)
            page.Line(0, (PlainText.Of(refusal), page.Palette.Warn));
        JobExplanation.Write(page, decision, job?.Name);
        return page.ToString();
    }

    internal static CommandException NoSuchJob(string name, Compilation compilation)
    {
        var names = compilation.Decisions.Select(d => d.Job).Concat(compilation.Pipeline?.Jobs.Select(j => j.Name) ?? []);
        var near = Suggestion.Nearest(name, names);
        return new CommandException(
            ExitCode.NotFound,
            $"there is no job \"{name}\" in the configuration",
            near is null ? "slipway list shows all jobs" : $"did you mean \"{near}\"?"
        );
    }
}
