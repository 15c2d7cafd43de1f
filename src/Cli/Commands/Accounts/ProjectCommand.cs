using System.CommandLine;
using Slipway.Cli.Reports;

namespace Slipway.Cli.Commands.Accounts;

/// <summary><c>slipway project</c>: the projects of a server.</summary>
internal static class ProjectCommand
{
    public static Command Make(Surroundings surroundings) =>
        new Verb(
            "project",
            "The projects of a server, changed on the machine it runs on",
            ("project create ada/app", "an empty project to push to"),
            ("project list", "all of them")
        )
        {
            Create(surroundings),
            List(surroundings),
            Delete(surroundings),
        };

    private static Argument<string> Path() => new("PATH") { Description = "with the user or the group it is in: ada/app" };

    private static Verb Create(Surroundings surroundings)
    {
        var path = Path();
        var visibility = new Option<string?>("--visibility") { Description = "private, internal or public [private]", HelpName = "WORD" };
        visibility.OneOf("private", "internal", "public");
        var verb = new Verb(
            "create",
            "Make an empty project",
            ("project create ada/app", "that only its members see"),
            ("project create team/app --visibility public", "that everybody sees")
        )
        {
            path,
            visibility,
        };
        OnData.AddTo(verb);
        verb.SetAction(parsed =>
            OnData.Run(
                parsed,
                surroundings,
                async data =>
                {
                    var made = await data.CreateProjectAsync(parsed.GetValue(path)!, parsed.GetValue(visibility) ?? "private", default);
                    surroundings.Say($"made {made.Path}");
                }
            )
        );
        return verb;
    }

    private static Verb List(Surroundings surroundings)
    {
        var json = new Option<bool>("--json") { Description = "as JSON" };
        var verb = new Verb("list", "Show the projects", ("project list", "a line for each"), ("project list --json", "for a script"))
        {
            json,
        };
        OnData.AddTo(verb);
        verb.SetAction(parsed =>
            OnData.Run(
                parsed,
                surroundings,
                async data =>
                {
                    var projects = await data.ProjectsAsync(default);
                    if (!parsed.GetValue(json))
                    {
                        var rows = projects.Select(project => (string[])[project.Path, project.Visibility, project.DefaultBranch ?? ""]);
                        surroundings.Print(OnData.Table(surroundings.OutPalette(), ["PROJECT", "VISIBILITY", "DEFAULT BRANCH"], rows));
                        return;
                    }

                    JsonText.WriteList(
                        surroundings.Out,
                        writer =>
                        {
                            foreach (var project in projects)
                            {
                                writer.WriteStartObject();
                                writer.WriteNumber("id", project.Id);
                                writer.WriteString("path_with_namespace", project.Path);
                                writer.WriteString("visibility", project.Visibility);
                                writer.WriteString("default_branch", project.DefaultBranch);
                                writer.WriteEndObject();
                            }
                        }
                    );
                }
            )
        );
        return verb;
    }

    private static Verb Delete(Surroundings surroundings)
    {
        var path = Path();
        var yes = new Option<bool>("--yes") { Description = "really: it cannot be undone" };
        var verb = new Verb("delete", "Remove a project with all it holds", ("project delete ada/app --yes", "for good")) { path, yes };
        OnData.AddTo(verb);
        verb.SetAction(parsed =>
            parsed.GetValue(yes)
                ? OnData.Run(parsed, surroundings, data => data.RemoveProjectAsync(parsed.GetValue(path)!, default))
                : throw new CommandException(ExitCode.Usage, "a project that is deleted cannot be had back", "say --yes to delete it")
        );
        return verb;
    }
}
