using System.Globalization;
using Slipway.Server.Http;
using Slipway.Server.Projects;
using Slipway.Server.Ui.Markup;

namespace Slipway.Server.Ui.Parts;

/// <summary>The ways from page to page: who is signed in and what is theirs, and the parts of a project or a group.</summary>
internal static class Navigation
{
    /// <summary>The menu of who is signed in. It opens without a script.</summary>
    public static Html Who(PageView view)
    {
        if (view.User is not { } user)
            return Html.Of($"<div class=\"who\"><a class=\"button\" href=\"{ReturnPath.SignIn(view.Requested)}\">Sign in</a></div>");
        var admin = Html.Of($"<a href=\"{Address.To("admin", "runners")}\">Admin</a>").When(user.IsAdmin);
        return Html.Of(
            $"""
            <nav class="top" aria-label="Main"><a href="{Address.To()}">Projects</a><a href="{Address.To("dashboard", "groups")}">Groups</a>{admin}</nav>
            <details class="menu" id="menu"><summary aria-label="Menu of {user.Name}"><span class="face" aria-hidden="true">{Initial(
                user.Name
            )}</span></summary>
            <div><p><strong><bdi>{user.Name}</bdi></strong><br><span class="muted">@{user.Username}</span></p>
            <a class="narrow" href="{Address.To()}">Projects</a><a class="narrow" href="{Address.To("dashboard", "groups")}">Groups</a>{Html.Of(
                $"<a class=\"narrow\" href=\"{Address.To("admin", "runners")}\">Admin</a>"
            ).When(user.IsAdmin)}
            <a href="{Address.To(user.Username)}">Your own projects</a>
            <a href="{Address.To("-", "user_settings", "personal_access_tokens")}">Access tokens</a>
            <a href="{Address.To("-", "user_settings", "active_sessions")}">Active sessions</a>
            <a href="{Address.To("-", "user_settings", "password", "edit")}">Password</a>
            {Forms.Button(view, Address.To("users", "sign_out"), "Sign out", "plain")}</div></details>
            """
        );
    }

    /// <summary>The parts of the project, group or administration that a page belongs to.</summary>
    public static Html Parts(PageFrame frame) =>
        frame switch
        {
            { Project: { } project } => Bar(frame, "Project", OfProject(frame.View, project)),
            { Group: { } group } => Bar(frame, "Group", OfGroup(group)),
            { IsAdmin: true } => Bar(
                frame,
                "Administration",
                [("runners", "Runners", Address.To("admin", "runners")), ("variables", "Variables", Address.To("admin", "ci", "variables"))]
            ),
            _ => Html.Nothing,
        };

    private static List<(string Part, string Words, Address To)> OfProject(PageView view, ProjectContext here)
    {
        var path = here.Project.FullPath;
        var parts = new List<(string, string, Address)>
        {
            ("tree", "Files", Address.To(path)),
            ("pipelines", "Pipelines", Address.To(path, "-", "pipelines")),
        };
        if (here.Role >= Role.Reporter || here.Project.Visibility != "private")
        {
            parts.Add(("schedules", "Schedules", Address.To(path, "-", "pipeline_schedules")));
            parts.Add(("environments", "Environments", Address.To(path, "-", "environments")));
        }

        if (HasImages(here))
            parts.Add(("container_registry", "Container registry", Address.To(path, "-", "container_registry")));

        if (view.User is not null && here.Role >= Role.Maintainer)
        {
            parts.Add(("members", "Members", Address.To(path, "-", "project_members")));
            parts.Add(("settings", "Settings", Address.To(path, "-", "settings", "ci_cd")));
        }

        return parts;
    }

    private static bool HasImages(ProjectContext here) =>
        here.Settings.ContainerRegistryAccessLevel switch
        {
            ProjectSettings.Disabled => false,
            ProjectSettings.Private => here.Role >= Role.Reporter,
            _ => here.Role >= Role.Reporter || here.Project.Visibility != "private",
        };

    private static List<(string Part, string Words, Address To)> OfGroup(GroupContext here)
    {
        var path = here.Group.FullPath;
        var parts = new List<(string, string, Address)>
        {
            ("overview", "Overview", Address.To("groups", path)),
            ("members", "Members", Address.To("groups", path, "-", "group_members")),
        };
        if (here.Role >= Role.Guest)
            parts.Add(("dependency_proxy", "Dependency proxy", Address.To("groups", path, "-", "dependency_proxy")));
        if (here.Role >= Role.Owner)
            parts.Add(("settings", "Settings", Address.To("groups", path, "-", "settings", "ci_cd")));
        return parts;
    }

    private static Html Bar(PageFrame frame, string called, IReadOnlyList<(string Part, string Words, Address To)> parts)
    {
        var items = parts.Select(part =>
            Html.Of($"<li><a href=\"{part.To}\"{Html.Of($" aria-current=\"page\"").When(part.Part == frame.Part)}>{part.Words}</a></li>")
        );
        return Html.Of($"<nav class=\"parts\" aria-label=\"{called}\"><ul>{items}</ul></nav>");
    }

    private static string Initial(string name) =>
        name.Trim() is { Length: > 0 } trimmed && StringInfo.GetNextTextElement(trimmed) is { } first ? first.ToUpperInvariant() : "?";
}
