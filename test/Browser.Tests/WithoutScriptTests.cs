using Microsoft.Playwright;
using Slipway.Browser.Tests.Support;
using Xunit;

namespace Slipway.Browser.Tests;

[Collection(TownCollection.Name)]
public sealed class WithoutScriptTests(Town town)
{
    [Fact]
    public async Task Pages_are_whole_without_a_script()
    {
        await using var window = await town.SignedInAsync(new WindowLook(HasScript: false));
        await town.Harbour.PushAsync("ada/plain", "Plain", (".gitlab-ci.yml", "hello:\n  script: echo ahoy\n"));
        await using (var other = await town.SignedInAsync())
            await other.SeesPipelinesEndAsync("ada/plain");
        await window.GoAsync("/ada/plain/-/pipelines");
        await window.Page.Locator("#pipelines a.title").First.ClickAsync();
        await window.Page.Locator("li.job a", new() { HasText = "hello" }).ClickAsync();
        await window.SeesInAsync(".lines .l", "ahoy");
        var before = window.Url;
        await window.ClickAsync("button", "Retry hello");
        Assert.NotEqual(before, window.Url);
        await window.Page.GetByLabel($"Menu of {Town.User}").ClickAsync();
        await window.ClickAsync("link", "Access tokens");
        await window.SeesInAsync("h1", "Access tokens");
    }
}
