using System.Text.RegularExpressions;
using Slipway.Compiler;

namespace Slipway.Server.Git;

/// <param name="Name">In full: <c>refs/heads/main</c>.</param>
/// <param name="Object">What it points to: a commit, or a tag's own object.</param>
/// <param name="Commit">The commit behind it; <see langword="null"/> for a tag of something else.</param>
internal sealed record RefEntry(string Name, string Object, string? Commit);

/// <summary>One move of a ref. <see cref="CommitFacts.ZeroSha"/> stands for "is not there".</summary>
internal sealed record RefUpdate(string Ref, string Old, string New)
{
    public bool Creates => Old == CommitFacts.ZeroSha;
    public bool Deletes => New == CommitFacts.ZeroSha;
}

/// <summary>Branches, tags and the refs of pipelines.</summary>
internal static partial class Refs
{
    private static readonly TimeSpan DeadLock = TimeSpan.FromMinutes(10);

    /// <summary>All refs below these, sorted by name as Git sorts: <c>refs/heads/</c>, <c>refs/tags/</c>.</summary>
    public static async Task<IReadOnlyList<RefEntry>> RefsAsync(this Repository repository, CancellationToken ct, params string[] below)
    {
        const string format = "--format=%(refname)%00%(objectname)%00%(objecttype)%00%(*objectname)%00%(*objecttype)";
        var answer = await repository.RunAsync(new GitCall(["for-each-ref", format, "--", .. below.Select(one => one.TrimEnd('/'))]), ct);
        return [.. answer.OrThrow("list refs").Text.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(Parse)];
    }

    /// <returns>The ref of exactly this full name, or nothing.</returns>
    public static async Task<RefEntry?> RefAsync(this Repository repository, string name, CancellationToken ct) =>
        RefNames.IsValid(name) ? (await repository.RefsAsync(ct, name)).FirstOrDefault(one => one.Name == name) : null;

    /// <summary>
    /// The commit that a user's text names: a branch, a tag, a full ref, an id or the beginning of one, <c>HEAD</c>, and any of these with <c>~2</c> or <c>^</c>
    /// behind it. Between a tag and a branch of one name Git takes the tag, and so does GitLab.
    /// </summary>
    /// <returns>Nothing when there is none.</returns>
    public static async Task<string?> ResolveAsync(this Repository repository, string revision, CancellationToken ct) =>
        Verify(revision) is { } call && await repository.RunAsync(call, ct) is { Ok: true } answer ? answer.Line : null;

    /// <summary>As <see cref="ResolveAsync"/>.</summary>
    public static string? Resolve(this Repository repository, string revision) =>
        Verify(revision) is { } call && repository.Run(call) is { Ok: true } answer ? answer.Line : null;

    /// <summary>Moves refs, all or none, each only from where it is said to be. When this returns true they are on the disk.</summary>
    /// <returns>Why not, in Git's words; or nothing when it was done.</returns>
    public static async Task<string?> UpdateRefsAsync(this Repository repository, IReadOnlyList<RefUpdate> updates, CancellationToken ct)
    {
        // Without its last word, because we died, Git moves nothing.
        var lines = updates.Select(update =>
            update.Deletes ? $"delete {update.Ref} {update.Old}"
            : update.Creates ? $"create {update.Ref} {update.New}"
            : $"update {update.Ref} {update.New} {update.Old}"
        );
        var call = new GitCall("update-ref", "--stdin") { Input = GitCall.Lines(["start", .. lines, "prepare", "commit"]) };
        RemoveDeadLocks(repository, updates);
        var answer = await repository.RunAsync(call, ct);
        return answer.Ok ? null : answer.Complaint;
    }

    /// <summary>Puts a ref of ours where we want it, wherever it was: <c>refs/pipelines/42</c>. Not for branches and tags.</summary>
    public static async Task SetRefAsync(this Repository repository, string name, string sha, CancellationToken ct)
    {
        var call = new GitCall("update-ref", "--end-of-options", name, sha);
        (await repository.RunAsync(call, ct)).OrThrow($"set {name}");
    }

    /// <summary>Removes a ref of ours; one that is not there is none.</summary>
    public static async Task DeleteRefAsync(this Repository repository, string name, CancellationToken ct)
    {
        if (await repository.RefAsync(name, ct) is null)
            return;
        (await repository.RunAsync(new GitCall("update-ref", "-d", "--end-of-options", name), ct)).OrThrow($"delete {name}");
    }

    /// <summary>Says what a clone checks out.</summary>
    public static async Task SetDefaultBranchAsync(this Repository repository, string branch, CancellationToken ct) =>
        (await repository.RunAsync(new GitCall("symbolic-ref", "HEAD", RefNames.Heads + branch), ct)).OrThrow("set HEAD");

    /// <summary>Git that is killed leaves its lock behind, and every later push of that ref would fail. None of ours runs as long as this.</summary>
    private static void RemoveDeadLocks(Repository repository, IReadOnlyList<RefUpdate> updates)
    {
        foreach (var name in updates.Select(update => update.Ref).Append("packed-refs"))
        {
            var file = new FileInfo(Path.Combine(repository.Path, name + ".lock"));
            if (file.Exists && repository.Git.Now.UtcDateTime - file.LastWriteTimeUtc > DeadLock)
                file.Delete();
        }
    }

    private static GitCall? Verify(string revision)
    {
        var match = Revision().Match(revision);
        var name = match.Groups[1].Value;
        return match.Success && (name == "HEAD" || RefNames.IsValid(RefNames.Heads + name))
            ? new GitCall("rev-parse", "--verify", "--quiet", "--end-of-options", revision + "^{commit}")
            : null;
    }

    private static RefEntry Parse(string line)
    {
        var parts = line.Split('\0');
        var commit =
            parts[2] == "commit" ? parts[1]
            : parts[4] == "commit" ? parts[3]
            : null;
        return new RefEntry(parts[0], parts[1], commit);
    }

    // Git itself would read more: searches through history, reflogs, paths. None of that is a ref's name.
    [GeneratedRegex(@"\A([^~^:\s]{1,1000})(?:[~^][0-9]{0,4}){0,8}\z")]
    private static partial Regex Revision();
}
