using System.CommandLine;
using Slipway.Cli.Reports;

namespace Slipway.Cli.Commands;

/// <summary><c>slipway list</c>.</summary>
internal static class ListCommand
{
    public static Command Make(Surroundings surroundings)
    {
        var json = new Option<bool>("--json") { Description = "as JSON, jobs in stage order" };
        var verb = new Verb(
            "list",
            "Show the jobs a pipeline would hold, and why each is in or out",
            ("list", "the pipeline a push of this branch would create"),
            ("list --source merge_request_event", "… a merge request from this branch"),
            ("list --tag v1.0 --json", "… a tag, for a script")
        )
        {
            json,
        };
        SharedOptions.AddTo(verb);
        verb.SetAction(parsed => Run(parsed, parsed.GetValue(json), surroundings));
        return verb;
    }

    private static int Run(ParseResult parsed, bool json, Surroundings surroundings)
    {
        var work = Workspace.Open(SharedOptions.Read(parsed, surroundings), surroundings);
        if (work.SayErrors(surroundings) is { } invalid)
            return invalid;
        if (json)
            JobList.WriteJson(surroundings.Out, work.Compilation, work.Project.Context);
        else
            surroundings.Print(
                JobList.ToText(work.Compilation, work.Project.Context, surroundings.OutPalette(), surroundings.OutColumns())
            );
        return ExitCode.Ok;
    }
}
