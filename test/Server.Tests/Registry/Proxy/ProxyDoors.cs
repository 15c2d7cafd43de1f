using System.Text;
using Microsoft.Extensions.DependencyInjection;
using Slipway.Server.Accounts;
using Slipway.Server.Data;
using Slipway.Server.Registry.Tokens;
using Slipway.Server.Tests.Projects;
using Slipway.Server.Tests.Support;
using Slipway.Server.Tests.Ui;
using Xunit;

namespace Slipway.Server.Tests.Registry.Proxy;

/// <summary>What somebody was told.</summary>
/// <param name="Word">The status; of a token whether it is good for a pull.</param>
internal sealed record Told(string Word, string Text);

/// <summary>One thing that somebody may want of a group's dependency proxy, and how he asks for it.</summary>
internal sealed record ProxyDoorOf(string Name, Func<ProxyRoom, Asker, NamespaceRow, Task<Told>> AskAsync);

/// <summary>All doors of a group's dependency proxy.</summary>
internal static class ProxyDoors
{
    private static readonly byte[] s_layer = Images.Bytes(100);
    private static readonly string s_digest = Images.Digest(s_layer);

    /// <summary>Those of images, and of tokens for them.</summary>
    public static IReadOnlyList<ProxyDoorOf> Pulls { get; } =
    [
        new("manifest", (room, who, group) => PullAsync(room, Of(who), "GET", Manifest(group))),
        new("manifest head", (room, who, group) => PullAsync(room, Of(who), "HEAD", Manifest(group))),
        new("layer", (room, who, group) => PullAsync(room, Of(who), "GET", $"{Image(group)}/blobs/{s_digest}")),
        new("referrers", (room, who, group) => PullAsync(room, Of(who), "GET", $"{Image(group)}/referrers/{s_digest}")),
        new("not there", (room, who, group) => PullAsync(room, Of(who), "GET", $"{Image(group)}/manifests/other")),
        new("by password", ByPasswordAsync),
        new("token", (room, who, group) => TokenAsync(room, Of(who), group)),
        new("token by form", TokenByFormAsync),
        new("push", (room, who, group) => PullAsync(room, Of(who), "POST", $"{Image(group)}/blobs/uploads/")),
        new("delete", (room, who, group) => PullAsync(room, Of(who), "DELETE", Manifest(group))),
        new("tags", (room, who, group) => PullAsync(room, Of(who), "GET", $"{Image(group)}/tags/list")),
        new("his job", JobAsync),
    ];

    /// <summary>API v4 and the page, where it is switched on and off.</summary>
    public static IReadOnlyList<ProxyDoorOf> Settings { get; } =
    [
        new("settings", (_, who, group) => ApiAsync(who, HttpMethod.Get, group, "")),
        new("change", (_, who, group) => ApiAsync(who, HttpMethod.Put, group, "", new { ttl = 30 })),
        new("empty", (_, who, group) => ApiAsync(who, HttpMethod.Delete, group, "/cache")),
        new("page", (_, who, group) => PageAsync(() => who.Browser.GetAsync(Page(group)))),
        new(
            "page's change",
            (_, who, group) => PageAsync(() => who.Browser.PostAsync(Page(group), who.Form, null, ("enabled", "true"), ("ttl", "30")))
        ),
        new("page's clear", (_, who, group) => PageAsync(() => who.Browser.PostAsync(Page(group) + "/clear", who.Form))),
    ];

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    /// <summary>The other registry has an image to pull.</summary>
    public static void Fill(ScriptedUpstream upstream)
    {
        upstream.Image("library/alpine", "latest", shared: s_layer);
        upstream.Put($"/v2/library/alpine/referrers/{s_digest}", Images.OciIndex, "{}"u8.ToArray());
    }

    private static string Image(NamespaceRow group) => $"/v2/{group.FullPath}/dependency_proxy/containers/alpine";

    public static string Manifest(NamespaceRow group) => Image(group) + "/manifests/latest";

    private static string Page(NamespaceRow group) => $"/groups/{group.FullPath}/-/dependency_proxy";

    private static (string User, string Password)? Of(Asker who) => who.User is { } user ? (who.Name, user.Token) : null;

    public static async Task<Told> PullAsync(ProxyRoom room, (string User, string Password)? login, string method, string path)
    {
        using var client = new RegistryClient(room.Server.Address, login?.User, login?.Password);
        return Answer(await client.SendAsync(method, path, null));
    }

