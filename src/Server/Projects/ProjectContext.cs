using Microsoft.AspNetCore.Http;
using Slipway.Server.Data;
using Slipway.Server.Http;

namespace Slipway.Server.Projects;

/// <summary>The project of a request and the role its actor has there, as the check of its route found them. A handler's parameter of this type is filled in.</summary>
/// <param name="Role"><see cref="Role.None"/> for somebody who sees a public project and is no member; <see cref="Role.Owner"/> for an administrator.</param>
internal sealed record ProjectContext(ProjectRow Project, Role Role)
{
    private static readonly object Key = new();

    public long Id => Project.Id;

    public ProjectSettings Settings { get; } = ProjectSettings.Parse(Project.Settings);

    public static ValueTask<ProjectContext?> BindAsync(HttpContext http) => ValueTask.FromResult((ProjectContext?)http.Items[Key]);

    public void Set(HttpContext http) => http.Items[Key] = this;
}
