using Microsoft.AspNetCore.Routing;
using Slipway.Server.Http;
using Slipway.Server.Projects;
using Slipway.Server.Registry.Cleanup;
using Slipway.Server.Registry.Protection;
using Slipway.Server.Registry.Usage;
using Slipway.Server.Ui.Markup;
using Slipway.Server.Ui.Pages.Images;
using Slipway.Server.Ui.Parts;

namespace Slipway.Server.Ui.Pages.Settings.Images;

/// <summary>
/// What maintainers say about a project's images: which old tags go by themselves, and which tags are protected; and how much there is.
/// https://docs.gitlab.com/user/packages/container_registry/reduce_container_registry_storage/
/// </summary>
internal static class ImageSettingsPages
{
    private const string Root = "/settings/" + SettingsTabs.Packages;

    public static void MapImageSettings(this IEndpointRouteBuilder project)
    {
        // Who may use the API for the same.
        var admin = new Access.OnProject(Abilities.AdminProject);
        project.MapPage(Root, ShowAsync, admin);
        project.MapPage(Root + "/" + CleanupPage.Name, CleanupPage.ShowAsync, admin);
        project.MapForm(Root + "/" + CleanupPage.Name, CleanupPage.SendAsync, admin);
        project.MapPage(Root + "/tag_rules/new", TagRuleForm.New, admin);
        project.MapForm(Root + "/tag_rules", TagRuleForm.AddAsync, admin);
        project.MapPage(Root + "/tag_rules/{id:long}", TagRuleForm.ShowAsync, admin);
        project.MapForm(Root + "/tag_rules/{id:long}", TagRuleForm.ChangeAsync, admin);
        project.MapForm(Root + "/tag_rules/{id:long}/delete", TagRuleForm.RemoveAsync, admin);
    }

    public static Address At(ProjectContext here, params string[] words) => SettingsTabs.At(here, [SettingsTabs.Packages, .. words]);

    /// <summary>The frame of a page, which stands below the one of all.</summary>
    public static PageFrame Frame(PageView view, ProjectContext here, string title, Address? at = null) =>
        new(view, title)
        {
            Project = here,
            Part = "settings",
            Crumbs = at is { } below ? [new Crumb(Title, At(here)), new Crumb(title, below)] : [],
        };

    private const string Title = "Packages and registries";

    private static async Task<PageAnswer> ShowAsync(
        PageView view,
        ProjectContext here,
        ImageUsage usage,
        Quotas quotas,
        CleanupStore cleanup,
        TagRuleStore rules,
        CancellationToken ct
    )
    {
        var (own, quota) = await quotas.FindAsync(here.Id, ct);
        var all = await usage.OfProjectAsync(here.Id, ct);
        var (policy, next) = await cleanup.FindAsync(here.Id, ct);
        return Layout.Answer(
            Frame(view, here, Title),
            Html.Of(
                $"""
                <h1>{Title}</h1>
                {SettingsTabs.Of(here, SettingsTabs.Packages)}
                {Off.When(here.Settings.ContainerRegistryAccessLevel == ProjectSettings.Disabled)}
                <section aria-labelledby="storage"><h2 id="storage">Storage</h2>
                {StorageLine.Of(all, quota).When(all.Repositories > 0)}
                <p class="muted">{(
                    all.Repositories == 0
                        ? "There are no images yet."
                        : $"Tags need layers of {Sizes.Of(all.TaggedBytes)}; what nothing needs any more goes by itself."
                )} {Bound(own, quota)}</p></section>
                {CleanupPage.Summary(view, here, policy, next)}
                {await TagRuleList.OfAsync(view, here, rules, ct)}
                """
            )
        );
    }

    private static string Bound(long? own, long? quota) =>
        own is not null ? "The quota is this project's own; an administrator has set it."
        : quota is not null ? "The quota is the server's for every project; an administrator may give this one its own."
        : "There is no quota.";

    private static Html Off =>
        Html.Of(
            $"<p class=\"note quiet\">The container registry is off in this project: nothing can be pushed or pulled until it is on again.</p>"
        );
}
