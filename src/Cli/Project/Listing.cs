namespace Slipway.Cli.Project;

/// <summary>What belongs to a checkout, tracked or neither tracked nor ignored, as it lies there.</summary>
/// <param name="Files">Files and symlinks, sorted ordinally.</param>
/// <param name="Links">The folders of its submodules, sorted ordinally.</param>
internal sealed record Listing(string[] Files, string[] Links)
{
    /// <summary>
    /// One listing: <c>H</c> tracked, <c>?</c> untracked, <c>R</c> tracked but gone from the disk, <c>M</c> once a side in a conflict. Repositories
    /// inside that are no submodules (they end in a slash) are left out.
    /// </summary>
    /// <exception cref="CommandException">Git cannot list it.</exception>
    public static Listing Of(string root)
    {
        var answer = GitProcess.Ask(root, "ls-files", "-z", "-t", "--stage", "--cached", "--deleted", "--others", "--exclude-standard");
        if (!answer.Ok)
            throw new CommandException(ExitCode.Failed, "git cannot list this repository's files", answer.Complaint.Split('\n')[0]);
        var files = new HashSet<string>(StringComparer.Ordinal);
        var links = new HashSet<string>(StringComparer.Ordinal);
        var deleted = new List<string>();
        foreach (var line in answer.Parts())
        {
            var tab = line[0] == '?' ? 1 : line.IndexOf('\t');
            var path = line[(tab + 1)..];
            if (line[0] == 'R')
                deleted.Add(path);
            else if (line.AsSpan(1).StartsWith(" 160000 "))
                links.Add(path);
            else if (!path.EndsWith('/'))
                files.Add(path);
        }

        files.ExceptWith(deleted);
        links.ExceptWith(deleted);
        return new Listing(Sorted(files), Sorted(links));
    }

    /// <summary>Every file below a folder that is no repository.</summary>
    public static Listing OfFolder(string root)
    {
        var options = new EnumerationOptions
        {
            RecurseSubdirectories = false,
            AttributesToSkip = FileAttributes.None,
            IgnoreInaccessible = true,
        };
        var found = new List<string>();
        var folders = new Stack<string>([""]);
        while (folders.TryPop(out var folder))
        {
            foreach (var entry in new DirectoryInfo(Path.Combine(root, folder)).EnumerateFileSystemInfos("*", options))
            {
                var path = folder.Length == 0 ? entry.Name : $"{folder}/{entry.Name}";
                if (entry is not DirectoryInfo || entry.LinkTarget is not null)
                    found.Add(path);
                else if (path is not (".git" or ".slipway"))
                    folders.Push(path);
            }
        }

        return new Listing(Sorted(found), []);
    }

    /// <summary>A submodule is an empty folder where nobody asks for its files.</summary>
    public string[] WithFolders() => Links.Length == 0 ? Files : Sorted(Files.Concat(Links));

    private static string[] Sorted(IEnumerable<string> paths)
    {
        string[] sorted = [.. paths];
        Array.Sort(sorted, StringComparer.Ordinal);
        return sorted;
    }
}
