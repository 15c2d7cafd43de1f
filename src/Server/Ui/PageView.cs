using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Slipway.Server.Accounts;
using Slipway.Server.Data;
using Slipway.Server.Http;
using Slipway.Server.Projects;

namespace Slipway.Server.Ui;

/// <summary>For whom a page is made, and when. A handler's parameter of this type is filled in.</summary>
/// <param name="User">Who is signed in.</param>
/// <param name="FormToken">Stands in every form of the page.</param>
internal sealed record PageView(HttpContext Http, UserRow? User, string FormToken, DateTimeOffset Now)
{
    /// <summary>The path and query that was asked for, as the browser knows it.</summary>
    public string Requested => PagePath.Requested(Http);

    public ServerUrl Url => Http.RequestServices.GetRequiredService<ServerUrl>();

    public static ValueTask<PageView?> BindAsync(HttpContext http) => ValueTask.FromResult<PageView?>(Of(http));

    public static PageView Of(HttpContext http)
    {
        var services = http.RequestServices;
        var user = http.Actor().Responsible;
        return new PageView(
            http,
            user,
            services.GetRequiredService<FormTokens>().Issue(http, user?.Id ?? 0),
            services.GetRequiredService<TimeProvider>().GetUtcNow()
        );
    }

    /// <summary>Whether buttons that change something are worth showing; what they do is checked again when they are pressed.</summary>
    public bool MayAct(ProjectContext project) => User is not null && project.Role >= Role.Developer && project.Project.Archived == 0;
}