    /// <summary>As scripts ask: with name and password at the registry itself.</summary>
    private static async Task<Told> ByPasswordAsync(ProxyRoom room, Asker who, NamespaceRow group)
    {
        using var client = new RegistryClient(room.Server.Address, null, null);
        var headers = Of(who) is { } login ? new[] { ("Authorization", Basic(login)) } : [];
        return Answer(await client.OnceAsync("GET", Manifest(group), null, null, headers));
    }

    public static async Task<Told> TokenAsync(ProxyRoom room, (string User, string Password)? login, NamespaceRow group)
    {
        using var client = new RegistryClient(room.Server.Address, null, null);
        var headers = login is { } given ? new[] { ("Authorization", Basic(given)) } : [];
        return Token(room, await client.OnceAsync("GET", $"/jwt/auth?service=dependency_proxy&scope={Scope(group)}", null, null, headers));
    }

    private static async Task<Told> TokenByFormAsync(ProxyRoom room, Asker who, NamespaceRow group)
    {
        var (user, password) = Of(who) ?? ("", "");
        var fields = new Dictionary<string, string>
        {
            ["grant_type"] = "password",
            ["service"] = "dependency_proxy",
            ["scope"] = Scope(group),
            ["username"] = user,
            ["password"] = password,
        };
        using var answer = await room.Server.Anonymous.PostAsync(
            new Uri("/jwt/auth", UriKind.Relative),
            new FormUrlEncodedContent(fields),
            Ct
        );
        return Token(room, await Said.ReadAsync(answer));
    }

    private static string Scope(NamespaceRow group) => $"repository:{Image(group)["/v2/".Length..]}:pull";

    /// <returns>Whether it is good for a pull; and all that the answer says but the token, in which nobody can read, and the time.</returns>
    private static Told Token(ProxyRoom room, Said said)
    {
        if (said.Status != 200)
            return Answer(said);
        var pass = room.Server.Services.GetRequiredService<RegistryTokens>().Open(said.Json.GetProperty("token").GetString()!)!;
        var rest = said
            .Json.EnumerateObject()
            .Where(one => !one.Name.EndsWith("token", StringComparison.Ordinal) && one.Name != "issued_at");
        return new Told(pass.Grants.Count == 0 ? "no" : "yes", string.Join(' ', rest));
    }

    /// <summary>A job of another project that he has started.</summary>
    private static async Task<Told> JobAsync(ProxyRoom room, Asker who, NamespaceRow group)
    {
        var login = ("gitlab-ci-token", Tokens.Create(Tokens.Job));
        if (who.User is { } user)
            login = await JobAsync(room, await room.Server.ProjectAsync(room.Owner.Row, visibility: "public"), user);
        return await PullAsync(room, login, "GET", Manifest(group));
    }

    public static async Task<(string User, string Password)> JobAsync(
        ProxyRoom room,
        ProjectRow project,
        TestUser user,
        string status = "running"
    )
    {
        var token = Tokens.Create(Tokens.Job);
        await Rows.JobAsync(room.Server.Db, project.Id, user.Id, Tokens.Hash(token), status);
        return ("gitlab-ci-token", token);
    }

    private static async Task<Told> ApiAsync(Asker who, HttpMethod method, NamespaceRow group, string below, object? body = null)
    {
        var byPath = await who.Client.ApiAsync(method, $"groups/{group.FullPath}/dependency_proxy{below}", body);
        var byId = await who.Client.ApiAsync(method, $"groups/{group.Id}/dependency_proxy{below}", body);
        Assert.Equal((byPath.Status, byPath.Text), (byId.Status, byId.Text));
        return new Told($"{byId.Status}", byId.Text);
    }

    private static async Task<Told> PageAsync(Func<Task<Shown>> ask)
    {
        var shown = await ask();
        return new Told($"{shown.Status}", $"{shown.Location}\n{(shown.Token is { } token ? shown.Text.Replace(token, "") : shown.Text)}");
    }

    private static Told Answer(Said said) =>
        new($"{said.Status}", $"{said.Text}\n{said.Header("WWW-Authenticate")}\n{said.Header("Allow")}");

    private static string Basic((string User, string Password) login) =>
        "Basic " + Convert.ToBase64String(Encoding.UTF8.GetBytes($"{login.User}:{login.Password}"));
}
