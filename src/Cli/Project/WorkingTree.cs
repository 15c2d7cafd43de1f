using System.Security.Cryptography;
using System.Text;
using Slipway.Compiler;
using Slipway.Runner.Sources;

namespace Slipway.Cli.Project;

/// <summary>The files of a checkout as they lie there now: tracked ones and those that are neither tracked nor ignored.</summary>
/// <param name="root">The project's top folder.</param>
/// <param name="git"><see langword="null"/>: no repository, so every file below <paramref name="root"/> counts.</param>
internal sealed class WorkingTree(string root, GitFacts? git)
{
    private const int LongestText = 2 * 1024 * 1024;

    private readonly Lazy<Listing> _listing = new(() => git is null ? Listing.OfFolder(root) : Listing.Of(root));

    public ProjectTree ToProjectTree() => new(ReadText, () => _listing.Value.Files, ContentHash) { LastCommit = LastCommit };

    public SourceTree ToSourceTree() => Submodules.In(root, _listing.Value, git?.GitDir);

    private string? ReadText(string path) =>
        Find(path) is { } file && file.Length <= LongestText ? ProjectTree.TextOf(File.ReadAllBytes(file.FullName)) : null;

    private string? ContentHash(string path)
    {
        if (Find(path) is not { } file)
            return null;
        using var content = file.OpenRead();
#pragma warning disable CA5350 // Git's object id, not a defence.
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA1);
#pragma warning restore CA5350
        hash.AppendData(Encoding.ASCII.GetBytes($"blob {content.Length}\0"));
        var buffer = new byte[64 * 1024];
        for (int read; (read = content.Read(buffer)) > 0; )
            hash.AppendData(buffer, 0, read);
        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }

    /// <summary>The path is a pattern to Git, as GitLab leaves it.</summary>
    private string? LastCommit(string path)
    {
        if (git?.Head is null || path.Contains('\0'))
            return null;
        var answer = GitProcess.Ask(root, "--no-literal-pathspecs", "log", "-1", "--format=%H", "HEAD", "--", path);
        return answer.Ok && answer.Text.Trim() is { Length: > 0 } commit ? commit : null;
    }

    /// <summary>A plain file below the root. What a symlink leads to is not part of the commit, so links are not followed, neither as file nor as folder.</summary>
    private FileInfo? Find(string path)
    {
        if (path.Length == 0 || path.Contains('\0') || Path.IsPathRooted(path))
            return null;
        var at = root;
        foreach (var part in path.Split('/'))
        {
            if (part is "" or "." or ".." or ".git")
                return null;
            at = Path.Combine(at, part);
            if (new FileInfo(at).LinkTarget is not null)
                return null;
        }

        return new FileInfo(at) is { Exists: true } file ? file : null;
    }
}
