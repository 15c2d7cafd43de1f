using Slipway.Compiler;
using Slipway.Server.Data;
using Slipway.Server.Git;
using Slipway.Server.Http;
using Slipway.Server.Projects;

namespace Slipway.Server.Pipelines;

/// <summary>
/// What a configuration includes from other projects of this server, with the rights of whoever starts the pipeline: who may not read a project's code is told
/// that there is none; and from the web, through the door that keeps users out of the server's own network.
/// </summary>
internal sealed class ServerIncludes(
    Db db,
    Repositories repositories,
    RemoteFiles web,
    UserRow user,
    TimeProvider time,
    CancellationToken ct
) : IDisposable
{
    private readonly List<CommitTree> _open = [];

    public ExternalFiles ToExternalFiles() =>
        new(Find, Versions, (address, age) => web.GetAsync(address, age, ct).GetAwaiter().GetResult());

    public void Dispose() => _open.ForEach(tree => tree.Dispose());

    private ProjectAnswer Find(ExternalFiles.ProjectRequest request)
    {
        if (Readable(request.Path, request.PublicOnly) is not { } project)
            return new ProjectAnswer.NoProject();
        var repository = repositories.Of(project.Id);
        if (!repository.Exists || repository.Resolve(request.Ref) is not { } sha)
            return new ProjectAnswer.NoRef();
        var tree = new CommitTree(repository, sha);
        _open.Add(tree);
        return new ProjectAnswer.Found(tree.ToProjectTree(), project.FullPath, sha);
    }

    /// <summary>There is no catalog here: every tag counts as published.</summary>
    private IReadOnlyList<string>? Versions(string path) =>
        Readable(path, publicOnly: false) is { } project && repositories.Of(project.Id) is { Exists: true } repository
            ? [.. repository.RefsAsync(ct, RefNames.Tags).GetAwaiter().GetResult().Select(entry => RefNames.Tag(entry.Name)!)]
            : [];

    // The compiler asks in the middle of its work, and is no task.
    private ProjectRow? Readable(string path, bool publicOnly) => ReadableAsync(path, publicOnly).GetAwaiter().GetResult();

    private async Task<ProjectRow?> ReadableAsync(string path, bool publicOnly)
    {
        if (await Lookup.ProjectAsync(db, path, ct) is not { } project || long.TryParse(path, out _))
            return null;
        if (project.Visibility == "public")
            return project;
        if (publicOnly)
            return null;
        var role = await Roles.InProjectAsync(db, user, project, time.Milliseconds(), ct);
        return role >= Abilities.ReadCode.Least || (project.Visibility == "internal" && user.Kind == "human") ? project : null;
    }
}
