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
using Slipway.Server.Ui.Pages.Images;
using Slipway.Server.Ui.Pages.Schedules;
using Slipway.Server.Ui.Pages.Settings;
using Slipway.Server.Ui.Pages.Settings.Images;
using Slipway.Server.Ui.Parts;

namespace Slipway.Server.Ui.Pages;

/// <summary>All pages, at GitLab's addresses.</summary>
internal static class PageRoutes
{
    /// <summary>Bytes of a form. Who is not signed in may send one too, and all of it is in memory.</summary>
    private const int LargestForm = 256 * 1024;

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
        group.MapProxyPages();
        app.MapSettings(project, group);
        project.MapProject();
        project.MapFiles();
        project.MapPipelinePages();
        project.MapSchedulePages();
        project.MapJobPages();
        project.MapArtifactPages();
        project.MapEnvironmentPages();
        project.MapRegistryPages();
        project.MapImageSettings();
        project.MapBadges();
    }

    /// <summary>A page for reading.</summary>
    public static void MapPage(this IEndpointRouteBuilder app, string pattern, Delegate handler, Access access) =>
        app.MapMethods(pattern, [HttpMethods.Get, HttpMethods.Head], Bound(handler, app.ServiceProvider))
            .Allow(access)
            .WithMetadata(AsPages);

    /// <summary>What a page's form is sent to: only a form of ours comes through, and its answer is another page to go to.</summary>
    public static void MapForm(this IEndpointRouteBuilder app, string pattern, Delegate handler, Access access)
    {
        var bound = Bound(handler, app.ServiceProvider);
        app.MapPost(pattern, async http => await (await IsOursAsync(http) ? bound(http) : Refusals.NotOurs(http).ExecuteAsync(http)))
            .Allow(access)
            .WithMetadata(AsPages, new BodyLimit(LargestForm));
    }

    /// <summary>
    /// Fills in the handler's parameters. That compiles code, milliseconds for each page, and waits for the first who opens it: bound at the start they would be
    /// half of the time that a server takes to listen.
    /// </summary>
    private static RequestDelegate Bound(Delegate handler, IServiceProvider services)
    {
        var bound = new Lazy<RequestDelegate>(() =>
            RequestDelegateFactory.Create(handler, new RequestDelegateFactoryOptions { ServiceProvider = services }).RequestDelegate
        );
        return http => bound.Value(http);
    }

    private static async Task<bool> IsOursAsync(HttpContext http)
    {
        var services = http.RequestServices;
        if (!http.Request.HasFormContentType || !http.IsFromOurPages(services.GetRequiredService<ServerUrl>()))
            return false;
        var form = await http.Request.ReadFormAsync(http.RequestAborted);
        return services.GetRequiredService<FormTokens>().IsGood(http.Request, form[FormTokens.Field], http.Actor().Responsible?.Id ?? 0);
    }
}
