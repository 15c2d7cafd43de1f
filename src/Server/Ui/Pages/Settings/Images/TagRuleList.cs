using Slipway.Server.Data;
using Slipway.Server.Projects;
using Slipway.Server.Registry.Protection;
using Slipway.Server.Ui.Markup;
using Slipway.Server.Ui.Parts;

namespace Slipway.Server.Ui.Pages.Settings.Images;

/// <summary>A project's rules for its tags, as a section of a page. There are never more than <see cref="TagRuleStore.Most"/>.</summary>
internal static class TagRuleList
{
    public static async Task<Html> OfAsync(PageView view, ProjectContext here, TagRuleStore store, CancellationToken ct)
    {
        var rules = await store.ListAsync(here.Id, ct);
        var list =
            rules.Count == 0
                ? Lists.Empty(
                    "No tag is protected",
                    Html.Of(
                        $"<p>A rule says who may push and delete the tags in whose names its pattern is found, or that such a tag is never changed once it is there.</p>"
                    )
                )
                : Html.Of($"<ul class=\"rows\">{rules.Select(rule => Row(view, here, rule))}</ul>");
        var add =
            rules.Count < TagRuleStore.Most
                ? Html.Of($"<a class=\"button\" href=\"{ImageSettingsPages.At(here, "tag_rules", "new")}\">Add rule</a>")
                : Html.Of($"<span class=\"muted\">A project has {(long)TagRuleStore.Most} at the most.</span>");
        return Html.Of(
            $"""
            <section id="tag-rules" aria-labelledby="tag-rules-title"><div class="head"><h2 id="tag-rules-title">Protected tags</h2>{add}</div>{list}</section>
            """
        );
    }

    private static Html Row(PageView view, ProjectContext here, RegistryTagRuleRow rule)
    {
        var isImmutable = new TagRule(rule).IsImmutable;
        var words = isImmutable
            ? "once such a tag is there, nobody moves or deletes it"
            : $"to push takes {Who(rule.PushLevel)}, to delete {Who(rule.DeleteLevel)}";
        var remove = Forms.Careful(
            view,
            ImageSettingsPages.At(here, "tag_rules", $"{rule.Id}", "delete"),
            "Delete",
            "The tags it is about are then like all others."
        );
        return Html.Of(
            $"""
            <li><div class="main"><a class="title mono" href="{ImageSettingsPages.At(here, "tag_rules", $"{rule.Id}")}"><bdi>{rule.Pattern}</bdi></a> <span class="badge">{(
                isImmutable ? "immutable" : "protected"
            )}</span><div class="side">{words}</div></div><div class="acts">{remove}</div></li>
            """
        );
    }

    private static string Who(long? level) =>
        TagRule.WordOf(level) switch
        {
            "maintainer" => "a maintainer",
            "owner" => "an owner",
            _ => "an administrator",
        };
}
