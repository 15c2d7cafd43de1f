using System.Text;

namespace Slipway.Runner.Executors.Docker.Files;

/// <summary>
/// A repository made ready to travel into a container: what <c>git log</c>, <c>describe</c>, <c>diff</c> and <c>status</c> need, and nothing else of the
/// user's: no hooks, no configuration (it may hold passwords), no reflogs, no stash.
/// </summary>
/// <param name="Folders">To be made even if empty, below <c>.git</c>.</param>
/// <param name="Files">Name below <c>.git</c>, and the file of this machine.</param>
/// <param name="Made">Name below <c>.git</c>, and content.</param>
internal sealed record GitCopy(
    IReadOnlyList<string> Folders,
    IReadOnlyList<(string Name, string File)> Files,
    IReadOnlyList<(string Name, byte[] Content)> Made
)
{
    /// <summary>Object stores up to this size travel as they are; of larger ones a shallow copy is made first.</summary>
    public const long LargeStore = 50L * 1024 * 1024;

    /// <summary>Lists a repository's parts.</summary>
    /// <param name="gitDir">The <c>.git</c> folder, or that of a linked work tree.</param>
    /// <returns><see langword="null"/>: it cannot travel as it is, because it is large, borrows objects from elsewhere, or is of a kind not known here.</returns>
    public static GitCopy? List(string gitDir)
    {
        var common = CommonDir(gitDir);
        var config = GitConfig.Read(Path.Combine(common, "config"));
        return
            config.Partial
            || !Directory.Exists(Path.Combine(common, "objects"))
            || File.Exists(Path.Combine(common, "objects", "info", "alternates"))
            || Directory.Exists(Path.Combine(common, "reftable"))
            ? null
            : List(gitDir, common, config, LargeStore);
    }

    /// <summary>Lists a shallow copy that was made for the purpose, whatever its size.</summary>
    public static GitCopy List(string copy, GitConfig config) => List(copy, copy, config, long.MaxValue)!;

    private static GitCopy? List(string gitDir, string common, GitConfig config, long limit)
    {
        var files = new List<(string, string)>();
        var size = 0L;
        foreach (var file in new DirectoryInfo(Path.Combine(common, "objects")).EnumerateFiles("*", SearchOption.AllDirectories))
        {
            if (file.Name.StartsWith("tmp_", StringComparison.Ordinal))
                continue;
            if ((size += file.Length) > limit)
                return null;
            files.Add((Path.GetRelativePath(common, file.FullName).Replace('\\', '/'), file.FullName));
        }

        AddAll(files, common, "refs");
        foreach (var name in (ReadOnlySpan<string>)["packed-refs", "shallow", "info/exclude", "info/attributes"])
            AddIfThere(files, Path.Combine(common, name), name);
        foreach (var name in (ReadOnlySpan<string>)["HEAD", "index"])
            AddIfThere(files, Path.Combine(gitDir, name), name);
        return new GitCopy(["refs/heads", "refs/tags", "objects/info", "objects/pack"], files, [("config", Encoding.UTF8.GetBytes(config.ToText()))]);
    }

    /// <summary>Where a linked work tree's repository keeps what all its work trees share.</summary>
    internal static string CommonDir(string gitDir)
    {
        var pointer = Path.Combine(gitDir, "commondir");
        return File.Exists(pointer) ? Path.GetFullPath(Path.Combine(gitDir, File.ReadAllText(pointer).Trim())) : gitDir;
    }

    private static void AddAll(List<(string, string)> files, string root, string folder)
    {
        var top = new DirectoryInfo(Path.Combine(root, folder));
        if (!top.Exists)
            return;
        foreach (var file in top.EnumerateFiles("*", SearchOption.AllDirectories))
            if (file.Name != "stash" && !file.Name.EndsWith(".lock", StringComparison.Ordinal))
                files.Add((Path.GetRelativePath(root, file.FullName).Replace('\\', '/'), file.FullName));
    }

    private static void AddIfThere(List<(string, string)> files, string file, string name)
    {
        if (File.Exists(file))
            files.Add((name, file));
    }
}
