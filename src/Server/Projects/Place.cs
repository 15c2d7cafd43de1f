using Microsoft.AspNetCore.Http;
using Slipway.Server.Http;

namespace Slipway.Server.Projects;

/// <summary>The project or the group of a request, for what both have alike: members, tokens. A handler's parameter of this type is filled in.</summary>
/// <param name="Role">Of who asks.</param>
/// <param name="Name">For records: <c>project group/app</c>.</param>
/// <param name="Space">The namespace with which inheritance begins: the group itself, or what a project stands in.</param>
internal sealed record Place(MemberOf Where, Role Role, string Name, long Space)
{
    public static async ValueTask<Place?> BindAsync(HttpContext http)
    {
        if (await ProjectContext.BindAsync(http) is { } project)
            return new Place(
                new MemberOf.Project(project.Id),
                project.Role,
                $"project {project.Project.FullPath}",
                project.Project.NamespaceId
            );
        return await GroupContext.BindAsync(http) is { } group
            ? new Place(new MemberOf.Group(group.Id), group.Role, $"group {group.Group.FullPath}", group.Id)
            : null;
    }
}
