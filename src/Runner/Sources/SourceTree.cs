namespace Slipway.Runner.Sources;

/// <summary>A working tree to be handed to a job: the files that git tracks, and those it neither tracks nor ignores.</summary>
/// <param name="Root">Absolute path of the checkout on this machine. It is only ever read.</param>
/// <param name="Paths">Files and symlinks relative to <paramref name="Root"/>, forward slashes, sorted ordinally. Files deleted from the working tree are not in it.</param>
/// <param name="GitDir">The repository, so that <c>git describe</c>, <c>git diff</c> and <c>git log</c> work in the job's copy; <see langword="null"/> when there is none. Also only read.</param>
public sealed record SourceTree(string Root, IReadOnlyList<string> Paths, string? GitDir);
