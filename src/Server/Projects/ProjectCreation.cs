using Microsoft.AspNetCore.Http;
using Slipway.Server.Accounts;
using Slipway.Server.Data;
using Slipway.Server.Http;

namespace Slipway.Server.Projects;

/// <summary>A project is made by the API: where it may stand, what it is called, and what it begins with.</summary>
internal static class ProjectCreation
{
    /// <param name="owner">In whose namespace it stands when none is named.</param>
    /// <param name="actor">Who asks.</param>
    public static async Task<IResult> AnswerAsync(
        Parameters parameters,
        UserRow owner,
        Actor actor,
        Db db,
        ServerUrl url,
        TimeProvider time,
        CancellationToken ct
    )
    {
        var now = time.Milliseconds();
        if (parameters.Text("name") is null && parameters.Text("path") is null)
            return Answers.BadParameter("name, path are missing, at least one parameter must be provided");
        foreach (var name in (string[])["import_url", "initialize_with_readme", "template_name"])
            if (parameters.Text(name) is { Length: > 0 } and not "false")
                return Answers.BadParameter($"{name} is not supported: push to the new project instead");
        var (settings, refusal) = ProjectChange.Apply(new ProjectSettings(), parameters);
        if (settings is null)
            return refusal!;
        if (await SpaceAsync(parameters, owner, db, ct) is not { } space)
            return Answers.NotFound("Namespace");
        var role = await Roles.InNamespaceAsync(db, actor.Responsible!, space.Id, now, ct);
        if (role < Role.Developer)
            return Answers.Invalid("namespace", "is not valid");
        var path = parameters.Text("path") ?? PathRules.Slug(parameters.Text("name")!);
        var wanted = new ProjectToMake(space, owner, parameters.Text("name") ?? path, path)
        {
            Visibility = parameters.Text("visibility") ?? "private",
            Description = parameters.Text("description") ?? "",
            Settings = settings,
        };
        var (project, error) = await db.WriteAsync((session, token) => MakeAsync(session, wanted, role, actor, now, token), ct);
        return project is null ? error!.Answer() : Answers.Created(await ProjectAnswers.FullAsync(db, project, actor, url, now, ct));
    }

    /// <summary>Makes it. A developer who makes a project in a group maintains that project.</summary>
    public static async Task<(ProjectRow? Project, FieldError? Error)> MakeAsync(
        Session session,
        ProjectToMake wanted,
        Role role,
        Actor actor,
        long now,
        CancellationToken ct
    )
    {
        var made = await ProjectStore.CreateAsync(session, wanted, now, ct);
        if (made.Project is not { } project)
            return made;
        if (role < Role.Maintainer)
            await MemberStore.SetAsync(session, new MemberOf.Project(project.Id), wanted.Creator.Id, Role.Maintainer, null, now, ct);
        await Audit.WriteAsync(session, actor.Name, "project_created", $"project {project.FullPath}", null, now, ct);
        return made;
    }

    private static Task<NamespaceRow?> SpaceAsync(Parameters parameters, UserRow owner, Db db, CancellationToken ct) =>
        parameters.Text("namespace_id") is { Length: > 0 } id
            ? Lookup.NamespaceAsync(db, id, ct)
            : Lookup.NamespaceAsync(db, owner.Username, ct);
}
