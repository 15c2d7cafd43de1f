using System.Text;
using Slipway.Cli.LocalRun;

namespace Slipway.Cli.Project.Includes;

/// <summary>
/// What has been fetched for includes, kept for the user and shared by all their checkouts. What stands under its final name is whole: everything is
/// made beside it and renamed, so processes may work at once.
/// <code>
/// ~/.cache/slipway/                 $XDG_CACHE_HOME/slipway
///   projects/HOST-PATH-HASH/
///     refs                          branches and tags when they were last asked for
///     SHA/                          a bare repository that holds this one commit
///   remote/HASH                     a file of include:remote with cache:
/// </code>
/// </summary>
internal sealed class IncludeCache(string root, TimeProvider time)
{
    /// <summary>A commit that nobody has used for so long goes when the next one of its project comes.</summary>
    private static readonly TimeSpan Unused = TimeSpan.FromDays(30);

    private const UnixFileMode Mine = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;

    /// <returns><see langword="null"/> when the environment names no place.</returns>
    public static IncludeCache? Usual(Surroundings surroundings)
    {
        var top =
            surroundings.Variable("XDG_CACHE_HOME") is { } cache && Path.IsPathRooted(cache) ? cache
            : surroundings.Variable("HOME") is { } home ? Path.Combine(home, ".cache")
            : null;
        return top is null ? null : new IncludeCache(Path.Combine(top, "slipway"), surroundings.Time);
    }

    /// <summary>A project's folder. Made when something is put into it.</summary>
    public string ProjectFolder(string url) => Path.Combine(root, "projects", GitRemote.FolderNameOf(url));

    public string RemoteFile(string hash) => Path.Combine(root, "remote", hash);

    public static (string Text, DateTimeOffset At)? Refs(string folder)
    {
        var file = new FileInfo(Path.Combine(folder, "refs"));
        return file.Exists ? (File.ReadAllText(file.FullName, Encoding.UTF8), new DateTimeOffset(file.LastWriteTimeUtc)) : null;
    }

    public void KeepRefs(string folder, string text) => Write(Path.Combine(folder, "refs"), Encoding.UTF8.GetBytes(text));

    /// <summary>The repository that holds a commit, if it is there.</summary>
    public string? Commit(string folder, string sha)
    {
        var commit = new DirectoryInfo(Path.Combine(folder, sha));
        if (!commit.Exists)
            return null;
        Touch(commit);
        return commit.FullName;
    }

    /// <summary>Makes a commit's repository: beside its place first.</summary>
    /// <param name="fill">Fills an empty folder; false: it could not.</param>
    /// <exception cref="CommandException">There is no place for it.</exception>
    public string? AddCommit(string folder, string sha, Func<string, bool> fill)
    {
        var next = Path.Combine(folder, $".next-{Environment.ProcessId}-{Guid.NewGuid():N}");
        try
        {
            MakeFolder(folder);
            MakeFolder(next);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new CommandException(
                ExitCode.Failed,
                $"{folder} cannot be written: {e.Message}",
                "set XDG_CACHE_HOME to a folder that can"
            );
        }

        var commit = Path.Combine(folder, sha);
        try
        {
            if (!fill(next))
                return null;
            if (!Directory.Exists(commit))
                Directory.Move(next, commit);
        }
        catch (IOException) when (Directory.Exists(commit))
        {
            // Another process was quicker, and has made the same.
        }
        finally
        {
            if (Directory.Exists(next))
                Directory.Delete(next, recursive: true);
        }

        TidyUp(folder);
        return commit;
    }

    /// <summary>A file, written whole or not at all; where nothing can be written it is fetched again next time.</summary>
    public void Write(string path, ReadOnlySpan<byte> bytes)
    {
        try
        {
            MakeFolder(Path.GetDirectoryName(path)!);
            StateFolder.WriteWhole(path, bytes);
            File.SetLastWriteTimeUtc(path, time.GetUtcNow().UtcDateTime);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // A cache that can only be read serves as well.
        }
    }

    private static void MakeFolder(string path)
    {
        if (OperatingSystem.IsWindows())
            Directory.CreateDirectory(path);
        else
            Directory.CreateDirectory(path, Mine);
    }

    private void Touch(DirectoryInfo folder)
    {
        var now = time.GetUtcNow().UtcDateTime;
        if (now - folder.LastWriteTimeUtc < TimeSpan.FromDays(1))
            return;
        try
        {
            folder.LastWriteTimeUtc = now;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // A cache that can only be read serves as well.
        }
    }

    private void TidyUp(string folder)
    {
        var now = time.GetUtcNow().UtcDateTime;
        foreach (var old in new DirectoryInfo(folder).EnumerateDirectories())
        {
            try
            {
                if (now - old.LastWriteTimeUtc > Unused)
                    old.Delete(recursive: true);
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                // Another process does the same.
            }
        }
    }
}
