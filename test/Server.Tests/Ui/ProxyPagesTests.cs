using System.Text.Json.Nodes;
using Slipway.Server.Data;
using Slipway.Server.Http;
using Slipway.Server.Projects;
using Slipway.Server.Tests.Registry;
using Slipway.Server.Tests.Registry.Proxy;
using Slipway.Server.Tests.Support;
using Xunit;

namespace Slipway.Server.Tests.Ui;

/// <summary>The page of a group's dependency proxy.</summary>
public sealed class ProxyPagesTests
{
    private const string Address = "/groups/team/-/dependency_proxy";

    [Theory, EveryDatabase]
    public async Task Images_are_shown_by_tag_with_what_is_kept_of_them(DatabaseKind kind)
    {
        await using var room = await ProxyRoom.OpenAsync(kind);
        var owner = await SignedInAsync(room, "olga", Role.Owner);
        var empty = await ReadAsync(owner);
        Assert.Contains("Nothing is kept yet", empty);
        Assert.Contains($"{room.Server.Address.Authority}/team/dependency_proxy/containers</pre>", empty);
        Assert.DoesNotContain("Clear cache", empty);

        var (alpine, layer) = room.Upstream.Image("library/alpine", "3.22", 2 << 20);
        var (grafana, _) = room.Upstream.Image("grafana/grafana", "latest");
        var index = Index(room.Upstream, "library/node", "22");
        foreach (
            var (image, reference) in (IEnumerable<(string, string)>)
                [("alpine", "3.22"), ("grafana/grafana", grafana), ("node", "22"), ("node", index)]
        )
            Assert.Equal(200, (await room.ManifestAsync(image, reference)).Status);
        Assert.Equal(200, (await room.BlobAsync("alpine", layer)).Status);

        var page = await ReadAsync(owner);
        Assert.Equal(3, Count(page, "<li><div class=\"main\">"));
        Assert.Contains("<bdi>alpine:3.22</bdi>", page);
        Assert.Contains(alpine[..19], page);
        Assert.Contains("<span>2 MiB</span><span>from docker.io</span>", page);
        Assert.Contains("<bdi>grafana/grafana</bdi>", page);
        Assert.Contains("<bdi>node:22</bdi></span> <span class=\"badge\">multi-platform</span>", page);
        Assert.Contains("3 images", page);
    }

    [Fact]
    public async Task Who_may_pull_sees_it_and_owners_alone_change_and_clear_it()
    {
        await using var room = await ProxyRoom.OpenAsync();
        room.Upstream.Image("library/alpine", "3.22");
        await room.ManifestAsync("alpine", "3.22");
        var (guest, maintainer, stranger) = (
            await SignedInAsync(room, "guest", Role.Guest),
            await SignedInAsync(room, "mia", Role.Maintainer),
            await SignedInAsync(room, "stranger", Role.None)
        );
        Assert.Equal(404, (await stranger.GetAsync(Address)).Status);
        using var nobody = new Browser(room.Server.Address);
        Assert.Equal(302, (await nobody.GetAsync(Address)).Status);
        foreach (var browser in (Browser[])[guest, maintainer])
        {
            var page = await ReadAsync(browser);
            Assert.Contains("<bdi>alpine:3.22</bdi>", page);
            Assert.DoesNotContain("Clear cache", page);
            Assert.DoesNotContain("name=\"ttl\"", page);
            var token = (await browser.GetAsync("/projects/new")).Token;
            Assert.Equal(404, (await browser.PostAsync(Address + "/clear", token)).Status);
            Assert.Equal(404, (await browser.PostAsync(Address, token, null, ("ttl", "1"))).Status);
        }

        Assert.Equal(1, await room.CountAsync("manifests"));
        var owner = await SignedInAsync(room, "olga", Role.Owner);
        var form = (await owner.GetAsync(Address)).Token;
        var wrong = await owner.PostAsync(Address, form, null, ("enabled", "true"), ("ttl", "0"));
        Assert.Equal(422, wrong.Status);
        Assert.Contains("a number of days from 1 to 3650", wrong.Text);
        Assert.Equal(303, (await owner.PostAsync(Address, form, null, ("ttl_enabled", "true"), ("ttl", "7"))).Status);
        var off = await ReadAsync(owner);
        Assert.Contains("is off in this group", off);
        Assert.Contains("value=\"7\"", off);
        // Tokens of before are good for some minutes more.
        using var pull = new RegistryClient(room.Server.Address, "ada", room.Owner.Token);
        Assert.NotEqual(200, (await pull.GetAsync($"/v2/{ProxyRoom.Team}/alpine/manifests/3.22")).Status);
        var cleared = await owner.PostAsync(Address + "/clear", form);
        Assert.Equal((303, Address), (cleared.Status, cleared.Location));
        Assert.Equal(0, await room.CountAsync("manifests"));
        Assert.Contains("Nothing is kept yet", await ReadAsync(owner));
    }

    private static async Task<Browser> SignedInAsync(ProxyRoom room, string name, Role role)
    {
        var user = await room.Server.UserAsync(name, password: PageRoom.Password);
        if (role != Role.None)
            await room.Server.JoinAsync(new MemberOf.Group(room.Group.Id), user.Row, role);
        var browser = new Browser(room.Server.Address);
        Assert.Equal(303, (await browser.SignInAsync(name, PageRoom.Password)).Status);
        return browser;
    }

    private static async Task<string> ReadAsync(Browser browser)
    {
        var page = await browser.GetAsync(Address);
        Assert.Equal(200, page.Status);
        PageCheck.Inert(page.Text);
        return page.Text;
    }

    /// <returns>The digest of one of its images.</returns>
    private static string Index(ScriptedUpstream upstream, string image, string tag)
    {
        string[] children = [upstream.Image(image, "amd64").Digest, upstream.Image(image, "arm64").Digest];
        var index = new JsonObject
        {
            ["schemaVersion"] = 2,
            ["mediaType"] = Images.OciIndex,
            ["manifests"] = new JsonArray([
                .. children.Select(child => new JsonObject
                {
                    ["mediaType"] = Images.OciImage,
                    ["digest"] = child,
                    ["size"] = 100,
                }),
            ]),
        }.ToBytes();
        foreach (var reference in (string[])[tag, Images.Digest(index)])
            upstream.Put($"/v2/{image}/manifests/{reference}", Images.OciIndex, index);
        return children[0];
    }

    private static int Count(string text, string part) => text.Split(part).Length - 1;
}
