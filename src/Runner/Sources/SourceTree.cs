namespace Slipway.Runner.Sources;

/// <summary>A working tree to be handed to a job: the files that git tracks, and those it neither tracks nor ignores.</summary>
/// <param name="Root">Absolute path of the checkout on this machine. It is only ever read.</param>
/// <param name="Paths">
/// Files and symlinks relative to <paramref name="Root"/>, forward slashes, sorted ordinally, and submodules' folders, which a copy leaves empty. Files
/// deleted from the working tree are not in it.
/// </param>
/// <param name="GitDir">The repository, so that <c>git describe</c>, <c>git diff</c> and <c>git log</c> work in the job's copy; <see langword="null"/> when there is none. Also only read.</param>
public sealed record SourceTree(string Root, IReadOnlyList<string> Paths, string? GitDir)
{
    /// <summary>
    /// This tree with the files of its submodules in it; <see langword="null"/>: it has none. The same choice gives the same tree. Throws an
    /// <see cref="IOException"/> where the choice cannot be read.
    /// </summary>
    public Func<SubmoduleChoice, CancellationToken, Task<SubmoduleTree>>? WithSubmodules { get; init; }

    /// <summary>Another job's sources will lie in this very folder, so nothing that is made of it may be kept.</summary>
    public bool IsRefilled { get; init; }

    /// <summary>How many commits of a repository that is too large to travel whole do; <see langword="null"/>: all, however large. GitLab's default is 20.</summary>
    public int? ShortenTo { get; init; } = 20;
}

/// <summary>Which submodules a job wants. https://docs.gitlab.com/ci/runners/configure_runners/#git-submodule-strategy</summary>
/// <param name="Recursive"><c>GIT_SUBMODULE_STRATEGY: recursive</c>, those within them too; else <c>normal</c>.</param>
/// <param name="Paths"><c>GIT_SUBMODULE_PATHS</c>, Git's pathspecs separated by spaces; empty: all.</param>
public sealed record SubmoduleChoice(bool Recursive, string Paths);

/// <param name="Absent">The chosen submodules that are not checked out: empty folders in <paramref name="Tree"/>.</param>
public sealed record SubmoduleTree(SourceTree Tree, IReadOnlyList<string> Absent);
