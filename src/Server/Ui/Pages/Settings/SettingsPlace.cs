using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Slipway.Server.Http;
using Slipway.Server.Projects;
using Slipway.Server.Runners;
using Slipway.Server.Ui.Markup;
using Slipway.Server.Ui.Parts;

namespace Slipway.Server.Ui.Pages.Settings;

/// <summary>Where settings are looked at: in a project, a group, or with neither in the whole instance. A handler's parameter of this type is filled in.</summary>
internal sealed record SettingsPlace(ProjectContext? Project, GroupContext? Group)
{
    public static async ValueTask<SettingsPlace> BindAsync(HttpContext http) =>
        new(await ProjectContext.BindAsync(http), await GroupContext.BindAsync(http));

    /// <summary>Maps a page three times. Under <c>/admin</c> its addresses are GitLab's own.</summary>
    /// <param name="map">What to map on which routes, for whom.</param>
    public static void MapEverywhere(
        IEndpointRouteBuilder app,
        IEndpointRouteBuilder project,
        IEndpointRouteBuilder group,
        Ability ability,
        Action<IEndpointRouteBuilder, Access> map
    )
    {
        map(project, new Access.OnProject(ability));
        map(group, new Access.OnGroup(Role.Owner));
        map(app.MapGroup("/admin"), new Access.Administrator());
    }

    /// <summary>An address of this place: <c>/group/app/-/runners/new</c>, <c>/admin/runners/new</c>.</summary>
    public Address To(params string[] words) =>
        (Project, Group) switch
        {
            ({ } project, _) => Address.To([project.Project.FullPath, "-", .. words]),
            (_, { } group) => Address.To(["groups", group.Group.FullPath, "-", .. words]),
            _ => Address.To(["admin", .. words]),
        };

    /// <summary>The page that lists variables and runners; an administrator has one for each.</summary>
    public Address List(string part) =>
        IsInstance
            ? part == "runners"
                ? To("runners")
                : To("ci", "variables")
            : To("settings", "ci_cd").At(part);

    public bool IsInstance => Project is null && Group is null;

    /// <summary>For records and sentences: <c>project group/app</c>.</summary>
    public string Name =>
        Project is { } project ? $"project {project.Project.FullPath}"
        : Group is { } group ? $"group {group.Group.FullPath}"
        : "instance";

    public RunnerOwner RunnerOwner =>
        Project is { } project ? new RunnerOwner.Project(project.Id)
        : Group is { } group ? new RunnerOwner.Group(group.Id)
        : new RunnerOwner.Instance();

    /// <summary>The title of a list, which labels its section: the page's own where the page is nothing else.</summary>
    public Html Heading(string part, string words) =>
        IsInstance ? Html.Of($"<h1 id=\"{part}-title\">{words}</h1>") : Html.Of($"<h2 id=\"{part}-title\">{words}</h2>");

    /// <param name="part">Of an administrator's pages: <c>runners</c> or <c>variables</c>.</param>
    public PageFrame Frame(PageView view, string title, string part, params IReadOnlyList<Crumb> crumbs) =>
        new(view, title)
        {
            Project = Project,
            Group = Group,
            IsAdmin = IsInstance,
            Part = IsInstance ? part : "settings",
            Crumbs = crumbs,
        };
}
