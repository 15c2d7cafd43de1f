using Microsoft.AspNetCore.Http;
using Slipway.Server.Accounts;
using Slipway.Server.Data;
using Slipway.Server.Http;
using Slipway.Server.Projects;

namespace Slipway.Server.Git.Smart;

/// <summary>A push to a project that is not there makes it, where its user may make projects. https://docs.gitlab.com/topics/git/project/</summary>
internal sealed class PushToCreate(Db db, Repositories repositories, TimeProvider time)
{
    /// <returns>The project; nothing when nobody may make it there, and nobody is told why.</returns>
    public async Task<ProjectRow?> TryAsync(HttpContext http, Actor actor)
    {
        var path = GitPath.Project(http);
        var slash = path.LastIndexOf('/');
        if (slash < 1 || actor is not Actor.Person person || !ProjectAccess.Covers(person.Scopes, Scopes.WriteRepository, false))
            return null;
        var ct = http.RequestAborted;
        var now = time.Milliseconds();
        if (await Lookup.NamespaceAsync(db, path[..slash], ct) is not { } space || long.TryParse(path[..slash], out _))
            return null;
        // In a group it takes a developer. https://docs.gitlab.com/user/group/#specify-who-can-add-projects-to-a-group
        if (await Roles.InNamespaceAsync(db, person.User, space.Id, now, ct) < Role.Developer)
            return null;
        var name = path[(slash + 1)..];
        var (project, _) = await db.WriteAsync(
            (session, token) => ProjectStore.CreateAsync(session, new ProjectToMake(space, person.User, name, name), now, token),
            ct
        );
        if (project is not null)
            repositories.Create(project.Id);
        return project;
    }
}
