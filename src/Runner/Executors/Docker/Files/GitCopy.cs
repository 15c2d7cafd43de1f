using Slipway.Runner.Sources;

namespace Slipway.Runner.Executors.Docker.Files;

/// <summary>A repository made ready to travel into a container: its small files as every job gets them, and its objects.</summary>
/// <param name="Objects">Path below <c>.git</c>, and the file of this machine.</param>
internal sealed record GitCopy(GitSnapshot Snapshot, IReadOnlyList<(string Path, string File)> Objects)
{
    /// <summary>Object stores up to this size travel as they are; of larger ones a shallow copy is made first.</summary>
    public const long LargeStore = 50L * 1024 * 1024;

    /// <summary>Where the objects lie that were copied for this; <see langword="null"/>: they are the repository's own.</summary>
    public string? Folder { get; init; }

    /// <returns><see langword="null"/>: the objects are more than <paramref name="limit"/> bytes, or some of them lie elsewhere.</returns>
    public static GitCopy? Of(GitSnapshot snapshot, long limit)
    {
        if (File.Exists(Path.Combine(snapshot.ObjectsDir, "info", "alternates")))
            return null;
        var objects = new List<(string, string)>();
        foreach (var file in new DirectoryInfo(snapshot.ObjectsDir).EnumerateFiles("*", SearchOption.AllDirectories))
        {
            if (file.Name.StartsWith("tmp_", StringComparison.Ordinal))
                continue;
            if ((limit -= file.Length) < 0)
                return null;
            objects.Add(("objects/" + Path.GetRelativePath(snapshot.ObjectsDir, file.FullName).Replace('\\', '/'), file.FullName));
        }

        return new GitCopy(snapshot, objects);
    }
}
