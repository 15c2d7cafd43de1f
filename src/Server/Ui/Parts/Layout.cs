using Slipway.Server.Data;
using Slipway.Server.Ui.Assets;
using Slipway.Server.Ui.Markup;

namespace Slipway.Server.Ui.Parts;

/// <summary>A link in the row of crumbs, from the top down.</summary>
internal sealed record Crumb(string Words, Address To);

/// <summary>What a page is called and where it stands.</summary>
/// <param name="Title">In the browser's title.</param>
internal sealed record PageFrame(PageView View, string Title)
{
    public ProjectRow? Project { get; init; }

    /// <summary>Which of the project's parts it belongs to: <c>tree</c> or <c>pipelines</c>.</summary>
    public string Part { get; init; } = "";

    /// <summary>Behind those of the project.</summary>
    public IReadOnlyList<Crumb> Crumbs { get; init; } = [];
}

/// <summary>What all pages have around them.</summary>
internal static class Layout
{
    public static PageAnswer Answer(PageFrame frame, Html body, int status = 200)
    {
        var title = frame.Project is { } project ? $"{frame.Title} · {project.FullPath} · Slipway" : $"{frame.Title} · Slipway";
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
                <header class="bar"><div>{Brand}{Crumbs(frame)}{Who(frame.View)}</div></header>
                {Parts(frame)}
                <main id="main">
                {body}
                </main>
                <footer>Slipway</footer>
                </body>
                </html>

                """
            ),
            status
        );
    }

    private static Html Brand =>
        Html.Of(
            $"<a class=\"brand\" href=\"{Address.To()}\"><img src=\"{PageAssets.Of("slipway.svg")}\" width=\"22\" height=\"22\" alt=\"\">Slipway</a>"
        );

    private static Html Crumbs(PageFrame frame)
    {
        var crumbs = new List<Html>();
        if (frame.Project is { } project)
        {
            var slash = project.FullPath.LastIndexOf('/');
            crumbs.AddRange(project.FullPath[..slash].Split('/').Select(word => Html.Of($"<li>{word}</li>")));
            crumbs.Add(Item(new Crumb(project.Name, Address.To(project.FullPath))));
        }

        crumbs.AddRange(frame.Crumbs.Select(Item));
        return Html.Of($"<nav class=\"crumbs\" aria-label=\"Breadcrumbs\"><ol>{crumbs}</ol></nav>");

        static Html Item(Crumb crumb) => Html.Of($"<li><a href=\"{crumb.To}\"><bdi>{crumb.Words}</bdi></a></li>");
    }

    private static Html Who(PageView view) =>
        view.User is { } user
            ? Html.Of(
                $"<div class=\"who\"><span class=\"name\"><bdi>{user.Name}</bdi></span>{Forms.Button(view, Address.To("users", "sign_out"), "Sign out", "plain")}</div>"
            )
            : Html.Of($"<div class=\"who\"><a class=\"button\" href=\"{ReturnPath.SignIn(view.Requested)}\">Sign in</a></div>");

    private static Html Parts(PageFrame frame)
    {
        if (frame.Project is not { } project)
            return Html.Nothing;
        (string Part, string Words, Address To)[] parts =
        [
            ("tree", "Files", Address.To(project.FullPath)),
            ("pipelines", "Pipelines", Address.To(project.FullPath, "-", "pipelines")),
        ];
        var items = parts.Select(part =>
            Html.Of($"<li><a href=\"{part.To}\"{Html.Of($" aria-current=\"page\"").When(part.Part == frame.Part)}>{part.Words}</a></li>")
        );
        return Html.Of($"<nav class=\"parts\" aria-label=\"Project\"><ul>{items}</ul></nav>");
    }
}
