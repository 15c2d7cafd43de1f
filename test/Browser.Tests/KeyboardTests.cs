using Microsoft.Playwright;
using Slipway.Browser.Tests.Support;
using Xunit;

namespace Slipway.Browser.Tests;

[Collection(TownCollection.Name)]
public sealed class KeyboardTests(Town town)
{
    [Fact]
    public async Task Everything_is_reached_by_the_keyboard_in_order_and_what_has_the_focus_shows_it()
    {
        await using var window = await town.SignedInAsync();
        await town.Harbour.PushAsync("ada/keys", "Keys", (".gitlab-ci.yml", "hello:\n  when: manual\n  script: echo ahoy\n"));
        await window.GoAsync("/ada/keys/-/pipelines");
        await window.SeesInAsync("#pipelines a.title", "Keys");
        await window.Page.Keyboard.PressAsync("Tab");
        Assert.Equal("Skip to the page", await FocusedAsync(window, "one => one.textContent"));
        Assert.True(await FocusedAsync(window, "one => String(one.getBoundingClientRect().height > 20)") == "true");
        await window.Page.Keyboard.PressAsync("Enter");
        Assert.Equal("main", await FocusedAsync(window, "one => one.id"));

        await window.GoAsync("/ada/keys/-/pipelines");
        var order = new List<string>();
        for (var at = 0; at < 40; at++)
        {
            await window.Page.Keyboard.PressAsync("Tab");
            if (await window.Page.EvaluateAsync<bool>("document.activeElement === document.body"))
                break;
            order.Add(await FocusedAsync(window, "one => (one.getAttribute('aria-label') || one.textContent || one.name || '').trim()"));
            var outline = await FocusedAsync(
                window,
                "one => getComputedStyle(one).outlineStyle + ' ' + parseFloat(getComputedStyle(one).outlineWidth)"
            );
            Assert.True(outline is "solid 2" || outline.StartsWith("auto"), $"{order[^1]} has the focus and shows {outline}");
        }

        string[] wanted =
        [
            "Skip to the page",
            "Slipway",
            "ada",
            "Projects",
            $"Menu of {Town.User}",
            "Files",
            "Pipelines",
            "Run pipeline",
            "Keys",
        ];
        Assert.Equal(wanted, order.Where(wanted.Contains).Distinct());

        await window.Page.GetByLabel($"Menu of {Town.User}").FocusAsync();
        await window.Page.Keyboard.PressAsync("Enter");
        await window.SeesAsync("Your own projects");
        await window.Page.Keyboard.PressAsync("Escape");
        Assert.False(await window.Page.GetByText("Your own projects").IsVisibleAsync());
        Assert.Equal($"Menu of {Town.User}", await FocusedAsync(window, "one => one.getAttribute('aria-label')"));
        window.IsClean();
    }

    private static async Task<string> FocusedAsync(Window window, string what) =>
        await window.Page.EvaluateAsync<string>($"({what})(document.activeElement)") ?? "";
}
