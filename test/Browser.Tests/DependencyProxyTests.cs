using System.Net.Http.Json;
using Microsoft.Playwright;
using Slipway.Browser.Tests.Support;
using Xunit;

namespace Slipway.Browser.Tests;

[Collection(TownCollection.Name)]
public sealed class DependencyProxyTests(Town town)
{
    private const string Address = "/groups/quay/-/dependency_proxy";

    private static readonly string? Pictures = Environment.GetEnvironmentVariable("SLIPWAY_PICTURES") is { Length: > 0 } folder
        ? folder
        : null;

    [Fact]
    public async Task An_owner_finds_the_prefix_sees_what_is_kept_switches_it_off_and_clears_it_also_without_a_script()
    {
        _ = town.Harbour;
        using var api = await town.ApiAsync("quay");
        using (await api.PostAsJsonAsync("groups", new { name = "Quay", path = "quay" })) { }
        foreach (var (width, dark, script) in (IEnumerable<(int, bool, bool)>)[(1440, false, true), (360, true, false)])
        {
            await town.Far.PulledAsync(api, "quay");
            await using var window = await town.SignedInAsync(new WindowLook(width, dark, script));
            await window.GoAsync("/groups/quay");
            await window.ClickAsync("link", "Dependency proxy");
            await window.IsAtAsync(Address);
            await window.SeesInAsync(".copy pre", $"{new Uri(town.Harbour.Address).Authority}/quay/dependency_proxy/containers");
            await window.SeesInAsync(".rows li", "alpine:3.22");
            Assert.Equal(3, await window.Page.Locator(".rows li").CountAsync());
            await window.Page.GetByLabel("Enabled").UncheckAsync();
            await window.FillAsync("Days", "14");
            await window.ClickAsync("button", "Save changes");
            await window.SeesAsync("Dependency proxy saved. It is off.");
            await window.SeesAsync("nothing can be pulled through it");
            await LookAsync(window, "dependency-proxy-off", script);
            Assert.Equal("14", await window.Page.Locator("[name=ttl]").InputValueAsync());
            await window.Page.GetByLabel("Enabled").CheckAsync();
            await window.ClickAsync("button", "Save changes");
            await window.SeesAsync("Dependency proxy saved.");
            await window.Page.Locator("summary", new() { HasText = "Clear cache" }).ClickAsync();
            await LookAsync(window, "dependency-proxy-clear", script);
            await window.ClickAsync("button", "Yes, clear cache");
            await window.SeesAsync("The cache is cleared.");
            await window.SeesAsync("Nothing is kept yet");
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
