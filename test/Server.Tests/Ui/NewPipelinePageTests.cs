using System.Text.RegularExpressions;
using Slipway.Server.Http;
using Slipway.Server.Projects;
using Slipway.Server.Tests.Support;
using Xunit;

namespace Slipway.Server.Tests.Ui;

public sealed class NewPipelinePageTests
{
    private const string Page = "/ada/app/-/pipelines/new";
    private const string Yaml = """
        spec:
          inputs:
            tier: {description: Where to, options: [blue, green], default: blue}
            count: {type: number, default: 3}
            loud: {type: boolean, default: false}
            names: {type: array, default: [a, b]}
            version: {regex: '^v\d+$'}
        ---
        variables:
          TARGET: {description: "Which <quay>", value: north, options: [north, south]}
          NOTE: {description: Anything}
        job: {script: 'echo $[[ inputs.version ]] $[[ inputs.count ]]'}
        """;

    [Fact]
    public async Task It_has_a_field_for_each_input_and_each_described_variable()
    {
        await using var room = await PageRoom.OpenAsync();
        await room.CommitAsync("First", (".gitlab-ci.yml", Yaml));
        var browser = await room.SignedInAsync();
        var page = await browser.GetAsync(Page + "?var[NOTE]=<b>&var[OTHER]=1&file_var[KEY]=text");
        PageCheck.Inert(page.Text);
        foreach (
            var piece in (string[])
                [
                    "<option value=\"blue\" selected>",
                    "<option value=\"green\">",
                    "name=\"inputs[][value]\" value=\"3\" inputmode=\"decimal\"",
                    "<option value=\"false\" selected>",
                    "[&quot;a&quot;,&quot;b&quot;]</textarea>",
                    "must match ^v\\d+$ · required",
                    "Which &lt;quay&gt;",
                    "<option value=\"north\" selected>",
                    "value=\"&lt;b&gt;\"",
                    "name=\"variables[][key]\" value=\"OTHER\"",
                    "<option value=\"file\" selected>",
                ]
        )
            Assert.Contains(piece, page.Text);
        Assert.Single(Regex.Matches(page.Text, "value=\"NOTE\""));
    }

    [Fact]
    public async Task Mistakes_come_back_with_the_form_filled_and_leave_no_pipeline()
    {
        await using var room = await PageRoom.OpenAsync();
        await room.CommitAsync("First", (".gitlab-ci.yml", Yaml));
        var browser = await room.SignedInAsync();
        var token = (await browser.GetAsync(Page)).Token;
        (string, (string Name, string Value)[])[] wrong =
        [
            ("required value has not been provided", Form(version: "")),
            ("provided value does not match required RegEx pattern", Form(version: "1")),
            ("provided value is not a number", Form(count: "many")),
            ("TARGET is one of north, south.", Form(target: "east")),
            ("There is no such branch or tag.", Form(of: "none")),
        ];
        foreach (var (words, form) in wrong)
        {
            var answer = await browser.PostAsync("/ada/app/-/pipelines", token, null, form);
            Assert.Equal((422, true), (answer.Status, answer.Text.Contains(words)));
            PageCheck.Inert(answer.Text);
            Assert.Contains("value=\"kept\"", answer.Text);
        }

        Assert.Equal(0, await CountAsync(room));
        var again = await browser.PostAsync("/ada/app/-/pipelines", token, null, [.. Form(), ("again", "true")]);
        Assert.Equal((200, 0), (again.Status, await CountAsync(room)));
        Assert.Contains("value=\"kept\"", again.Text);
        var run = await browser.PostAsync("/ada/app/-/pipelines", token, null, Form());
        Assert.Equal(303, run.Status);
        Assert.Contains("echo v7 3", await room.ScriptAsync());
    }

    [Fact]
    public async Task Who_may_not_set_variables_sees_no_fields_for_them_and_runs_it_without()
    {
        await using var room = await PageRoom.OpenAsync();
        await room.CommitAsync("First", (".gitlab-ci.yml", "variables: {A: {description: Any}}\njob: {script: x}"));
        var dev = await room.Server.UserAsync("dev", password: PageRoom.Password);
        await room.Server.JoinAsync(new MemberOf.Project(room.Project.Id), dev.Row, Role.Maintainer);
        var set = await room.Owner.Client.ApiAsync(
            HttpMethod.Put,
            "projects/ada%2Fapp",
            new { ci_pipeline_variables_minimum_override_role = "owner" }
        );
        Assert.Equal(200, set.Status);
        var browser = await room.SignedInAsync("dev");
        var page = await browser.GetAsync(Page);
        Assert.DoesNotContain("variables[]", page.Text);
        Assert.Equal(303, (await browser.PostAsync("/ada/app/-/pipelines", page.Token, null, ("ref", "main"))).Status);
    }

    private static Task<long> CountAsync(PageRoom room) =>
        room.Server.Db.FindAsync<long>("SELECT count(*) FROM pipelines", null, TestContext.Current.CancellationToken);

    private static (string Name, string Value)[] Form(
        string of = "main",
        string version = "v7",
        string count = "3",
        string target = "south"
    ) =>
        [
            ("ref", of),
            ("inputs[][key]", "tier"),
            ("inputs[][value]", "green"),
            ("inputs[][key]", "count"),
            ("inputs[][value]", count),
            ("inputs[][key]", "version"),
            ("inputs[][value]", version),
            ("variables[][key]", "TARGET"),
            ("variables[][variable_type]", "env_var"),
            ("variables[][value]", target),
            ("variables[][key]", "EXTRA"),
            ("variables[][variable_type]", "file"),
            ("variables[][value]", "kept"),
            ("variables[][key]", ""),
            ("variables[][variable_type]", "env_var"),
            ("variables[][value]", ""),
        ];
}
