using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Slipway.Server.Accounts;
using Slipway.Server.Data;
using Slipway.Server.Http;
using Slipway.Server.Projects;
using Slipway.Server.Registry;
using Slipway.Server.Registry.Proxy;
using Slipway.Server.Ui.Markup;
using Slipway.Server.Ui.Pages.Images;
using Slipway.Server.Ui.Parts;

namespace Slipway.Server.Ui.Pages.Groups;

/// <summary>
/// A group's dependency proxy: how images are pulled through it, what it has, and, for owners, its switch and its end.
/// https://docs.gitlab.com/user/packages/dependency_proxy/#view-the-dependency-proxy-for-container-images
/// </summary>
internal static class ProxyPages
{
    private const string Name = "dependency_proxy";
    private const string Title = "Dependency proxy";

    public static void MapProxyPages(this IEndpointRouteBuilder group)
    {
        var owner = new Access.OnGroup(Role.Owner);
        // Whoever may pull through it sees what is in it.
        group.MapPage("/" + Name, ShowAsync, new Access.OnGroup(Role.Guest));
        group.MapForm("/" + Name, ChangeAsync, owner);
        group.MapForm("/" + Name + "/clear", ClearAsync, owner);
    }

    private static Address At(NamespaceRow group, params string[] words) => GroupPages.At(group, ["-", Name, .. words]);

    private static async Task<PageAnswer> ShowAsync([AsParameters] Place it, Paging paging, CancellationToken ct) =>
        await PageAsync(it, paging, await it.Settings.FindAsync(it.Here.Id, ct), null, ct);

    private static async Task<IResult> ChangeAsync([AsParameters] Place it, Actor actor, ShownOnce once, CancellationToken ct)
    {
        var form = await it.Http.Request.ReadFormAsync(ct);
        var row = await it.Settings.FindAsync(it.Here.Id, ct);
        row = row with { Enabled = Flag("enabled"), TtlEnabled = Flag("ttl_enabled") };
        if (!long.TryParse(form["ttl"], out var days) || days is < 1 or > ProxySettings.LongestTtl)
            return await PageAsync(it, new Paging(1, 20), row, form["ttl"].ToString(), ct);
        await it.Settings.SetAsync(row with { Ttl = days }, actor.Name, it.Here.Group.FullPath, ct);
        once.Put(it.Http, ShownOnce.Note, row.Enabled == 1 ? "Dependency proxy saved." : "Dependency proxy saved. It is off.");
        return new SeeOther(At(it.Here.Group));

        long Flag(string name) => form[name] == "true" ? 1 : 0;
    }

    private static async Task<IResult> ClearAsync([AsParameters] Place it, Actor actor, ShownOnce once, CancellationToken ct)
    {
        await it.Settings.PurgeAsync(it.Here.Id, actor.Name, it.Here.Group.FullPath, ct);
        once.Put(it.Http, ShownOnce.Note, "The cache is cleared.");
        return new SeeOther(At(it.Here.Group));
    }

    /// <param name="wrongDays">What is no number of days.</param>
    private static async Task<PageAnswer> PageAsync(Place it, Paging paging, ProxySettingsRow row, string? wrongDays, CancellationToken ct)
    {
        var (view, group) = (it.View, it.Here.Group);
        var (rows, total) = await it.Contents.ListAsync(it.Here.Id, paging, ct);
        var sizes = await it.Contents.SizesAsync([.. rows.Select(one => one.Id).Distinct()], ct);
        var usage = await it.Settings.UsageAsync(it.Here.Id, ct);
        var isOwner = view.User is not null && it.Here.Role >= Role.Owner;
        var isOff = row.Enabled == 0 && wrongDays is null;
        var body =
            rows.Count > 0
                ? Html.Of(
                    $"<ul class=\"rows\">{rows.Select(one => Row(it, one, sizes.GetValueOrDefault(one.Id)))}</ul>{Lists.Pages(paging, total > paging.Offset + rows.Count, At(group))}"
                )
                : Lists.Empty(
                    "Nothing is kept yet",
                    Html.Of($"<p>What somebody pulls with the prefix above is kept here, and comes from here the next time.</p>")
                );
        var clear = Forms.Careful(
            view,
            At(group, "clear"),
            "Clear cache",
            "All that the group has pulled is forgotten. The next pull of each image fetches it again."
        );
        return Layout.Answer(
            new PageFrame(view, Title) { Group = it.Here, Part = Name },
            Html.Of(
                $"""
                <div class="head"><h1>{Title}</h1>{clear.When(isOwner && usage.Images + usage.Blobs > 0)}</div>
                <p class="lead">Images of {Registries(it.Options)} are pulled through the group and kept, so that the next pull neither waits for the other registry nor counts there.</p>
                {Html.Of($"<p class=\"note quiet\">The dependency proxy is off in this group: nothing can be pulled through it until it is on again.</p>").When(isOff)}
                {HowTo(it)}
                <section aria-labelledby="kept"><h2 id="kept">Kept images</h2>
                {Html.Of(
                    $"<div class=\"facts\"><span>{Icons.Tag}{(total == 1 ? "1 image" : $"{total} images")}</span><span>{Sizes.Of(usage.Bytes)} in all, what is shared counted once</span></div>"
                ).When(rows.Count > 0)}
                {body}</section>
                {Settings(it, row, wrongDays).When(isOwner)}
                """
            ),
            wrongDays is null ? 200 : 422
        );
    }

