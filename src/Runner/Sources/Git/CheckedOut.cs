using System.Diagnostics;
using System.IO.Enumeration;

namespace Slipway.Runner.Sources.Git;

/// <summary>What lies in a checkout.</summary>
internal static class CheckedOut
{
    /// <summary>Its files and links, those of its submodules too, and its empty folders; not the repositories. Sorted ordinally.</summary>
    public static IReadOnlyList<string> Paths(string root, CancellationToken ct)
    {
        var found = new FileSystemEnumerable<string>(
            root,
            static (ref entry) => entry.ToFullPath(),
            new EnumerationOptions { RecurseSubdirectories = true, AttributesToSkip = FileAttributes.None }
        )
        {
            ShouldIncludePredicate = static (ref entry) => !IsRepository(ref entry) && (!IsFolder(ref entry) || IsEmpty(ref entry)),
            ShouldRecursePredicate = static (ref entry) => !IsRepository(ref entry) && IsFolder(ref entry),
        };
        var paths = new List<string>();
        foreach (var path in found)
        {
            ct.ThrowIfCancellationRequested();
            paths.Add(path[(root.Length + 1)..]);
        }

        paths.Sort(StringComparer.Ordinal);
        return paths;
    }

    /// <summary>The paths that git tracks in a folder that a job may have changed; none where it tracks none.</summary>
    public static async Task<IReadOnlySet<string>> TrackedAsync(string folder, CancellationToken ct)
    {
        var tracked = new HashSet<string>(StringComparer.Ordinal);
        if (!Path.Exists(Path.Combine(folder, ".git")))
            return tracked;
        using var git = new Process();
        git.StartInfo = new ProcessStartInfo("git", ["-C", folder, "ls-files", "-z", "--recurse-submodules"])
        {
            UseShellExecute = false,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            RedirectStandardInput = true,
        };
        foreach (var name in (ReadOnlySpan<string>)["GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE", "GIT_OBJECT_DIRECTORY"])
            git.StartInfo.Environment.Remove(name);
        git.Start();
        await using var ending = ct.Register(() => git.Kill(entireProcessTree: true));
        git.StandardInput.Close();
        var errors = git.StandardError.ReadToEndAsync(CancellationToken.None);
        var paths = await git.StandardOutput.ReadToEndAsync(CancellationToken.None);
        await errors;
        await git.WaitForExitAsync(CancellationToken.None);
        ct.ThrowIfCancellationRequested();
        tracked.UnionWith(paths.Split('\0', StringSplitOptions.RemoveEmptyEntries));
        return tracked;
    }

    private static bool IsRepository(ref FileSystemEntry entry) => entry.FileName.SequenceEqual(".git");

    private static bool IsFolder(ref FileSystemEntry entry) => entry.IsDirectory && !entry.Attributes.HasFlag(FileAttributes.ReparsePoint);

    private static bool IsEmpty(ref FileSystemEntry entry) => !Directory.EnumerateFileSystemEntries(entry.ToFullPath()).Any();
}
