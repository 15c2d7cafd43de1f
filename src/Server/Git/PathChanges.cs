using Slipway.Compiler;

namespace Slipway.Server.Git;

/// <summary>Which files a push brought, for <c>rules:changes</c>. A renamed file counts under both names.</summary>
internal static class PathChanges
{
    /// <summary>The answer a compilation asks for. https://docs.gitlab.com/ci/yaml/#ruleschanges</summary>
    /// <param name="before">Where the branch was, for a push to one that was there; nothing for everything else: then there is no diff, unless <c>compare_to</c> makes one.</param>
    public static Func<string?, IReadOnlyList<string>?> ChangedPaths(this Repository repository, string? before, string sha)
    {
        var push = new Lazy<IReadOnlyList<string>?>(() => before is null ? null : repository.PathsBetween(before, sha));
        return compareTo => compareTo is null ? push.Value : repository.PathsSince(compareTo, sha);
    }

    /// <returns>Nothing when one of the two is not there any more.</returns>
    public static IReadOnlyList<string>? PathsBetween(this Repository repository, string from, string to)
    {
        if (!RefNames.IsSha(from) || !RefNames.IsSha(to) || from == CommitFacts.ZeroSha)
            return null;
        var call = new GitCall("diff-tree", "-r", "-z", "--name-only", "--no-renames", "--no-ext-diff", "--no-textconv", from, to, "--");
        var answer = repository.Run(call);
        return answer.Ok ? answer.Parts() : null;
    }

    /// <exception cref="UnknownRefException">No branch, tag or commit has that name.</exception>
    private static IReadOnlyList<string>? PathsSince(this Repository repository, string name, string sha)
    {
        var commit = repository.Resolve(name) ?? throw new UnknownRefException(name);
        var parted = repository.Run(new GitCall("merge-base", "--end-of-options", commit, sha)) is { Ok: true } answer
            ? answer.Line
            : commit;
        return repository.PathsBetween(parted, sha);
    }
}
