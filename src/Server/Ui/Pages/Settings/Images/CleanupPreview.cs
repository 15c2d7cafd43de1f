using Slipway.Server.Projects;
using Slipway.Server.Registry.Cleanup;
using Slipway.Server.Ui.Markup;
using Slipway.Server.Ui.Pages.Images;
using Slipway.Server.Ui.Parts;

namespace Slipway.Server.Ui.Pages.Settings.Images;

/// <summary>What a cleanup policy would do now: of every repository which tags go and which stay, and why.</summary>
internal static class CleanupPreview
{
    /// <summary>Tags that are named, of each repository and of each fate; the others are counted.</summary>
    private const int Most = 100;

    /// <summary>Repositories that are named; so a page has some thousands of lines at the most.</summary>
    private const int MostRepositories = 50;

    /// <param name="isSaved">The policy is the one that the project has.</param>
    public static Html Of(PageView view, ProjectContext here, IReadOnlyList<RepositoryPlan> plans, bool isSaved)
    {
        var (all, goes) = (plans.Sum(plan => plan.Tags.Count), plans.Sum(plan => plan.Tags.Count(tag => tag.Goes)));
        var sum =
            all == 0 ? "There are no tags yet."
            : goes == 0 ? $"None of {Count(all)} would go."
            : $"{goes} of {Count(all)} would go.";
        var cards = plans
            .Where(plan => plan.Tags.Count > 0)
            .OrderByDescending(plan => plan.Tags.Any(tag => tag.Goes))
            .Take(MostRepositories)
            .Select(plan => Card(view, here, plan));
        var more = plans.Count(plan => plan.Tags.Count > 0) - MostRepositories;
        return Html.Of(
            $"""
            <section id="dry-run" aria-labelledby="dry-run-title"><h2 id="dry-run-title">Dry run</h2>
            <p class="note quiet" role="status">If this ran now: {sum} Nothing has been removed{(
                isSaved ? "" : ", and nothing is saved"
            )}.</p>
            {cards}{Html.Of($"<p class=\"muted\">And {(long)more} more repositories.</p>").When(more > 0)}</section>
            """
        );
    }

    private static Html Card(PageView view, ProjectContext here, RepositoryPlan plan)
    {
        var goes = plan.Tags.Where(tag => tag.Goes).ToList();
        var stays = plan.Tags.Where(tag => !tag.Goes).ToList();
        var path =
            plan.Name.Length > 0 ? $"{here.Project.FullPath.ToLowerInvariant()}/{plan.Name}" : here.Project.FullPath.ToLowerInvariant();
        var kept = Html.Of(
                $"<details><summary>{Count(stays.Count)} {(stays.Count == 1 ? "stays" : "stay")}</summary>{Rows(view, stays)}</details>"
            )
            .When(stays.Count > 0);
        return Html.Of(
            $"""
            <div class="card"><header><a class="mono" href="{RegistryPages.At(here, $"{plan.Repository}")}"><bdi>{path}</bdi></a>{Badge(
                goes.Count
            )}</header>{Rows(view, goes)}{kept}</div>
            """
        );
    }

    private static Html Badge(int goes) =>
        goes == 0
            ? Html.Of($"<span class=\"badge good\">all stay</span>")
            : Html.Of($"<span class=\"badge warn\">{Count(goes)} {(goes == 1 ? "goes" : "go")}</span>");

    private static Html Rows(PageView view, List<TagVerdict> tags)
    {
        if (tags.Count == 0)
            return Html.Nothing;
        var rows = tags.Take(Most)
            .Select(tag =>
                Html.Of(
                    $"<li><div class=\"main mono\"><bdi>{tag.Tag.Name}</bdi></div><div class=\"side\">{tag.Why} · pushed {Times.Ago(tag.Tag.PublishedAt, view.Now)}</div></li>"
                )
            );
        var more = Html.Of($"<li class=\"side\">and {(long)(tags.Count - Most)} more</li>").When(tags.Count > Most);
        return Html.Of($"<ul class=\"rows\">{rows}{more}</ul>");
    }

    private static string Count(int count) => count == 1 ? "1 tag" : $"{count} tags";
}
