using Microsoft.AspNetCore.Routing;
using Slipway.Server.Data;
using Slipway.Server.Http;
using Slipway.Server.Projects;
using Slipway.Server.Ui.Markup;
using Slipway.Server.Ui.Parts;

namespace Slipway.Server.Ui.Pages.Settings;

/// <summary>What CI needs, set where GitLab has it: variables and runners of a project, a group and the instance, and somebody's own access tokens.</summary>
internal static class SettingsRoutes
{
    public static void MapSettings(this IEndpointRouteBuilder app, IEndpointRouteBuilder project, IEndpointRouteBuilder group)
    {
        SettingsPlace.MapEverywhere(app, project, group, Abilities.AdminVariables, VariablePages.Map);
        SettingsPlace.MapEverywhere(app, project, group, Abilities.AdminRunners, RunnerPages.Map);
        project.MapPage("/settings/ci_cd", ShowAsync, new Access.OnProject(Abilities.AdminVariables));
        group.MapPage("/settings/ci_cd", ShowAsync, new Access.OnGroup(Role.Owner));
        app.MapTokens();
        app.MapSessions();
        app.MapPassword();
    }

    private static async Task<PageAnswer> ShowAsync(PageView view, SettingsPlace here, Db db, CancellationToken ct)
    {
        return Layout.Answer(
            here.Frame(view, "CI/CD settings", "settings"),
            Html.Of(
                $"""
                <h1>CI/CD settings</h1>
                {SettingsTabs.Of(here.Project, SettingsTabs.CiCd)}
                {await RunnerPages.ListAsync(view, here, db, ct)}
                {await VariablePages.ListAsync(view, here, db, ct)}
                """
            )
        );
    }
}
