using Microsoft.Extensions.DependencyInjection;
using Slipway.Server.Projects;
using Slipway.Server.Ui.Assets;
using Slipway.Server.Ui.Markup;

namespace Slipway.Server.Ui.Parts;

/// <summary>A link in the row of crumbs, from the top down.</summary>
internal sealed record Crumb(string Words, Address To);

/// <summary>What a page is called and where it stands.</summary>
/// <param name="Title">In the browser's title.</param>
internal sealed record PageFrame(PageView View, string Title)
{
    public ProjectContext? Project { get; init; }

    public GroupContext? Group { get; init; }

    /// <summary>Which of the project's, the group's or the administrator's parts it belongs to: <c>tree</c>, <c>pipelines</c>, <c>settings</c>.</summary>
    public string Part { get; init; } = "";

    /// <summary>It is one of an administrator's pages.</summary>
    public bool IsAdmin { get; init; }

    /// <summary>Behind those of the project.</summary>
    public IReadOnlyList<Crumb> Crumbs { get; init; } = [];
}

/// <summary>What all pages have around them.</summary>
internal static class Layout
{
    public static PageAnswer Answer(PageFrame frame, Html body, int status = 200)
    {
        var place = frame.Project?.Project.FullPath ?? frame.Group?.Group.FullPath;
        var title = place is null ? $"{frame.Title} · Slipway" : $"{frame.Title} · {place} · Slipway";
        var note = frame.View.Http.RequestServices.GetRequiredService<ShownOnce>().Take(frame.View.Http, ShownOnce.Note);
        return new PageAnswer(
            Html.Of(
                $"""
                <!DOCTYPE html>
                <html lang="en">
                <head>
                <meta charset="utf-8">
                <meta name="viewport" content="width=device-width, initial-scale=1">
                <meta name="color-scheme" content="light dark">
                <title>{title}</title>
                <link rel="icon" href="{PageAssets.Of("slipway.svg")}" type="image/svg+xml">
                <link rel="stylesheet" href="{PageAssets.Of("slipway.css")}">
                <script src="{PageAssets.Of("slipway.js")}" defer></script>
                </head>
                <body>
                <a class="skip" href="{Address.Here("main")}">Skip to the page</a>
                <header class="bar"><div>{Brand}{Crumbs(frame)}{Navigation.Who(frame.View)}</div></header>
                {Navigation.Parts(frame)}
                <main id="main" tabindex="-1">
                {Html.Of($"<p class=\"note good\" role=\"status\">{note}</p>").When(note is not null)}
                {body}
                </main>
                <footer><a href="{Address.To("explore")}">Explore</a><span>Slipway</span></footer>
                </body>
                </html>

                """
            ),
            status
        );
    }

    private static Html Brand =>
        Html.Of(
            $"<a class=\"brand\" href=\"{Address.To()}\"><img src=\"{PageAssets.Of("slipway.svg")}\" width=\"24\" height=\"24\" alt=\"\">Slipway</a>"
        );

    private static Html Crumbs(PageFrame frame)
    {
        var crumbs = new List<Html>();
        if ((frame.Project?.Project.FullPath ?? frame.Group?.Group.FullPath) is { } path)
        {
            var words = path.Split('/');
            var name = frame.Project?.Project.Name ?? frame.Group!.Group.Name;
            crumbs.AddRange(words.SkipLast(1).Select((word, at) => Item(new Crumb(word, Space(words[..(at + 1)])))));
            crumbs.Add(Item(new Crumb(name, frame.Project is null ? Space(words) : Address.To(path))));
        }
        else if (frame.IsAdmin)
        {
            crumbs.Add(Html.Of($"<li>Admin</li>"));
        }

        crumbs.AddRange(frame.Crumbs.Select(Item));
        return Html.Of($"<nav class=\"crumbs\" aria-label=\"Breadcrumbs\"><ol>{crumbs}</ol></nav>");

        // A single word may be a user's.
        static Address Space(string[] words) => words.Length == 1 ? Address.To(words) : Address.To(["groups", .. words]);

        static Html Item(Crumb crumb) => Html.Of($"<li><a href=\"{crumb.To}\"><bdi>{crumb.Words}</bdi></a></li>");
    }
}
