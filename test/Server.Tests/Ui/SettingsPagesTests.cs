using System.Text.RegularExpressions;
using Microsoft.Extensions.DependencyInjection;
using Slipway.Server.Accounts;
using Slipway.Server.Http;
using Slipway.Server.Projects;
using Slipway.Server.Tests.Support;
using Xunit;

namespace Slipway.Server.Tests.Ui;

public sealed partial class SettingsPagesTests
{
    private const string Secret = "a-very-secret-value-1234";

    [Theory]
    [EveryDatabase]
    public async Task A_hidden_variables_value_is_in_no_answer_after_it_was_saved(DatabaseKind kind)
    {
        await using var room = await PageRoom.OpenAsync(kind);
        var browser = await room.SignedInAsync();
        var saved = await PostAsync(browser, "/ada/app/-/variables/new", "/ada/app/-/variables", Variable("KEY", Secret, "hidden"));
        Assert.Equal((303, "/ada/app/-/settings/ci_cd#variables"), (saved.Status, saved.Location));
        var list = await browser.GetAsync("/ada/app/-/settings/ci_cd");
        var one = VariableLink().Match(list.Text).Value;
        foreach (var page in new[] { list, await browser.GetAsync(one) })
        {
            PageCheck.Inert(page.Text);
            Assert.Contains("KEY", page.Text);
            Assert.DoesNotContain(Secret, page.Text);
        }

        // An empty field keeps the value, and what is hidden cannot be made visible.
        var kept = await PostAsync(browser, one, one, Variable("OTHER", "", "visible"));
        Assert.Equal(303, kept.Status);
        Assert.DoesNotContain(Secret, (await browser.GetAsync(one)).Text);
        var jobs = await room.Owner.Client.ApiAsync(HttpMethod.Get, "projects/ada%2Fapp/variables/KEY");
        Assert.DoesNotContain(Secret, jobs.Json.ToString());
        Assert.Equal(
            1,
            await room.Server.Db.FindAsync<long>("SELECT COUNT(*) FROM ci_variables WHERE name = 'KEY' AND hidden = 1", null, default)
        );

        var refused = await PostAsync(browser, "/ada/app/-/variables/new", "/ada/app/-/variables", Variable("SHORT", "x y", "masked"));
        Assert.Equal(422, refused.Status);
        Assert.Contains("cannot be masked", refused.Text);
        PageCheck.Inert(refused.Text);
        await PostAsync(browser, one, one + "/delete");
        Assert.Equal(404, (await browser.GetAsync(one)).Status);
    }

    [Fact]
    public async Task Only_those_who_may_change_settings_see_them_and_another_projects_variables_are_not_there()
    {
        await using var room = await PageRoom.OpenAsync();
        var (developer, other) = (
            await room.Server.UserAsync("dev", password: PageRoom.Password),
            await room.Server.UserAsync("eve", password: PageRoom.Password)
        );
        await room.Server.JoinAsync(new MemberOf.Project(room.Project.Id), developer.Row, Role.Developer);
        await room.Server.ProjectAsync(other.Row, "own");
        var owner = await room.SignedInAsync();
        await PostAsync(owner, "/ada/app/-/variables/new", "/ada/app/-/variables", Variable("KEY", Secret, "visible"));
        var id = VariableLink().Match((await owner.GetAsync("/ada/app/-/settings/ci_cd")).Text).Value.Split('/')[^1];
        var (dev, eve) = (await room.SignedInAsync("dev"), await room.SignedInAsync("eve"));
        string[] pages = ["settings/ci_cd", "variables/new", $"variables/{id}", "runners/new"];
        foreach (var page in pages)
        {
            Assert.Equal((page, 404), (page, (await dev.GetAsync($"/ada/app/-/{page}")).Status));
            Assert.Equal((page, 302), (page, (await room.Browser().GetAsync($"/ada/app/-/{page}")).Status));
        }

        Assert.DoesNotContain("settings/ci_cd", (await dev.GetAsync("/ada/app")).Text);
        Assert.Equal(404, (await eve.GetAsync($"/eve/own/-/variables/{id}")).Status);
        Assert.Equal(404, (await PostAsync(eve, "/", $"/eve/own/-/variables/{id}/delete")).Status);
        Assert.Equal(404, (await eve.GetAsync("/admin/runners")).Status);
        Assert.Contains(Secret, (await owner.GetAsync($"/ada/app/-/variables/{id}")).Text);
    }

