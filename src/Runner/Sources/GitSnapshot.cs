using System.Text;

namespace Slipway.Runner.Sources;

/// <summary>
/// A repository's small files as a job's own copy needs them, so that <c>git status</c>, <c>log</c>, <c>describe</c> and <c>diff</c> work there
/// and commits made there stay there:
/// <code>
/// HEAD                     the commit itself, as a CI checkout is detached
/// config                   what <see cref="GitConfig"/> lets through
/// packed-refs              every ref in one file
/// index, sharedindex.*     as they are
/// shallow, info/…          as they are
/// objects/info/alternates  <see cref="ObjectsDir"/>: the objects themselves stay where they are
/// </code>
/// No hooks, no credentials, no reflogs, no submodules' repositories.
/// </summary>
/// <param name="Files">Paths below the new <c>.git</c>. The alternates file is not among them, for in a container the objects lie elsewhere.</param>
/// <param name="ObjectsDir">Absolute path of the repository's objects on this machine.</param>
internal sealed record GitSnapshot(IReadOnlyList<GitSnapshot.SmallFile> Files, string ObjectsDir)
{
    /// <summary>Larger files do not belong to a repository in order.</summary>
    private const long FileLimit = 512 * 1024 * 1024;

    private static readonly string[] AsTheyAre = ["shallow", "info/exclude", "info/attributes", "info/sparse-checkout", "info/grafts"];

    public sealed record SmallFile(string Path, byte[] Content);

    /// <summary>Folders that a repository has even when they are empty; a container's user may have to be let into them.</summary>
    public static IReadOnlyList<string> Folders { get; } =
    ["objects", "objects/info", "objects/pack", "refs", "refs/heads", "refs/tags", "info"];

    /// <summary>Those without which git does not take it for a repository; it makes the others when it needs them.</summary>
    public static IReadOnlyList<string> Needed { get; } = [".git/objects/info", ".git/refs"];

    /// <summary>The whole <c>.git</c> of a copy on this machine, paths beginning with <c>.git/</c>.</summary>
    public IEnumerable<SmallFile> OnThisMachine =>
        Files
            .Append(new SmallFile("objects/info/alternates", Encoding.UTF8.GetBytes(ObjectsDir + "\n")))
            .Select(file => file with { Path = ".git/" + file.Path });

    /// <param name="gitDir">A repository, a worktree's private folder in one, or a <c>.git</c> file that names either.</param>
    /// <returns><see langword="null"/> when it is none of these.</returns>
    public static GitSnapshot? Read(string gitDir)
    {
        var own = FollowFile(gitDir);
        var common = ReadSmall(Path.Combine(own, "commondir")) is { } name ? Path.GetFullPath(Path.Combine(own, Text(name))) : own;
        if (ReadSmall(Path.Combine(own, "HEAD")) is not { } head || !Directory.Exists(Path.Combine(common, "objects")))
            return null;

        var files = new List<SmallFile>();
        var refs = GitRefs.Read(common);
        files.Add(new SmallFile("HEAD", Encoding.UTF8.GetBytes(refs.Detach(Text(head)) + "\n")));
        files.Add(
            new SmallFile(
                "config",
                Encoding.UTF8.GetBytes(GitConfig.Filter(ReadSmall(Path.Combine(common, "config")) is { } c ? Text(c) : ""))
            )
        );
        files.AddRange(refs.ToFiles());
        foreach (var path in Directory.EnumerateFiles(own, "*index*").Where(p => IsIndex(Path.GetFileName(p))))
            Add(files, Path.GetFileName(path), path);
        foreach (var path in AsTheyAre)
            Add(files, path, Path.Combine(path == "info/sparse-checkout" ? own : common, path));
        if (Directory.Exists(Path.Combine(common, "reftable")))
            foreach (var path in Directory.EnumerateFiles(Path.Combine(common, "reftable")))
                Add(files, "reftable/" + Path.GetFileName(path), path);
        return new GitSnapshot(files, Path.Combine(common, "objects"));
    }

    private static void Add(List<SmallFile> files, string path, string source)
    {
        if (ReadSmall(source) is { } content)
            files.Add(new SmallFile(path, content));
    }

    private static bool IsIndex(string name) => name == "index" || name.StartsWith("sharedindex.", StringComparison.Ordinal);

    private static string FollowFile(string gitDir)
    {
        if (
            !File.Exists(gitDir)
            || ReadSmall(gitDir) is not { } content
            || Text(content) is not ['g', 'i', 't', 'd', 'i', 'r', ':', .. var target]
        )
            return gitDir;
        return Path.GetFullPath(Path.Combine(Path.GetDirectoryName(gitDir)!, target.Trim()));
    }

    private static string Text(byte[] content) => Encoding.UTF8.GetString(content).Trim();

    private static byte[]? ReadSmall(string path)
    {
        var file = new FileInfo(path);
        return file.Exists && file.Length <= FileLimit ? File.ReadAllBytes(path) : null;
    }
}
