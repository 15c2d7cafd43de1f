using Slipway.Browser.Tests.Support;
using Xunit;

namespace Slipway.Browser.Tests;

[Collection(TownCollection.Name)]
public sealed class FirstRunTests(Town town)
{
    [Fact]
    public async Task A_new_server_is_set_up_once_and_only_with_the_code_it_printed()
    {
        _ = town.Harbour;
        await using var harbour = await Harbour.OpenAsync();
        await using var window = await town.NewWindowAsync(harbour: harbour);
        await window.GoAsync("/ada/app");
        Assert.Equal("/setup", window.Url);
        await PageCheck.IsSoundAsync(window, "/setup");
        await window.FillAsync("Code", "AAAAAAAAAAAAAAAAAAAA");
        await window.FillAsync("User name", "ada");
        await window.FillAsync("E-mail address", "ada@example.com");
        await window.Page.Locator("[name=password]").FillAsync(Town.Password);
        await window.FillAsync("Password once more", Town.Password);
        await window.ClickAsync("button", "Create the administrator");
        await window.SeesAsync("That is not the code");
        Assert.Equal("ada", await window.Page.GetByLabel("User name").InputValueAsync());

        await window.SetUpAsync(harbour.SetUpCode.ToLowerInvariant());
        await window.GoAsync("/setup");
        await window.SeesAsync("There is nothing here");
        window.IsClean();
    }

    [Fact]
    public async Task Somebody_signs_out_and_in_again_and_a_wrong_password_is_refused()
    {
        await using var window = await town.SignedInAsync();
        await window.Page.GetByLabel($"Menu of {Town.User}").ClickAsync();
        await window.ClickAsync("button", "Sign out");
        await window.IsAtAsync("/users/sign_in");
        await window.GoAsync("/dashboard/groups");
        Assert.Equal("/users/sign_in?return_to=%2Fdashboard%2Fgroups", window.Url);
        await window.FillAsync("Name or e-mail address", Town.User);
        await window.FillAsync("Password", "wrong");
        await window.ClickAsync("button", "Sign in");
        await window.SeesAsync("Name, password or code are not right.");
        await window.FillAsync("Password", Town.Password);
        await window.ClickAsync("button", "Sign in");
        await window.IsAtAsync("/dashboard/groups");
        window.IsClean();
    }
}
