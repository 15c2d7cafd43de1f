using Slipway.Server.Http;
using Slipway.Server.Projects;
using Slipway.Server.Registry.Contents;
using Slipway.Server.Registry.Usage;
using Slipway.Server.Ui.Markup;
using Slipway.Server.Ui.Parts;

namespace Slipway.Server.Ui.Pages.Images;

/// <summary>A project's repositories of images.</summary>
internal static class RepositoryListPage
{
    public static async Task<PageAnswer> ShowAsync(
        PageView view,
        ProjectContext here,
        Paging paging,
        RepositoryStore store,
        ImageUsage usage,
        Quotas quotas,
        CancellationToken ct
    )
    {
        var (rows, total) = await store.OfProjectAsync(here.Id, paging, ct);
        var (_, quota) = await quotas.FindAsync(here.Id, ct);
        var all = await usage.OfProjectAsync(here.Id, ct);
        var items = rows.Select(row => Row(view, here, row));
        var body =
            rows.Count > 0
                ? Html.Of(
                    $"<ul class=\"rows\">{items}</ul>{Lists.Pages(paging, total > paging.Offset + rows.Count, RegistryPages.At(here))}"
                )
                : Lists.Empty(
                    "No images yet",
                    Html.Of(
                        $"<p>Whatever is pushed to the project's path, or anything below it, is kept here. Jobs find it as <code>$CI_REGISTRY_IMAGE</code>.</p>"
                    )
                );
        return Layout.Answer(
            new PageFrame(view, "Container registry") { Project = here, Part = "container_registry" },
            Html.Of(
                $"""
                <div class="head"><h1>Container registry</h1>{SettingsOf(here).When(
                    view.User is not null && here.Role >= Role.Maintainer
                )}</div>
                {StorageLine.Of(all, quota).When(rows.Count > 0)}
                {body}
                {Push(view, here).When(here.Project.Archived == 0 && (rows.Count == 0 || view.MayAct(here)))}
                """
            )
        );
    }

    private static Html Row(PageView view, ProjectContext here, ImageRepository row)
    {
        var remove = Forms.Careful(
            view,
            RegistryPages.At(here, $"{row.Id}", "delete"),
            "Delete",
            $"{row.Path} goes with all its tags, and cannot be had back."
        );
        return Html.Of(
            $"""
            <li><div class="main"><a class="title mono" href="{RegistryPages.At(here, $"{row.Id}")}"><bdi>{row.Path}</bdi></a>
            <div class="side facts"><span>{Icons.Tag}{row.Tags} {(
                row.Tags == 1 ? "tag" : "tags"
            )}</span><span>made {Times.Ago(row.CreatedAt, view.Now)}</span></div></div>
            <div class="acts">{remove.When(view.MayAct(here) && here.Role >= Role.Maintainer)}</div></li>
            """
        );
    }

    private static Html SettingsOf(ProjectContext here) =>
        Html.Of(
            $"<a class=\"button\" href=\"{Address.To(here.Project.FullPath, "-", "settings", "packages_and_registries")}\">Cleanup and protection</a>"
        );

    private static Html Push(PageView view, ProjectContext here)
    {
        var host = view.Url.Uri.Authority;
        var image = $"{host}/{here.Project.FullPath.ToLowerInvariant()}";
        return Html.Of(
            $"""
            <h2>Push an image</h2>
            <p class="muted">Sign in with your name and an <a href="{Address.To(
                "-",
                "user_settings",
                "personal_access_tokens"
            )}">access token</a> as the password.</p>
            {Commands.Of($"docker login {host}\ndocker build -t {image} .\ndocker push {image}", "the commands")}
            """
        );
    }
}