    [Fact]
    public async Task A_runners_token_is_shown_once_in_the_commands_and_nowhere_in_an_address()
    {
        await using var room = await PageRoom.OpenAsync();
        var browser = await room.SignedInAsync();
        var made = await PostAsync(
            browser,
            "/ada/app/-/runners/new",
            "/ada/app/-/runners",
            ("description", "<b>crane"),
            ("run_untagged", "true"),
            ("tag_list", "a, b,a"),
            ("executor", "shell")
        );
        Assert.Equal(303, made.Status);
        Assert.DoesNotContain("glrt-", made.Location);
        Assert.EndsWith("/register?executor=shell", made.Location);
        var page = await browser.GetAsync(made.Location!);
        PageCheck.Inert(page.Text);
        var token = Token().Match(page.Text).Value;
        Assert.Contains(
            $"slipway runner register -n --url {room.Server.Address.ToString().TrimEnd('/')} --token {token} --executor shell",
            page.Text
        );
        Assert.Contains("gitlab-runner register", page.Text);
        Assert.Contains("never contacted", page.Text);
        Assert.DoesNotContain("glrt-", (await browser.GetAsync(made.Location!)).Text);
        var verified = await room.Server.Anonymous.ApiAsync(HttpMethod.Post, "runners/verify", new { token });
        Assert.Equal(200, verified.Status);
        var runner = await room.Server.Db.FindAsync<string>("SELECT tags FROM runners WHERE description = '<b>crane'", null, default);
        Assert.Equal("""["a","b"]""", runner);
        Assert.Equal(404, (await browser.GetAsync("/ada/app/-/runners/99999")).Status);
    }

    [Fact]
    public async Task A_new_token_is_shown_to_its_user_alone()
    {
        await using var room = await PageRoom.OpenAsync();
        await room.Server.UserAsync("eve", password: PageRoom.Password);
        var browser = await room.SignedInAsync();
        const string path = "/-/user_settings/personal_access_tokens";
        var none = await PostAsync(browser, path, path, ("name", "laptop"));
        Assert.Equal(422, none.Status);
        Assert.Contains("Choose what it is good for", none.Text);
        var made = await PostAsync(browser, path, path, ("name", "<i>laptop"), ("scopes", "read_api"), ("scopes", "read_repository"));
        Assert.Equal((303, path), (made.Status, made.Location));
        var page = await browser.GetAsync(path);
        PageCheck.Inert(page.Text);
        var token = AccessToken().Match(page.Text).Value;
        Assert.Equal(200, (await room.Server.Client(token).ApiAsync(HttpMethod.Get, "projects")).Status);
        Assert.DoesNotContain("glpat-", (await browser.GetAsync(path)).Text);
        Assert.Equal(422, (await PostAsync(browser, path, path, ("name", "x"), ("scopes", "sudo"))).Status);
        var id = Regex.Match(page.Text, "personal_access_tokens/([0-9]+)/revoke").Groups[1].Value;
        var eve = await room.SignedInAsync("eve");
        Assert.Equal(404, (await PostAsync(eve, path, $"{path}/{id}/revoke")).Status);
        await PostAsync(browser, path, $"{path}/{id}/revoke");
        Assert.Equal(401, (await room.Server.Client(token).ApiAsync(HttpMethod.Get, "projects")).Status);
    }

