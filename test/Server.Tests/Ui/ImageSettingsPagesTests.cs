using System.Text.RegularExpressions;
using Microsoft.Extensions.DependencyInjection;
using Slipway.Server.Http;
using Slipway.Server.Projects;
using Slipway.Server.Registry.Usage;
using Slipway.Server.Tests.Registry;
using Slipway.Server.Tests.Support;
using Xunit;

namespace Slipway.Server.Tests.Ui;

/// <summary>What maintainers set about images on pages is what API v4 has, is refused for the same reasons, and leaves the same record.</summary>
public sealed partial class ImageSettingsPagesTests
{
    private const string All = "/ada/app/-/settings/packages_and_registries";
    private const string Cleanup = All + "/cleanup_image_tags";
    private const string Rules = All + "/tag_rules";
    private const string Project = "projects/ada%2Fapp";

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Theory, EveryDatabase]
    public async Task A_cleanup_policy_is_tried_saved_and_is_then_the_one_of_the_API(DatabaseKind kind)
    {
        await using var room = await PageRoom.OpenAsync(kind);
        using var client = new RegistryClient(room.Server.Address, "ada", room.Owner.Token);
        foreach (var tag in (string[])["v1", "a-1", "a-2", "latest"])
            await client.PushImageAsync("ada/app/web", tag);
        var browser = await room.SignedInAsync();
        var all = await browser.GetAsync(All);
        PageCheck.Inert(all.Text);
        Assert.Contains("Old tags stay until somebody deletes them.", all.Text);
        Assert.Contains("4 tags in 1 repository", all.Text);

        var form = await browser.GetAsync(Cleanup);
        PageCheck.Inert(form.Text);
        Assert.Contains("Enabled now, it first runs in a day.", Plain(form.Text));
        var tried = await browser.PostAsync(Cleanup, form.Token, null, [.. Policy("a-.*"), ("dry_run", "true")]);
        PageCheck.Inert(tried.Text);
        Assert.Equal(200, tried.Status);
        Assert.Contains("If this ran now: 1 of 4 tags would go. Nothing has been removed, and nothing is saved.", tried.Text);
        Assert.Contains("its name is a-.*", tried.Text);
        Assert.Contains("it is the newest", tried.Text);
        Assert.Contains("latest always stays", tried.Text);
        Assert.Contains("value=\"a-.*\"", tried.Text);
        Assert.Equal(4, await room.Server.Db.FindAsync<long>("SELECT COUNT(*) FROM registry_tags", null, Ct));
        Assert.Equal(0, await room.Server.Db.FindAsync<long>("SELECT COUNT(*) FROM registry_projects", null, Ct));

        var saved = await browser.PostAsync(Cleanup, form.Token, null, Policy("a-.*"));
        Assert.Equal((303, All), (saved.Status, saved.Location));
        var policy = (await room.Owner.Client.GetApiAsync(Project))["container_expiration_policy"];
        Assert.StartsWith(
            """{"enabled":true,"cadence":"7d","keep_n":1,"older_than":null,"name_regex":"a-.*","name_regex_keep":null,"next_run_at":""",
            policy.GetRawText()
        );
        var after = Plain((await browser.GetAsync(All)).Text);
        Assert.Contains("Every week all tags named a-.* are removed. The newest of them stays in each repository.", after);
        Assert.Matches("It runs next in [67] days", after);
        var again = await browser.PostAsync(Cleanup, form.Token, null, [.. Policy("a-.*"), ("dry_run", "true")]);
        Assert.Contains("Nothing has been removed.", again.Text);

        await room.Owner.Client.PutApiAsync(Project, new { container_expiration_policy_attributes = new { keep_n = 5 } });
        var records = await RecordsAsync(room);
        Assert.Equal(2, records.Count);
        Assert.Single(records.Distinct());
        Assert.Contains("<option value=\"5\" selected>", (await browser.GetAsync(Cleanup)).Text);

        Assert.Contains("There is no quota.", after);
        await room.Server.Services.GetRequiredService<Quotas>().SetAsync(room.Project.Id, 1 << 20, Ct);
        var bound = await browser.GetAsync(All);
        PageCheck.Inert(bound.Text);
        Assert.Contains("<progress max=\"1048576\"", bound.Text);
        Assert.Contains(" of 1 MiB in all", bound.Text);
        Assert.Contains("this project's own", Plain(bound.Text).Replace("&#39;", "'"));
    }

    [Theory]
    [InlineData("name_regex", "(?=a)", "no looking ahead or behind")]
    [InlineData("name_regex", "", "Say which tags may go")]
    [InlineData("name_regex_keep", "*", "This is no regular expression")]
    [InlineData("cadence", "2d", "is not included in the list")]
    [InlineData("keep_n", "\"><script>", "is invalid")]
    [InlineData("older_than", "1d", "is not included in the list")]
    public async Task What_is_wrong_with_a_policy_stands_beside_its_field_and_what_was_typed_stays(string field, string value, string words)
    {
        await using var room = await PageRoom.OpenAsync();
        var browser = await room.SignedInAsync();
        var token = (await browser.GetAsync(Cleanup)).Token;
        foreach (var dry in (bool[])[false, true])
        {
            var fields = Policy("kept-.*").Where(one => one.Item1 != field).Append((field, value));
            var refused = await browser.PostAsync(Cleanup, token, null, [.. dry ? fields.Append(("dry_run", "1")) : fields]);
            Assert.Equal(422, refused.Status);
            PageCheck.Inert(refused.Text);
            var mistake = Assert.Single(Mistake().Matches(refused.Text));
            Assert.Equal(field, mistake.Groups[1].Value);
            Assert.Contains(words, mistake.Groups[2].Value);
            Assert.Contains($"wrong-{field}\" autofocus", refused.Text);
            if (field != "name_regex")
                Assert.Contains("value=\"kept-.*\"", refused.Text);
            if (field.StartsWith("name", StringComparison.Ordinal))
                Assert.Contains($"value=\"{value}\"", refused.Text);
        }

        Assert.Equal(0, await room.Server.Db.FindAsync<long>("SELECT COUNT(*) FROM registry_projects", null, Ct));
        Assert.Empty(await RecordsAsync(room));
    }

    [Theory, EveryDatabase]
    public async Task A_rule_for_tags_is_made_changed_and_deleted_and_the_registry_keeps_to_it(DatabaseKind kind)
    {
        await using var room = await PageRoom.OpenAsync(kind);
        using var client = new RegistryClient(room.Server.Address, "ada", room.Owner.Token);
        var browser = await room.SignedInAsync();
        Assert.Contains("No tag is protected", (await browser.GetAsync(All)).Text);
        var form = await browser.GetAsync(Rules + "/new");
        PageCheck.Inert(form.Text);
        var made = await browser.PostAsync(Rules, form.Token, null, Rule("^v<1>", "immutable"));
        Assert.Equal((303, All + "#tag-rules"), (made.Status, made.Location));
        var list = await browser.GetAsync(All);
        PageCheck.Inert(list.Text);
        Assert.Contains("^v&lt;1&gt;", list.Text);
        Assert.Contains(">immutable<", list.Text);

        var one = RuleLink().Match(list.Text).Value;
        var known = await browser.GetAsync(one);
        Assert.Contains("value=\"immutable\" checked", known.Text);
        Assert.Equal(303, (await browser.PostAsync(one, form.Token, null, Rule("^v", "protected"))).Status);
        Assert.Contains("to push takes a maintainer, to delete an administrator", (await browser.GetAsync(All)).Text);
        var rule = (await room.Owner.Client.GetApiAsync(Project + "/registry/protection/tag/rules")).Json[0];
        Assert.Equal(
            ("^v", "maintainer", "admin"),
            (
                rule.GetProperty("tag_name_pattern").GetString(),
                rule.GetProperty("minimum_access_level_for_push").GetString(),
                rule.GetProperty("minimum_access_level_for_delete").GetString()
            )
        );
        await client.PushImageAsync("ada/app", "v1");
        Assert.Equal(403, (await client.DeleteAsync("/v2/ada/app/manifests/v1")).Status);
        var tried = await browser.PostAsync(Cleanup, form.Token, null, [.. Policy(".*"), ("keep_n", ""), ("dry_run", "true")]);
        Assert.Contains("None of 1 tag would go.", tried.Text);

        Assert.Equal((303, All + "#tag-rules"), Brief(await browser.PostAsync(one + "/delete", form.Token)));
        Assert.Equal(404, (await browser.GetAsync(one)).Status);
        Assert.Equal(404, (await browser.PostAsync(one, form.Token, null, Rule("^w", "protected"))).Status);
        Assert.Equal(202, (await client.DeleteAsync("/v2/ada/app/manifests/v1")).Status);
        Assert.Equal(
            ["registry_tag_rule_created", "registry_tag_rule_changed", "registry_tag_rule_removed"],
            (await RecordsAsync(room)).Select(record => record.Action)
        );
    }

    [Fact]
    public async Task What_is_wrong_with_a_rule_stands_beside_its_field_and_no_more_than_five_are_taken()
    {
        await using var room = await PageRoom.OpenAsync();
        var browser = await room.SignedInAsync();
        var token = (await browser.GetAsync(Rules + "/new")).Token;
        foreach (
            var (fields, field, words) in (IEnumerable<((string, string)[], string, string)>)
                [
                    (Rule("", "protected"), "tag_name_pattern", "Say which tags"),
                    (Rule("(a", "immutable"), "tag_name_pattern", "This is no regular expression"),
                    (Rule(new string('a', 101), "immutable"), "tag_name_pattern", "is too long"),
                    ([("tag_name_pattern", "^v")], "minimum_access_level_for_push", "Choose one"),
                ]
        )
        {
            var refused = await browser.PostAsync(Rules, token, null, fields);
            Assert.Equal(422, refused.Status);
            PageCheck.Inert(refused.Text);
            var mistake = Assert.Single(Mistake().Matches(refused.Text));
            Assert.Equal(field, mistake.Groups[1].Value);
            Assert.Contains(words, mistake.Groups[2].Value);
            Assert.Contains($"name=\"tag_name_pattern\" value=\"{fields[0].Item2}\"", refused.Text);
        }

        for (var number = 0; number < 5; number++)
            Assert.Equal(303, (await browser.PostAsync(Rules, token, null, Rule($"^v{number}", "protected"))).Status);
        Assert.Contains("There is a rule", (await browser.PostAsync(Rules, token, null, Rule("^v0", "protected"))).Text);
        var sixth = await browser.PostAsync(Rules, token, null, Rule("^v6", "protected"));
        Assert.Equal(422, sixth.Status);
        Assert.Contains("A project has at most 5 protection rules for tags.", sixth.Text);
        Assert.DoesNotContain("Add rule", (await browser.GetAsync(All)).Text);
    }

    [Fact]
    public async Task Only_maintainers_see_and_set_them_and_another_projects_rules_are_not_there()
    {
        await using var room = await PageRoom.OpenAsync();
        var owner = await room.SignedInAsync();
        var token = (await owner.GetAsync(Rules + "/new")).Token;
        await owner.PostAsync(Rules, token, null, Rule("^v", "protected"));
        var rule = RuleLink().Match((await owner.GetAsync(All)).Text).Value;
        foreach (var (name, role) in (IEnumerable<(string, Role)>)[("dev", Role.Developer), ("eve", Role.Maintainer)])
        {
            var user = await room.Server.UserAsync(name, password: PageRoom.Password);
            await room.Server.JoinAsync(new MemberOf.Project(room.Project.Id), user.Row, role);
        }

        var (dev, eve) = (await room.SignedInAsync("dev"), await room.SignedInAsync("eve"));
        var (devs, eves) = ((await dev.GetAsync("/")).Token, (await eve.GetAsync("/")).Token);
        foreach (var page in (string[])[All, Cleanup, Rules + "/new", rule])
        {
            Assert.Equal((page, 404), (page, (await dev.GetAsync(page)).Status));
            Assert.Equal((page, 302), (page, (await room.Browser().GetAsync(page)).Status));
            Assert.Equal((page, 200), (page, (await eve.GetAsync(page)).Status));
        }

        foreach (
            var (form, fields) in (IEnumerable<(string, (string, string)[])>)
                [(Cleanup, Policy(".*")), (Rules, Rule("x", "immutable")), (rule, Rule("x", "immutable")), (rule + "/delete", [])]
        )
            Assert.Equal((form, 404), (form, (await dev.PostAsync(form, devs, null, fields)).Status));
        Assert.DoesNotContain("packages_and_registries", (await dev.GetAsync("/ada/app/-/container_registry")).Text);
        Assert.Contains("packages_and_registries", (await eve.GetAsync("/ada/app/-/container_registry")).Text);
        Assert.Contains("packages_and_registries", (await eve.GetAsync("/ada/app/-/settings/ci_cd")).Text);

        await room.Server.ProjectAsync(room.Owner.Row, "other");
        Assert.Equal(404, (await owner.GetAsync(rule.Replace("/app/", "/other/"))).Status);
        Assert.Equal(404, (await owner.PostAsync(rule.Replace("/app/", "/other/") + "/delete", token)).Status);
        Assert.Equal(303, (await eve.PostAsync(rule + "/delete", eves)).Status);
    }

    private static (string, string)[] Policy(string regex) =>
        [("enabled", "true"), ("cadence", "7d"), ("keep_n", "1"), ("older_than", ""), ("name_regex", regex), ("name_regex_keep", "")];

    private static (string, string)[] Rule(string pattern, string kind) =>
        [
            ("tag_name_pattern", pattern),
            ("kind", kind),
            ("minimum_access_level_for_push", "maintainer"),
            ("minimum_access_level_for_delete", "admin"),
        ];

    private static (int, string?) Brief(Shown shown) => (shown.Status, shown.Location);

    private sealed record Record(string Actor, string Action, string Target, string Details);

    private static Task<IReadOnlyList<Record>> RecordsAsync(PageRoom room) =>
        room.Server.Db.QueryAsync<Record>(
            "SELECT actor, action, target, details FROM audit_events WHERE action = 'project_changed' OR action LIKE 'registry_tag%' ORDER BY id",
            null,
            Ct
        );

    /// <summary>The words alone.</summary>
    private static string Plain(string html) => Markup().Replace(html, "");

    [GeneratedRegex("<[^>]+>")]
    private static partial Regex Markup();

    [GeneratedRegex("class=\"wrong\" id=\"wrong-([a-z_]+)\">([^<]+)<")]
    private static partial Regex Mistake();

    [GeneratedRegex("/ada/app/-/settings/packages_and_registries/tag_rules/[0-9]+")]
    private static partial Regex RuleLink();
}
