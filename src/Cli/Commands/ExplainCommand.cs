using System.CommandLine;
using Slipway.Cli.Project;
using Slipway.Cli.Reports;
using Slipway.Compiler;

namespace Slipway.Cli.Commands;

/// <summary><c>slipway explain JOB</c>.</summary>
internal static class ExplainCommand
{
    public static Command Make(Surroundings surroundings)
    {
        var job = new Argument<string>("JOB") { Description = "a job of the configuration" };
        var json = new Option<bool>("--json") { Description = "as JSON" };
        var verb = new Verb(
            "explain",
            "Show why a job is in a pipeline or not, rule by rule",
            ("explain deploy", "which rule decided, and what its variables were"),
            ("explain deploy --source schedule", "… for a schedule")
        )
        {
            job,
            json,
        };
        SharedOptions.AddTo(verb);
        verb.SetAction(parsed =>
            Run(parsed.GetRequiredValue(job), parsed.GetValue(json), SharedOptions.Read(parsed, surroundings), surroundings)
        );
        return verb;
    }

    private static int Run(string name, bool json, ProjectOptions options, Surroundings surroundings)
    {
        var work = Workspace.Open(options, surroundings);
        var compilation = work.Compilation;
        var job = compilation.Pipeline?.Jobs.FirstOrDefault(j => j.Name == name);
        var known = job?.GroupName ?? name;
        var decision = compilation.Decisions.FirstOrDefault(d => d.Job == known);
        if (decision is null && work.SayErrors(surroundings) is { } invalid)
            return invalid;
        if (decision is null)
            throw NoSuchJob(name, compilation);
        if (json)
            JobExplanation.WriteJson(surroundings.Out, decision, job);
        else
            surroundings.Print(JobExplanation.ToText(decision, job, compilation, surroundings.OutPalette()));
        return work.SayErrors(surroundings) ?? ExitCode.Ok;
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
