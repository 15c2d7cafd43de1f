using Microsoft.AspNetCore.Http;
using Slipway.Server.Data;
using Slipway.Server.Http;
using Slipway.Server.Jobs;
using Slipway.Server.Runners;
using Slipway.Server.Ui.Markup;
using Slipway.Server.Ui.Parts;

namespace Slipway.Server.Ui.Pages.Settings;

/// <summary>A runner that was just made: its token, once, in the very commands that use it, and the moment it calls.</summary>
internal static class RunnerRegistrationPage
{
    public static async Task<IResult> ShowAsync(
        HttpContext http,
        PageView view,
        SettingsPlace here,
        long id,
        ShownOnce once,
        Db db,
        CancellationToken ct
    )
    {
        if (await RunnerPages.FindAsync(db, here, id, ct) is not { } runner)
            return Refusals.NotFound(http);
        var token = once.Take(http, $"runner {id}");
        var word = RunnerPages.Presence(runner, view.Now.ToUnixTimeMilliseconds()).Word;
        var events = here.To("runners", $"{id}", "events").With(("seen", word));
        var live = word == RunnerPresence.Online ? Html.Nothing : Html.Of($" data-live=\"{events.Text}\"");
        var name = runner.Description.Length > 0 ? runner.Description : $"Runner {id}";
        return Layout.Answer(
            here.Frame(
                view,
                $"Connect {name}",
                "runners",
                new Crumb("Runners", here.List("runners")),
                new Crumb(name, here.To("runners", $"{id}"))
            ),
            Html.Of(
                $"""
                <h1>Connect <bdi>{name}</bdi></h1>
                <div id="presence" data-part{live}>{State(here, view, runner, word)}</div>
                {Token(here, view, token, http.Request.Query["executor"] == "shell")}
                """
            )
        );
    }

    public static IResult EventsAsync(SettingsPlace here, long id, Db db, TimeProvider time) =>
        new ChangeEvents(async ct =>
            await RunnerPages.FindAsync(db, here, id, ct) is { } runner ? RunnerPages.Presence(runner, time.Milliseconds()).Word : "gone"
        );

    private static Html State(SettingsPlace here, PageView view, RunnerRow runner, string word) =>
        word == RunnerPresence.Online
            ? Html.Of(
                $"<p class=\"note good\" role=\"status\">It is connected, and takes jobs from now on. <a href=\"{here.To("runners", $"{runner.Id}")}\">See the runner</a></p>"
            )
            : Html.Of(
                $"<p class=\"note warn\" role=\"status\">{RunnerPages.Presence(runner, view.Now)} This turns green when the runner calls.</p>"
            );

    private static Html Token(SettingsPlace here, PageView view, string? token, bool isShell)
    {
        if (token is null)
            return Lists.Empty(
                "The token was shown once",
                Html.Of(
                    $"<p>Nobody can read it again. If the command was not kept, make another runner and delete this one.</p><p><a class=\"button\" href=\"{here.To("runners", "new")}\">New runner</a></p>"
                )
            );
        var executor = isShell ? "--executor shell" : "--executor docker --docker-image alpine:3";
        return Html.Of(
            $"""
            <section class="steps"><h2>1. Register it</h2>
            <p>On the machine that shall run jobs. The token is shown <strong>only now</strong>.</p>
            {Commands.Of($"slipway runner register -n --url {view.Url.Base} --token {token} {executor}", "the register command")}
            <p>Or with GitLab's own runner, 16 or newer:</p>
            {Commands.Of(
                $"gitlab-runner register --non-interactive --url {view.Url.Base} --token {token} {executor}",
                "the register command of gitlab-runner"
            )}
            <h2>2. Start it</h2>
            {Commands.Of("slipway runner run", "the run command")}
            <p class="muted">or <code>gitlab-runner run</code>. Both read the file that the first command has written.</p></section>
            """
        );
    }
}
