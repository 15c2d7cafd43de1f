using Slipway.Compiler;

namespace Slipway.Cli.Project.Includes;

/// <summary>
/// The checkout itself, where an include names it as a project: for what the pipeline is for, the working tree; for another branch, a tag or a
/// commit, git's objects.
/// </summary>
/// <param name="tree">The working tree.</param>
internal sealed class OwnProject(string root, GitFacts? git, ProjectTree tree, PipelineContext context)
{
    public bool Is(string project) => string.Equals(project, context.Project.Path, StringComparison.OrdinalIgnoreCase);

    public IReadOnlyList<string> Versions => git is null ? [] : LocalTags.Of(root);

    /// <returns><see langword="null"/>: it is not here, the host may have it.</returns>
    public ProjectAnswer? Find(string reference)
    {
        var name = reference == "HEAD" ? context.Project.DefaultBranch : reference;
        if (name == context.Ref || name == context.Commit.Sha || name == FullName || (git is null && reference == "HEAD"))
            return new ProjectAnswer.Found(tree, context.Project.Path, context.Commit.Sha);
        if (git is null)
            return new ProjectAnswer.NoRef("There is no git repository here.");
        if (!RefNames.IsName(name))
            return new ProjectAnswer.NoRef();
        foreach (var candidate in Candidates(name))
        {
            if (RevisionTree.CommitOf(root, candidate) is { } sha)
                return new ProjectAnswer.Found(new RevisionTree(root, sha).ToProjectTree(), context.Project.Path, sha);
        }

        return null;
    }

    private string FullName => (context.RefKind == RefKind.Tag ? "refs/tags/" : "refs/heads/") + context.Ref;

    private static string[] Candidates(string name) =>
        RefNames.IsSha(name) || name.StartsWith("refs/", StringComparison.Ordinal)
            ? [name]
            : ["refs/tags/" + name, "refs/heads/" + name, "refs/remotes/origin/" + name];
}
