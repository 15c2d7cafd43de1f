using System.Text.RegularExpressions;
using Slipway.Server.Http;
using Slipway.Server.Projects;
using Slipway.Server.Tests.Support;
using Xunit;

namespace Slipway.Server.Tests.Ui;

public sealed partial class SchedulePagesTests
{
    private const string List = "/ada/app/-/pipeline_schedules";
    private const string Yaml = """
        spec:
          inputs:
            count: {type: number, default: 3}
            tier: {default: blue}
        ---
        job: {script: 'echo $[[ inputs.count ]] $[[ inputs.tier ]]'}
        """;

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Theory, EveryDatabase]
    public async Task One_is_made_changed_played_and_deleted(DatabaseKind kind)
    {
        await using var room = await PageRoom.OpenAsync(kind, time: new Clock());
        await room.CommitAsync("First", (".gitlab-ci.yml", Yaml));
        var browser = await room.SignedInAsync();
        var empty = await browser.GetAsync(List);
        Assert.Contains("No schedules yet", empty.Text);
        PageCheck.Inert(empty.Text);
        var page = await browser.GetAsync(List + "/new");
        PageCheck.Inert(page.Text);
        Assert.Contains("value=\"3\" inputmode=\"decimal\"", page.Text);

        var made = await browser.PostAsync(List, page.Token, null, Form());
        Assert.Equal((303, List), (made.Status, made.Location));
        var list = await browser.GetAsync(List);
        PageCheck.Inert(list.Text);
        foreach (
            var words in (string[])
                ["“Nightly &lt;b&gt;” added.", "in 23 hours", "0 4 * * *", "Europe/Berlin", "has not run yet", "by <bdi>"]
        )
            Assert.Contains(words, list.Text);
        var edit = Edit().Match(list.Text).Value;
        var form = await browser.GetAsync(edit);
        PageCheck.Inert(form.Text);
        Assert.Contains("two\nlines", form.Text);
        var kept = await room.Server.Db.FindAsync<string>("SELECT inputs FROM pipeline_schedules", null, Ct);
        Assert.Equal("""[{"name":"count","value":5}]""", kept);

        var one = edit[..^"/edit".Length];
        var played = await browser.PostAsync(one + "/play", form.Token);
        Assert.Matches(@"\A/ada/app/-/pipelines/[0-9]+\z", played.Location);
        Assert.Contains("echo 5 blue", await room.ScriptAsync());
        Assert.Contains("Last pipeline, #", (await browser.GetAsync(List)).Text);

        var changed = await browser.PostAsync(one, form.Token, null, Form(cron: "@hourly", active: false));
        Assert.Equal(303, changed.Status);
        Assert.Contains("does not run by itself", (await browser.GetAsync(List + "?scope=inactive")).Text);
        Assert.Contains("No schedule is active", (await browser.GetAsync(List + "?scope=active")).Text);
        Assert.Equal(303, (await browser.PostAsync(one + "/delete", form.Token)).Status);
        Assert.Equal(404, (await browser.GetAsync(edit)).Status);
    }

    [Fact]
    public async Task Mistakes_come_back_with_the_form_filled()
    {
        await using var room = await PageRoom.OpenAsync();
        await room.CommitAsync("First", (".gitlab-ci.yml", Yaml));
        var browser = await room.SignedInAsync();
        var token = (await browser.GetAsync(List + "/new")).Token;
        (string, (string, string)[])[] wrong =
        [
            ("Say what it is for.", Form(description: " ")),
            ("This is no time", Form(cron: "every night")),
            ("There is no such time zone.", Form(zone: "Mars/Olympus")),
            ("There is no such branch or tag", Form(of: "none")),
            ("can contain only letters, digits", Form(key: "A-B")),
        ];
        foreach (var (words, form) in wrong)
        {
            var answer = await browser.PostAsync(List, token, null, form);
            Assert.Equal((422, true), (answer.Status, answer.Text.Contains(words)));
            PageCheck.Inert(answer.Text);
            Assert.Contains("two\nlines", answer.Text);
        }

        var again = await browser.PostAsync(List, token, null, [.. Form(), ("again", "true")]);
        Assert.Equal((200, true), (again.Status, again.Text.Contains("two\nlines")));
        Assert.Equal(0, await room.Server.Db.FindAsync<long>("SELECT count(*) FROM pipeline_schedules", null, Ct));
    }

    [Fact]
    public async Task Its_owner_changes_it_a_maintainer_takes_it_over_and_others_only_look()
    {
        await using var room = await PageRoom.OpenAsync();
        await room.CommitAsync("First", (".gitlab-ci.yml", "job: {script: x}"));
        foreach (var (login, role) in new[] { ("dev", Role.Developer), ("rep", Role.Reporter), ("mia", Role.Maintainer) })
        {
            var user = await room.Server.UserAsync(login, password: PageRoom.Password);
            await room.Server.JoinAsync(new MemberOf.Project(room.Project.Id), user.Row, role);
        }

        var (ada, dev, rep, mia) = (
            await room.SignedInAsync(),
            await room.SignedInAsync("dev"),
            await room.SignedInAsync("rep"),
            await room.SignedInAsync("mia")
        );
        await ada.PostAsync(List, (await ada.GetAsync(List + "/new")).Token, null, Form());
        var edit = Edit().Match((await ada.GetAsync(List)).Text).Value;
        var one = edit[..^"/edit".Length];

        foreach (var other in (Browser[])[dev, mia])
        {
            var token = (await other.GetAsync(List + "/new")).Token;
            Assert.Equal(403, (await other.GetAsync(edit)).Status);
            Assert.Equal(403, (await other.PostAsync(one, token, null, Form(description: "Mine"))).Status);
        }

        var devs = await dev.GetAsync(List);
        Assert.Contains("Nightly", devs.Text);
        Assert.DoesNotContain("/take_ownership", devs.Text);
        Assert.DoesNotContain("/delete", devs.Text);
        var token2 = (await dev.GetAsync(List + "/new")).Token;
        Assert.Equal(403, (await dev.PostAsync(one + "/take_ownership", token2)).Status);
        Assert.Equal(403, (await dev.PostAsync(one + "/delete", token2)).Status);

        var reps = await rep.GetAsync(List);
        Assert.Equal((200, false), (reps.Status, reps.Text.Contains("/play")));
        Assert.Equal(404, (await rep.GetAsync(List + "/new")).Status);

        var hers = await mia.GetAsync(List);
        Assert.Contains("/take_ownership", hers.Text);
        Assert.Equal(303, (await mia.PostAsync(one + "/take_ownership", (await mia.GetAsync(List + "/new")).Token)).Status);
        Assert.Equal(200, (await mia.GetAsync(edit)).Status);
        Assert.Equal(302, (await room.Browser().GetAsync(List)).Status);
    }

    private static (string Name, string Value)[] Form(
        string description = "Nightly <b>",
        string cron = "0 4 * * *",
        string zone = "Europe/Berlin",
        string of = "main",
        string key = "TEXT",
        bool active = true
    ) =>
        [
            ("description", description),
            ("cron", cron),
            ("cron_timezone", zone),
            ("ref", of),
            ("inputs[][key]", "count"),
            ("inputs[][value]", "5"),
            ("inputs[][key]", "tier"),
            ("inputs[][value]", "blue"),
            ("variables[][key]", key),
            ("variables[][variable_type]", "file"),
            ("variables[][value]", "two\r\nlines"),
            ("variables[][key]", ""),
            ("variables[][variable_type]", "env_var"),
            ("variables[][value]", ""),
            .. active ? [("active", "true")] : Array.Empty<(string, string)>(),
        ];

    [GeneratedRegex("/ada/app/-/pipeline_schedules/[0-9]+/edit")]
    private static partial Regex Edit();
}
