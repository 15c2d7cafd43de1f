using Slipway.Compiler;

namespace Slipway.Cli.Project;

/// <summary>
/// What <c>rules:changes</c> compares with in a local run. The server diffs what a push brought; here it is what a push <em>would</em> bring,
/// so the working tree, uncommitted and untracked files included, is compared with
/// <list type="number">
/// <item>for a merge request: the merge base with the target branch;</item>
/// <item>for a push: the merge base with the branch's upstream, else with origin's branch of that name, else (a branch not pushed yet) with the default branch;</item>
/// <item>when that leaves nothing, because all is pushed, and on a default branch that has no upstream: HEAD's parent, as if the last commit was just being pushed.</item>
/// </list>
/// For a tag, a schedule and all other sources, and when there is nothing to compare with, the answer is "no diff", and <c>changes</c> is true, as in GitLab.
/// </summary>
internal sealed class Changes(string root, GitFacts git)
{
    private readonly Lazy<IReadOnlyList<string>?> _push = new(() => Push(root, git));

    /// <summary>For <c>CI_COMMIT_BEFORE_SHA</c>: the upstream's commit, or HEAD's parent when all is pushed; <see langword="null"/>: the branch is new.</summary>
    public static string? Before(string root, GitFacts git)
    {
        if (git.Head is null || Upstream(root, git) is not { } upstream)
            return null;
        return upstream == git.Head.Sha ? git.Head.Parent : upstream;
    }

    public IReadOnlyList<string>? OfPush() => _push.Value;

    public IReadOnlyList<string>? OfMergeRequest(string target) => git.Head is null ? null : Since(root, MergeBase(root, target));

    /// <exception cref="UnknownRefException">No branch, tag or commit has that name.</exception>
    public IReadOnlyList<string>? Since(string name) =>
        MergeBase(root, name) is { } commit ? Since(root, commit) : throw new UnknownRefException(name);

    /// <summary>The commit where HEAD's history parted from a ref's; a branch that is only known as origin's counts too.</summary>
    public static string? MergeBase(string root, string name)
    {
        foreach (var candidate in (string[])[name, "refs/remotes/origin/" + name])
        {
            if (Commit(root, candidate) is { } commit)
                return GitProcess.Ask(root, "merge-base", commit, "HEAD") is { Ok: true } answer ? answer.Text.Trim() : commit;
        }

        return null;
    }

    private static IReadOnlyList<string>? Push(string root, GitFacts git)
    {
        if (git.Head is null)
            return null;
        var since =
            Upstream(root, git) is { } upstream ? MergeBase(root, upstream)
            : git.Branch == git.DefaultBranch ? git.Head.Parent
            : MergeBase(root, git.DefaultBranch);
        return Since(root, since) is { Count: > 0 } paths ? paths : Since(root, git.Head.Parent);
    }

    private static string? Upstream(string root, GitFacts git)
    {
        if (git.Upstream is { } named && CommitOf(named) is { } commit)
            return commit;
        return git.Branch is { } branch ? CommitOf("refs/remotes/origin/" + branch) : null;

        // What stands on HEAD is known without asking git once more.
        string? CommitOf(string name) => git.Head?.Decorations.Contains(name) == true ? git.Head.Sha : Commit(root, name);
    }

    private static string? Commit(string root, string name) =>
        GitProcess.Ask(root, "rev-parse", "--verify", "--quiet", "--end-of-options", name + "^{commit}") is { Ok: true } answer
            ? answer.Text.Trim()
            : null;

    private static IReadOnlyList<string>? Since(string root, string? commit)
    {
        if (commit is null)
            return null;
        var tracked = GitProcess.Ask(
            root,
            "diff",
            "--name-only",
            "-z",
            "--relative",
            "--no-renames",
            "--no-ext-diff",
            "--no-textconv",
            commit,
            "--"
        );
        var untracked = GitProcess.Ask(root, "ls-files", "-z", "--others", "--exclude-standard");
        return tracked.Ok && untracked.Ok ? [.. tracked.Parts().Concat(untracked.Parts()).Distinct()] : null;
    }
}
