using Microsoft.AspNetCore.Http;
using Slipway.Server.Runners;
using Slipway.Server.Ui.Markup;
using Slipway.Server.Ui.Parts;

namespace Slipway.Server.Ui.Pages.Settings;

/// <summary>What is said of a runner when it is made, and can be changed later.</summary>
internal static class RunnerForm
{
    public static RunnerSettings Read(IFormCollection form, RunnerSettings so)
    {
        bool Is(string name) => form[name] == "true";
        string[] tags =
        [
            .. form["tag_list"].ToString().Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries).Distinct(),
        ];
        return so with
        {
            Description = form["description"].ToString().Trim(),
            Tags = tags,
            // Without tags it would take nothing at all.
            RunUntagged = Is("run_untagged"),
            AccessLevel = Is("ref_protected") ? RunnerWords.RefProtected : RunnerWords.NotProtected,
            Paused = Is("paused"),
            Locked = form.ContainsKey("locked") ? Is("locked") : so.Locked,
            MaximumTimeout = long.TryParse(form["maximum_timeout"], out var seconds) && seconds > 0 ? seconds : null,
        };
    }

    public static PageAnswer NewPage(PageView view, SettingsPlace here, RunnerSettings at, string? problem, int status) =>
        Layout.Answer(
            here.Frame(
                view,
                "New runner",
                "runners",
                new Crumb("Runners", here.List("runners")),
                new Crumb("New", here.To("runners", "new"))
            ),
            Html.Of(
                $"""
                <h1>New runner</h1>
                <p class="lead">{Whose(here)} The next page has the command that connects it.</p>
                {Forms.Problem(problem)}
                <form method="post" action="{here.To("runners")}" class="fields narrowed">
                {Forms.Token(view)}
                <fieldset><legend>How it runs jobs</legend>
                {Forms.Radio("In containers", "executor", "docker", true, "each job in the image it names; needs Docker or Podman on the machine")}
                {Forms.Radio("In a shell", "executor", "shell", false, "jobs run as the runner's own user: only for code you trust")}
                </fieldset>
                {Fields(at)}
                <div class="acts"><button class="primary">Create runner</button><a class="button" href="{here.List(
                    "runners"
                )}">Cancel</a></div>
                </form>
                """
            ),
            status
        );

    public static Html Fields(RunnerSettings at) =>
        Html.Of(
            $"""
            {Forms.Text("Name", "description", at.Description, "the machine's, say")}
            {Forms.Text(
                "Tags",
                "tag_list",
                string.Join(", ", at.Tags),
                "separated by commas; a job that asks for tags needs a runner that has them all"
            )}
            {Forms.Check("Jobs without tags too", "run_untagged", at.RunUntagged)}
            {Forms.Check("Protected branches and tags only", "ref_protected", at.AccessLevel == RunnerWords.RefProtected)}
            {Forms.Check("Paused", "paused", at.Paused, "takes no new jobs")}
            {Forms.Text(
                "Longest job",
                "maximum_timeout",
                at.MaximumTimeout?.ToString(),
                "seconds, at least 600; empty: what the project says",
                Html.Of($" inputmode=\"numeric\"")
            )}
            """
        );

    private static string Whose(SettingsPlace here) =>
        here.Project is not null ? "For this project."
        : here.Group is not null ? "For all projects of this group and those below it."
        : "For every project of this server.";
}
