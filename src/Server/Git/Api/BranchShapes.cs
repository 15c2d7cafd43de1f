using Slipway.Server.Accounts;
using Slipway.Server.Data;
using Slipway.Server.Http;
using Slipway.Server.Projects;

namespace Slipway.Server.Git.Api;

internal sealed record BranchJson(
    string Name,
    CommitJson? Commit,
    bool Merged,
    bool Protected,
    bool DevelopersCanPush,
    bool DevelopersCanMerge,
    bool CanPush,
    bool Default,
    string WebUrl
);

/// <summary>Branches as the API shows them to whoever asks.</summary>
internal sealed class BranchShapes(Db db, ServerUrl url)
{
    /// <returns>As many, in the same order.</returns>
    public async Task<IReadOnlyList<BranchJson>> OfAsync(
        ProjectContext project,
        Repository repository,
        IReadOnlyList<RefEntry> branches,
        Actor actor,
        CancellationToken ct
    )
    {
        var rules = await db.QueryAsync<ProtectedRefRow>(
            $"SELECT {ProtectedRefRow.Columns} FROM protected_refs WHERE project_id = @Id AND kind = 'branch'",
            new { project.Id },
            ct
        );
        var commits = (await repository.CommitsAsync([.. branches.Select(one => one.Commit).OfType<string>().Distinct()], ct)).ToDictionary(
            commit => commit.Sha
        );
        var merged = await MergedAsync(repository, project.Project.DefaultBranch, ct);
        return [.. branches.Select(Shape)];

        BranchJson Shape(RefEntry entry)
        {
            var name = RefNames.Branch(entry.Name)!;
            var protection = ProtectedRefs.Match(rules, name);
            var commit = entry.Commit is { } sha ? commits.GetValueOrDefault(sha) : null;
            var isDefault = name == project.Project.DefaultBranch;
            return new BranchJson(
                name,
                commit is null ? null : CommitJson.From(commit, project, url),
                !isDefault && merged.Contains(entry.Name),
                protection.IsProtected,
                protection.IsProtected && protection.PushLevel <= (long)Role.Developer,
                protection.IsProtected && protection.MergeLevel <= (long)Role.Developer,
                project.Role >= Role.Developer && protection.MayPush(project.Role, actor.Responsible?.IsAdmin == true),
                isDefault,
                url.Of($"/{project.Project.FullPath}/-/tree/{string.Join('/', name.Split('/').Select(Uri.EscapeDataString))}")
            );
        }
    }

    /// <summary>Full names of the branches whose commits are all in the default branch.</summary>
    public static async Task<IReadOnlySet<string>> MergedAsync(Repository repository, string? into, CancellationToken ct)
    {
        if (into is null || await repository.RefAsync(RefNames.Heads + into, ct) is not { Commit: { } commit })
            return new HashSet<string>();
        var call = new GitCall("for-each-ref", "--format=%(refname)", "--merged", commit, "--", "refs/heads");
        return (await repository.RunAsync(call, ct)).Text.Split('\n', StringSplitOptions.RemoveEmptyEntries).ToHashSet();
    }
}
