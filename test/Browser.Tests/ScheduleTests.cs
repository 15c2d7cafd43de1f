using Microsoft.Playwright;
using Slipway.Browser.Tests.Support;
using Xunit;

namespace Slipway.Browser.Tests;

[Collection(TownCollection.Name)]
public sealed class ScheduleTests(Town town)
{
    private const string Yaml = """
        spec:
          inputs:
            tier: {description: Which half of the port, options: [blue, green], default: blue}
            crates: {type: number, default: 3}
        ---
        variables:
          TARGET: {description: Which quay, value: north, options: [north, south]}
        lift:
          script: echo "$[[ inputs.tier ]] $[[ inputs.crates ]] $TARGET"
        """;

    [Fact]
    public async Task A_schedule_is_made_run_now_and_deleted()
    {
        await using var window = await town.SignedInAsync();
        await town.Harbour.PushAsync("ada/tides", "First", (".gitlab-ci.yml", Yaml));
        await window.GoAsync("/ada/tides");
        await window.ClickAsync("link", "Schedules");
        await window.SeesAsync("No schedules yet");
        await window.ClickAsync("link", "New schedule");
        await window.FillAsync("Description", "Every night");
        await window.FillAsync("When", "never");
        await window.FillAsync("Variable 1: name", "WHO");
        await window.FillAsync("Variable 1: value", "the moon");
        await window.Page.GetByLabel("Variable 2: name").WaitForAsync();
        await window.Page.GetByLabel("tier").SelectOptionAsync("green");
        await window.ClickAsync("button", "Create schedule");
        await window.SeesAsync("This is no time");
        Assert.Equal("the moon", await window.Page.GetByLabel("Variable 1: value").InputValueAsync());
        Assert.Equal("green", await window.Page.GetByLabel("tier").InputValueAsync());
        await window.FillAsync("When", "30 4 * * *");
        await window.ClickAsync("button", "Create schedule");
        await window.SeesAsync("“Every night” added.");
        await PageCheck.IsSoundAsync(window, "schedules");
        await window.Page.GetByRole(AriaRole.Button, new() { Name = "Run Every night now" }).ClickAsync();
        await window.Page.GetByRole(AriaRole.Img, new() { Name = "lift: passed" }).WaitForAsync();
        await window.Page.Locator("li.job a", new() { HasText = "lift" }).ClickAsync();
        await window.SeesInAsync(".lines .l", "green 3 north");
        await window.GoAsync("/ada/tides/-/pipeline_schedules");
        await window.SeesInAsync(".rows .badge", "passed");
        await window.Page.Locator("summary", new() { HasText = "Delete" }).ClickAsync();
        await window.ClickAsync("button", "Yes, delete");
        await window.SeesAsync("Its pipelines stay.");
        window.IsClean();
    }

    [Fact]
    public async Task Another_branch_has_another_form_with_a_script_at_once_and_without_one_by_a_button()
    {
        await town.Harbour.PushAsync("ada/quays", "First", (".gitlab-ci.yml", Yaml));
        foreach (var hasScript in new[] { true, false })
        {
            await using var window = await town.SignedInAsync(new WindowLook(HasScript: hasScript));
            await window.GoAsync("/ada/quays/-/pipelines/new?ref=none");
            Assert.Equal(0, await window.Page.GetByLabel("crates").CountAsync());
            await window.FillAsync("Branch or tag", "main");
            if (hasScript)
                await window.Page.Keyboard.PressAsync("Tab");
            else
                await window.ClickAsync("button", "Fields of this branch or tag");
            await window.FillAsync("crates", "many");
            await window.Page.GetByLabel("TARGET").SelectOptionAsync("south");
            await window.ClickAsync("button", "Run pipeline");
            await window.SeesAsync("provided value is not a number");
            Assert.Equal("south", await window.Page.GetByLabel("TARGET").InputValueAsync());
            await window.FillAsync("crates", "7");
            await window.ClickAsync("button", "Run pipeline");
            await window.Page.Locator("li.job a", new() { HasText = "lift" }).ClickAsync();
            await window.SeesInAsync("h1", "lift");
            window.IsClean();
        }
    }
}
