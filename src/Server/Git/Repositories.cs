namespace Slipway.Server.Git;

/// <summary>
/// Every project's bare repository: <c>repositories/&lt;xx&gt;/&lt;project id&gt;.git</c> in the data folder, where <c>xx</c> is the id's last byte in hex. No
/// name of a user's is part of a path.
/// </summary>
internal sealed class Repositories(string folder, GitDoor git)
{
    /// <summary>In a repository's folder: where pushes lie until they are let in.</summary>
    internal const string Quarantines = "incoming";

    private static readonly string[] Folders = ["objects/info", "objects/pack", "refs/heads", "refs/tags"];

    public GitDoor Git => git;

    /// <summary>The project's repository, whether or not it has been made.</summary>
    public Repository Of(long projectId) => new(Path.GetFullPath(Path.Combine(folder, $"{projectId & 0xff:x2}", $"{projectId}.git")), git);

    /// <summary>Makes a project's repository, empty, unless it is there. When this returns it is on the disk, whole.</summary>
    public Repository Create(long projectId, string defaultBranch = "main")
    {
        var repository = Of(projectId);
        if (Directory.Exists(repository.Path))
            return repository;
        var parent = Path.GetDirectoryName(repository.Path)!;
        Directory.CreateDirectory(parent);
        DurableFolder.Sync(Path.GetDirectoryName(parent)!);
        var half = $"{repository.Path}.{Guid.NewGuid():N}";
        foreach (var below in Folders)
            Directory.CreateDirectory(Path.Combine(half, below));
        Write(Path.Combine(half, "HEAD"), $"ref: refs/heads/{defaultBranch}\n");
        Write(Path.Combine(half, "config"), "[core]\n\trepositoryformatversion = 0\n\tfilemode = true\n\tbare = true\n");
        foreach (var below in (string[])["objects", "refs", ""])
            DurableFolder.Sync(Path.Combine(half, below));
        try
        {
            Directory.Move(half, repository.Path);
        }
        catch (IOException) when (Directory.Exists(repository.Path))
        {
            // Somebody else made it at the same time.
            Directory.Delete(half, recursive: true);
        }

        DurableFolder.Sync(parent);
        return repository;
    }

    /// <summary>Removes a project's repository. One that is not there is none.</summary>
    public void Delete(long projectId)
    {
        var path = Of(projectId).Path;
        if (!Directory.Exists(path))
            return;
        // Out of the way at once; the rest may take its time.
        var gone = $"{path}.{Guid.NewGuid():N}";
        Directory.Move(path, gone);
        Directory.Delete(gone, recursive: true);
    }

    /// <summary>Removes what processes that are dead left half done: quarantines of pushes, repositories that were being made or removed.</summary>
    /// <param name="begunBefore">When nobody who lives had begun anything.</param>
    /// <returns>How many there were.</returns>
    public int Sweep(DateTimeOffset begunBefore, CancellationToken ct)
    {
        var places = Directory.Exists(folder) ? new DirectoryInfo(folder).EnumerateDirectories() : [];
        var count = 0;
        foreach (var found in places.SelectMany(place => place.EnumerateDirectories()))
        {
            ct.ThrowIfCancellationRequested();
            var incoming = new DirectoryInfo(Path.Combine(found.FullName, Quarantines));
            var left =
                found.Extension == ".git"
                    ? incoming.Exists
                        ? incoming.EnumerateDirectories()
                        : []
                    : Guid.TryParseExact(found.Extension.TrimStart('.'), "N", out _)
                        ? [found]
                        : Enumerable.Empty<DirectoryInfo>();
            foreach (var one in left.Where(one => one.LastWriteTimeUtc < begunBefore.UtcDateTime).ToList())
            {
                one.Delete(recursive: true);
                count++;
            }
        }

        return count;
    }

    private static void Write(string path, string text)
    {
        using var file = new FileStream(path, FileMode.CreateNew, FileAccess.Write);
        file.Write(System.Text.Encoding.UTF8.GetBytes(text));
        file.Flush(flushToDisk: true);
    }
}

/// <summary>A project's repository. What it can be asked stands in <see cref="Refs"/>, <see cref="Commits"/>, <see cref="CommitTree"/> and <see cref="PathChanges"/>.</summary>
/// <param name="Path">Its folder.</param>
internal sealed record Repository(string Path, GitDoor Git)
{
    public bool Exists => Directory.Exists(Path);

    public Task<GitAnswer> RunAsync(GitCall call, CancellationToken ct) => Git.RunAsync(Path, call, ct);

    public GitAnswer Run(GitCall call) => Git.Run(Path, call);
}
