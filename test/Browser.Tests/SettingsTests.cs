using Microsoft.Playwright;
using Slipway.Browser.Tests.Support;
using Xunit;

namespace Slipway.Browser.Tests;

[Collection(TownCollection.Name)]
public sealed class SettingsTests(Town town)
{
    [Fact]
    public async Task A_hidden_variable_is_never_shown_again_and_a_short_one_cannot_be_masked()
    {
        await using var window = await town.SignedInAsync();
        await town.Harbour.PushAsync("ada/secrets", "First", ("README.md", "# Secrets\n"));
        await window.GoAsync("/ada/secrets/-/settings/ci_cd");
        await window.ClickAsync("link", "Add variable");
        await window.FillAsync("Key", "DEPLOY_KEY");
        await window.Page.Locator("[name=value]").FillAsync("short");
        await window.Page.Locator("[name=visibility][value=hidden]").CheckAsync();
        await window.ClickAsync("button", "Add variable");
        await window.SeesAsync("it has fewer than 8 characters");
        await window.Page.Locator("[name=value]").FillAsync("a-long-enough-secret");
        await window.ClickAsync("button", "Add variable");
        await window.SeesAsync("Variable DEPLOY_KEY added.");
        await window.ClickAsync("link", "DEPLOY_KEY");
        Assert.Equal("", await window.Page.Locator("[name=value]").InputValueAsync());
        Assert.DoesNotContain("a-long-enough-secret", await window.Page.ContentAsync());
        window.IsClean();
    }

    [Fact]
    public async Task A_runner_is_made_by_the_wizard_and_its_command_connects_it_while_the_page_looks_on()
    {
        await using var window = await town.SignedInAsync();
        await town.Harbour.PushAsync("ada/fleet", "First", ("README.md", "# Fleet\n"));
        await window.GoAsync("/ada/fleet/-/runners/new");
        await window.Page.Locator("[name=executor][value=shell]").CheckAsync();
        await window.Page.Locator("[name=description]").FillAsync("crane one");
        await window.ClickAsync("button", "Create runner");
        await window.SeesInAsync("#presence", "never contacted");
        var command = await window.Page.Locator(".copy pre").First.InnerTextAsync();
        Assert.Contains("--token glrt-", command);
        await window.MarkAsync();

        var home = town.Harbour.Folder("runner-home");
        var environment = new Dictionary<string, string>
        {
            ["HOME"] = home,
            ["CONFIG_FILE"] = Path.Combine(home, "config.toml"),
            ["PATH"] = AppContext.BaseDirectory + Path.PathSeparator + Environment.GetEnvironmentVariable("PATH"),
        };
        await Programs.RunAsync(home, environment, "sh", "-c", command);
        await using (new RunningProgram(home, environment, "sh", "-c", "exec slipway runner run"))
        {
            await window.SeesInAsync("#presence", "It is connected");
            await window.WasNotReloadedAsync();
        }

        await window.Page.ReloadAsync();
        await window.SeesAsync("The token was shown once");
        Assert.DoesNotContain("glrt-", await window.Page.ContentAsync());
        await window.ClickAsync("link", "See the runner");
        await window.SeesInAsync("h1", "crane one");
        window.IsClean();
    }

    [Fact]
    public async Task A_token_is_shown_once_works_and_is_revoked()
    {
        await using var window = await town.SignedInAsync();
        await window.GoAsync("/-/user_settings/personal_access_tokens");
        await window.Page.Locator("[name=name]").FillAsync("laptop");
        await window.Page.Locator("[value=read_api]").CheckAsync();
        await window.ClickAsync("button", "Create token");
        var token = await window.Page.Locator(".copy pre").InnerTextAsync();
        Assert.StartsWith("glpat-", token);
        Assert.Equal(200, await StatusAsync(token));
        await window.Page.ReloadAsync();
        Assert.DoesNotContain(token, await window.Page.ContentAsync());
        await window.ClickAsync("button", "Revoke laptop");
        await window.SeesAsync("Token laptop is worthless from now on.");
        Assert.Equal(401, await StatusAsync(token));
        window.IsClean();
    }

    [Fact]
    public async Task A_group_a_group_in_it_and_a_project_are_made_and_a_member_is_let_in()
    {
        await using var window = await town.SignedInAsync();
        await window.GoAsync("/dashboard/groups");
        await window.Page.GetByRole(AriaRole.Link, new() { Name = "New group" }).First.ClickAsync();
        await window.Page.Locator("[name='group[name]']").FillAsync("Shipyard");
        await window.ClickAsync("button", "Create group");
        await window.SeesAsync("No projects in this group yet");
        await window.ClickAsync("link", "New subgroup");
        await window.Page.Locator("[name='group[name]']").FillAsync("Docks");
        await window.ClickAsync("button", "Create group");
        Assert.Equal("/groups/shipyard/docks", window.Url);
        await window.ClickAsync("link", "New project");
        await window.FillAsync("Name", "Gate");
        await window.ClickAsync("button", "Create project");
        Assert.Equal("/shipyard/docks/gate", window.Url);
        await window.ClickAsync("link", "docks");
        await window.Page.Locator("a.title", new() { HasText = "Gate" }).ClickAsync();
        await window.ClickAsync("link", "Members");
        await window.SeesInAsync(".rows", "from a group above");
        window.IsClean();
    }

    private async Task<int> StatusAsync(string token)
    {
        using var client = new HttpClient { BaseAddress = new Uri(town.Harbour.Address) };
        client.DefaultRequestHeaders.Add("PRIVATE-TOKEN", token);
        using var answer = await client.GetAsync("/api/v4/projects");
        return (int)answer.StatusCode;
    }
}