    [Fact]
    public async Task The_set_up_page_is_there_until_there_is_a_user_and_wants_the_code()
    {
        await using var server = await TestServer.StartAsync(DatabaseKind.Sqlite);
        using var browser = new Browser(server.Address);
        Assert.Equal("/setup", (await browser.GetAsync("/")).Location);
        Assert.Equal("/setup", (await browser.GetAsync("/users/sign_in")).Location);
        var page = await browser.GetAsync("/setup");
        PageCheck.Inert(page.Text);
        var code = server.Services.GetRequiredService<FirstRun>().Code;
        Assert.DoesNotContain(code, page.Text);
        (string, string)[] fields =
        [
            ("username", "root"),
            ("email", "root@example.com"),
            ("password", PageRoom.Password),
            ("password_confirmation", PageRoom.Password),
        ];
        var other = code[0] == 'A' ? 'B' : 'A';
        var wrong = await browser.PostAsync("/setup", page.Token, null, [("code", other + code[1..]), .. fields]);
        Assert.Equal(422, wrong.Status);
        var done = await browser.PostAsync("/setup", page.Token, null, [("code", code), .. fields]);
        Assert.Equal((303, "/"), (done.Status, done.Location));
        Assert.Equal(404, (await browser.GetAsync("/setup")).Status);
        Assert.Contains("New project", (await browser.GetAsync("/")).Text);
    }

    [Fact]
    public async Task A_group_always_has_an_owner_and_nobody_gives_more_than_he_has()
    {
        await using var room = await PageRoom.OpenAsync();
        var eve = await room.Server.UserAsync("eve", password: PageRoom.Password);
        var group = await room.Server.GroupAsync(room.Owner.Row, "harbour");
        var browser = await room.SignedInAsync();
        const string members = "/groups/harbour/-/group_members";
        var added = await PostAsync(browser, members, members, ("username", "eve"), ("access_level", "30"));
        Assert.Equal((303, members), (added.Status, added.Location));
        var alone = await PostAsync(browser, members, $"{members}/{room.Owner.Id}", ("access_level", "30"));
        Assert.Equal(422, alone.Status);
        Assert.Contains("A group needs an owner", alone.Text);
        Assert.Equal(422, (await PostAsync(browser, members, $"{members}/{room.Owner.Id}/remove")).Status);
        var hers = await room.SignedInAsync("eve");
        Assert.Contains("@ada", (await hers.GetAsync(members)).Text);
        Assert.Equal(404, (await PostAsync(hers, members, $"{members}/{eve.Id}", ("access_level", "50"))).Status);
        var project = await room.Server.ProjectAsync(room.Owner.Row, "gate", group: group);
        await room.Server.JoinAsync(new MemberOf.Project(project.Id), eve.Row, Role.Maintainer);
        const string ofProject = "/harbour/gate/-/project_members";
        var more = await PostAsync(hers, ofProject, ofProject, ("username", "ada"), ("access_level", "50"));
        Assert.Equal(422, more.Status);
        Assert.Contains("Nobody gives away more", more.Text);
    }

    private static (string, string)[] Variable(string key, string value, string visibility) =>
        [("key", key), ("value", value), ("visibility", visibility), ("variable_type", "env_var"), ("environment_scope", "*")];

    /// <summary>Sends a form of a page to an address.</summary>
    private static async Task<Shown> PostAsync(Browser browser, string page, string path, params (string Name, string Value)[] fields) =>
        await browser.PostAsync(path, (await browser.GetAsync(page)).Token, null, fields);

    [GeneratedRegex("/ada/app/-/variables/[0-9]+")]
    private static partial Regex VariableLink();

    [GeneratedRegex("glrt-[A-Za-z0-9_-]+")]
    private static partial Regex Token();

    [GeneratedRegex("glpat-[A-Za-z0-9_.-]+")]
    private static partial Regex AccessToken();
}
