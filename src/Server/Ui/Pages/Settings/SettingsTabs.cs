using Slipway.Server.Projects;
using Slipway.Server.Ui.Markup;

namespace Slipway.Server.Ui.Pages.Settings;

/// <summary>The ways between the pages of a project's settings.</summary>
internal static class SettingsTabs
{
    public const string CiCd = "ci_cd";
    public const string Packages = "packages_and_registries";

    /// <param name="here">Nothing: a group, which has one page only.</param>
    /// <param name="open">The page that this is.</param>
    public static Html Of(ProjectContext? here, string open)
    {
        if (here is null)
            return Html.Nothing;
        var items = ((string Page, string Words)[])[(CiCd, "CI/CD"), (Packages, "Packages and registries")];
        var links = items.Select(item =>
            Html.Of(
                $"<li><a href=\"{At(here, item.Page)}\"{Html.Of($" aria-current=\"page\"").When(item.Page == open)}>{item.Words}</a></li>"
            )
        );
        return Html.Of($"<nav class=\"parts tabs\" aria-label=\"Settings\"><ul>{links}</ul></nav>");
    }

    public static Address At(ProjectContext here, params string[] words) => Address.To([here.Project.FullPath, "-", "settings", .. words]);
}