    private static Html HowTo(Place it)
    {
        var server = ProxySettings.ServerOf(it.View.Url);
        var prefix = ProxySettings.PrefixOf(it.View.Url, it.Here.Group.FullPath);
        // GitLab's first one is the group at the top, wherever below it the project stands.
        var variable = it.Here.Group.FullPath.Contains('/')
            ? "$CI_DEPENDENCY_PROXY_DIRECT_GROUP_IMAGE_PREFIX"
            : "$CI_DEPENDENCY_PROXY_GROUP_IMAGE_PREFIX";
        return Html.Of(
            $"""
            <section aria-labelledby="prefix"><h2 id="prefix">Image prefix</h2>
            {Commands.Of(prefix, "the image prefix")}
            <p class="muted">In a job of the group it is <code>{variable}</code>, and nothing is to be set up: <code>image: {variable}/alpine:3.22</code></p>
            {Commands.Of($"docker login {server}\ndocker pull {prefix}/alpine:3.22", "the commands")}
            </section>
            """
        );
    }

    private static Html Row(Place it, ProxiedImage one, long size)
    {
        var name = ShortName(one.Image, it.Options);
        var tag = one.Tag is null ? Html.Nothing : Html.Of($":{one.Tag}");
        return Html.Of(
            $"""
            <li><div class="main"><span class="title mono" title="{one.Image}"><bdi>{name}{tag}</bdi></span> {TagListPage.Kind(one.MediaType, null)}
            <div class="side facts"><span class="mono" title="{one.Digest}">{RegistryPages.Short(one.Digest)}</span><span>{Sizes.Of(
                size
            )}</span><span>from {one.Image.Split('/')[0]}</span><span>kept {Times.Ago(
                one.CreatedAt,
                it.View.Now
            )}</span><span>pulled {Times.Ago(one.UsedAt, it.View.Now)}</span></div></div></li>
            """
        );
    }

    private static Html Settings(Place it, ProxySettingsRow row, string? wrongDays)
    {
        var days = Html.Of($" type=\"number\" min=\"1\" max=\"{ProxySettings.LongestTtl}\" required");
        var wrong = wrongDays is null ? null : $"a number of days from 1 to {ProxySettings.LongestTtl}";
        return Html.Of(
            $"""
            <section aria-labelledby="settings"><h2 id="settings">Settings</h2>
            <form method="post" action="{At(it.Here.Group)}" class="fields narrowed">
            {Forms.Token(it.View)}
            {Forms.Check("Enabled", "enabled", row.Enabled == 1, "without it what is kept stays, and nothing can be pulled")}
            {Forms.Check("Remove what nobody pulls", "ttl_enabled", row.TtlEnabled == 1, "after as many days")}
            {Forms.Text("Days", "ttl", wrongDays ?? $"{row.Ttl}", "since an image was pulled last", days, wrong)}
            <div class="acts"><button class="primary">Save changes</button></div>
            </form></section>
            """
        );
    }

    /// <summary>As it stands behind the prefix.</summary>
    private static string ShortName(string image, ServerOptions options)
    {
        const string own = "library/";
        var first = options.Registry.Upstreams[0].Name + "/";
        if (!image.StartsWith(first, StringComparison.Ordinal))
            return image;
        var name = image[first.Length..];
        return first == RegistryOptions.Upstream.Hub + "/" && name.StartsWith(own, StringComparison.Ordinal) ? name[own.Length..] : name;
    }

    private static Html Registries(ServerOptions options) =>
        Html.Join(options.Registry.Upstreams.Select((one, at) => Html.Of($"{(at > 0 ? ", " : "")}<code>{one.Name}</code>")));

    /// <summary>What all of them work with. A handler's parameters.</summary>
    internal sealed record Place(
        HttpContext Http,
        PageView View,
        GroupContext Here,
        ProxySettings Settings,
        ProxyContents Contents,
        ServerOptions Options
    );
}
