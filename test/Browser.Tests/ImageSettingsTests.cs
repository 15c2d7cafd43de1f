using Microsoft.Playwright;
using Slipway.Browser.Tests.Support;
using Xunit;

namespace Slipway.Browser.Tests;

[Collection(TownCollection.Name)]
public sealed class ImageSettingsTests(Town town)
{
    private const string Cleanup = "/ada/silo/-/settings/packages_and_registries/cleanup_image_tags";

    private static readonly string? Pictures = Environment.GetEnvironmentVariable("SLIPWAY_PICTURES") is { Length: > 0 } folder
        ? folder
        : null;

    [Fact]
    public async Task A_maintainer_tries_a_cleanup_policy_saves_it_and_protects_tags_also_without_a_script()
    {
        await town.Harbour.PushAsync("ada/silo", "First", ("README.md", "# Silo\n"));
        using (var api = await town.ApiAsync("silo"))
            await PushedImages.PushAsync(api, "ada/silo/grain");

        foreach (var (width, dark, script) in (IEnumerable<(int, bool, bool)>)[(1440, false, true), (360, true, false)])
        {
            await using var window = await town.SignedInAsync(new WindowLook(width, dark, script));
            await window.GoAsync("/ada/silo/-/container_registry");
            await window.ClickAsync("link", "Cleanup and protection");
            await window.ClickAsync("link", script ? "Set cleanup rules" : "Edit cleanup rules");
            await window.FillAsync("Remove tags matching", "review-(?=x)");
            await window.Page.GetByLabel("Remove tags older than").SelectOptionAsync("");
            await window.Page.GetByLabel("Keep the most recent").SelectOptionAsync("");
            await window.ClickAsync("button", "Save changes");
            await window.SeesInAsync(".wrong", "no looking ahead");
            await LookAsync(window, "cleanup-wrong", script);
            Assert.Equal("review-(?=x)", await window.Page.GetByLabel("Remove tags matching").InputValueAsync());
            await window.FillAsync("Remove tags matching", "review-.*");
            await window.Page.GetByLabel("Enabled").CheckAsync();
            await window.ClickAsync("button", "Dry run");
            await window.SeesAsync("1 of 5 tags would go");
            await window.Page.GetByText("4 tags stay").ClickAsync();
            await LookAsync(window, "cleanup-dry-run", script);
            Assert.Equal(Cleanup + "#dry-run", window.Url);
            await window.ClickAsync("button", "Save changes");
            await window.SeesAsync("Cleanup policy saved.");
            await window.SeesAsync("It runs next in");
            await window.ClickAsync("link", "Add rule");
            await window.FillAsync("Tags", script ? "^1" : "^2");
            await window.Page.GetByLabel("Immutable").CheckAsync();
            Assert.False(await window.Page.GetByLabel("Who pushes them").IsVisibleAsync());
            await window.Page.GetByLabel("Protected").CheckAsync();
            await window.Page.GetByLabel("Who deletes them").SelectOptionAsync("owner");
            await LookAsync(window, "tag-rule", script);
            await window.ClickAsync("button", "Add rule");
            await window.SeesInAsync(".rows", "to push takes a maintainer, to delete an owner");
            await LookAsync(window, "image-settings-set", script);
            if (script)
                window.IsClean();
        }
    }

    private static async Task LookAsync(Window window, string name, bool script)
    {
        // What looks at a page is a script itself.
        if (script)
            await PageCheck.IsSoundAsync(window, name);
        if (Pictures is not null)
            await window.Page.ScreenshotAsync(
                new PageScreenshotOptions
                {
                    Path = Path.Combine(Pictures, $"{name}-{(script ? "light-1440" : "dark-360")}.png"),
                    FullPage = true,
                }
            );
    }
}
