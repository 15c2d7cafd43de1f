using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Slipway.Server.Accounts;
using Slipway.Server.Http;
using Slipway.Server.Projects;
using Slipway.Server.Ui.Assets;
using Slipway.Server.Ui.Badges;
using Slipway.Server.Ui.Pages.Groups;
using Slipway.Server.Ui.Pages.Schedules;
using Slipway.Server.Ui.Pages.Settings;
using Slipway.Server.Ui.Parts;

namespace Slipway.Server.Ui.Pages;

/// <summary>All pages, at GitLab's addresses.</summary>
internal static class PageRoutes
{
    private static readonly RefusedAs AsPages = new(Refusals.Of);

    public static IServiceCollection AddPages(this IServiceCollection services) =>
        services.AddSingleton<FormTokens>().AddSingleton<ShownOnce>().AddSingleton<NewPipelinePage>().AddSingleton<ScheduleForm>();

    public static void MapPages(this IEndpointRouteBuilder app)
    {
        app.MapAssets();
        app.MapSetUp();
        app.MapSignIn();
        app.MapProjectList();
        app.MapNewProject();
        var (project, group) = (app.MapGroup(PagePath.Project), app.MapGroup(PagePath.Group));
        app.MapGroupPages(group);
        project.MapMemberPages(group);
        app.MapSettings(project, group);
        project.MapProject();
        project.MapFiles();
        project.MapPipelinePages();
        project.MapSchedulePages();
        project.MapJobPages();
        project.MapArtifactPages();
        project.MapEnvironmentPages();
        project.MapBadges();
    }

    /// <summary>A page for reading.</summary>
    public static void MapPage(this IEndpointRouteBuilder app, string pattern, Delegate handler, Access access) =>
        app.MapMethods(pattern, [HttpMethods.Get, HttpMethods.Head], handler).Allow(access).WithMetadata(AsPages);

    /// <summary>What a page's form is sent to: only a form of ours comes through, and its answer is another page to go to.</summary>
    public static void MapForm(this IEndpointRouteBuilder app, string pattern, Delegate handler, Access access) =>
        app.MapPost(pattern, handler).Allow(access).WithMetadata(AsPages).AddEndpointFilter(CheckFormAsync);

    private static async ValueTask<object?> CheckFormAsync(EndpointFilterInvocationContext call, EndpointFilterDelegate next)
    {
        var http = call.HttpContext;
        var services = http.RequestServices;
        if (!http.Request.HasFormContentType || !http.IsFromOurPages(services.GetRequiredService<ServerUrl>()))
            return Refusals.NotOurs(http);
        var form = await http.Request.ReadFormAsync(http.RequestAborted);
        var isOurs = services
            .GetRequiredService<FormTokens>()
            .IsGood(http.Request, form[FormTokens.Field], http.Actor().Responsible?.Id ?? 0);
        return isOurs ? await next(call) : Refusals.NotOurs(http);
    }
}
