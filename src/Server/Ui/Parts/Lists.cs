using Slipway.Server.Http;
using Slipway.Server.Ui.Markup;

namespace Slipway.Server.Ui.Parts;

/// <summary>What lists have in common.</summary>
internal static class Lists
{
    /// <summary>Where to go on; nothing when all is on one page.</summary>
    /// <param name="query">What the list is filtered by.</param>
    public static Html Pages(Paging paging, bool hasNext, Address here, params (string Name, string? Value)[] query)
    {
        if (paging.Page == 1 && !hasNext)
            return Html.Nothing;
        return Html.Of(
            $"<nav class=\"pages\" aria-label=\"Pages\">{Link(paging.Page - 1, "prev", "← Newer").When(paging.Page > 1)}<span class=\"muted\">Page {paging.Page}</span>{Link(paging.Page + 1, "next", "Older →").When(hasNext)}</nav>"
        );

        Html Link(long page, string relation, string words) =>
            Html.Of(
                $"<a class=\"button\" rel=\"{relation}\" href=\"{here.With([.. query, ("page", page > 1 ? $"{page}" : null)])}\">{words}</a>"
            );
    }

    /// <summary>There is nothing yet: what this would show, and what to do so that it does.</summary>
    public static Html Empty(string title, Html next) => Html.Of($"<div class=\"empty\"><h2>{title}</h2>{next}</div>");

    /// <summary>The same as all that a page has to say.</summary>
    public static Html Alone(string title, Html next) => Html.Of($"<div class=\"empty\"><h1>{title}</h1>{next}</div>");
}
