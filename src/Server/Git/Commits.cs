using System.Globalization;
using Slipway.Compiler;

namespace Slipway.Server.Git;

/// <param name="Message">As it was written, with its last newline.</param>
internal sealed record Commit(string Sha, IReadOnlyList<string> Parents, Signature Author, Signature Committer, string Message)
{
    /// <summary>The message's first line.</summary>
    public string Title => Message.Split('\n')[0];

    /// <summary>What a compilation is told of it.</summary>
    /// <param name="before">Where the ref was; nothing: it is new.</param>
    /// <param name="tagMessage">Of an annotated tag.</param>
    public CommitFacts ToFacts(string? before = null, string? tagMessage = null) =>
        new()
        {
            Sha = Sha,
            BeforeSha = before ?? CommitFacts.ZeroSha,
            Message = Message,
            Author = $"{Author.Name} <{Author.Email}>",
            Timestamp = Committer.At,
            TagMessage = tagMessage,
        };
}

/// <param name="At">ISO 8601, with the writer's own offset.</param>
internal sealed record Signature(string Name, string Email, string At)
{
    /// <summary>As Git's <c>%xI</c> writes it; a time that cannot be is the epoch.</summary>
    public DateTimeOffset Instant =>
        DateTimeOffset.TryParse(At, CultureInfo.InvariantCulture, DateTimeStyles.None, out var at) ? at : DateTimeOffset.UnixEpoch;
}

/// <summary>An annotated tag's own object.</summary>
internal sealed record TagObject(string Message, Signature Tagger);

internal static class Commits
{
    private const int Fields = 9;
    private const string Format = "--format=tformat:%H%x00%P%x00%an%x00%ae%x00%aI%x00%cn%x00%ce%x00%cI%x00%B";

    /// <returns>Nothing when there is no such commit.</returns>
    public static async Task<Commit?> CommitAsync(this Repository repository, string sha, CancellationToken ct) =>
        await repository.CommitsAsync([sha], ct) is [var commit, ..] ? commit : null;

    /// <summary>These commits, in this order; those that are not there are left out.</summary>
    public static async Task<IReadOnlyList<Commit>> CommitsAsync(
        this Repository repository,
        IReadOnlyList<string> shas,
        CancellationToken ct
    )
    {
        if (shas.Count == 0)
            return [];
        var call = new GitCall("log", "--no-walk=unsorted", "--ignore-missing", "--stdin", "-z", "--encoding=UTF-8", Format)
        {
            Input = GitCall.Lines(shas.Where(RefNames.IsSha)),
        };
        var answer = await repository.RunAsync(call, ct);
        return answer.Ok ? Parse(answer) : [];
    }

    /// <summary>The history from a commit on, newest first.</summary>
    /// <param name="options">Further options of <c>git log</c>, none of them a user's text.</param>
    /// <param name="path">Only commits that changed it, a file or folder; empty for all.</param>
    public static async Task<IReadOnlyList<Commit>> LogAsync(
        this Repository repository,
        IReadOnlyList<string> from,
        IReadOnlyList<string> options,
        string path,
        CancellationToken ct
    )
    {
        // No tree has such a name, and git fails at one that leads out of it.
        if (path.Contains('\0') || path.Split('/').Any(part => part is "." or ".."))
            return [];
        string[] pathspec = path.Length == 0 ? [] : [path];
        var call = new GitCall([
            "--literal-pathspecs",
            "log",
            "-z",
            "--encoding=UTF-8",
            Format,
            .. options,
            "--end-of-options",
            .. from,
            "--",
            .. pathspec,
        ]);
        return Parse((await repository.RunAsync(call, ct)).OrThrow("read the history"));
    }

    /// <returns>Nothing when the ref is no annotated tag.</returns>
    public static async Task<TagObject?> TagAsync(this Repository repository, string tag, CancellationToken ct) =>
        RefNames.IsValid(RefNames.Tags + tag) ? (await repository.TagsAsync(tag, ct)).GetValueOrDefault(tag) : null;

    /// <summary>Annotated tags by name; those without a message of their own are left out.</summary>
    /// <param name="only">One of them; nothing for all.</param>
    public static async Task<IReadOnlyDictionary<string, TagObject>> TagsAsync(
        this Repository repository,
        string? only,
        CancellationToken ct
    )
    {
        const string format =
            "--format=%(objecttype)%00%(contents)%00%(taggername)%00%(taggeremail:trim)%00%(taggerdate:iso-strict)%00%(refname)%00";
        var answer = await repository.RunAsync(new GitCall("for-each-ref", format, "--", (RefNames.Tags + only).TrimEnd('/')), ct);
        var parts = answer.OrThrow("read tags").Text.Split('\0');
        var tags = new Dictionary<string, TagObject>();
        for (var at = 0; at + 5 < parts.Length; at += 6)
            // Between two entries stands a newline of git's own.
            if (parts[at].TrimStart('\n') == "tag" && RefNames.Tag(parts[at + 5]) is { } name)
                tags[name] = new TagObject(parts[at + 1], new Signature(parts[at + 2], parts[at + 3], parts[at + 4]));
        return tags;
    }

    /// <summary>Where two histories parted.</summary>
    public static async Task<string?> MergeBaseAsync(this Repository repository, string one, string other, CancellationToken ct) =>
        await repository.RunAsync(new GitCall("merge-base", "--end-of-options", one, other), ct) is { Ok: true } answer
            ? answer.Line
            : null;

    /// <summary>Whether everything of the older commit is part of the newer one's history.</summary>
    public static async Task<bool> IsAncestorAsync(this Repository repository, string older, string newer, CancellationToken ct) =>
        (await repository.RunAsync(new GitCall("merge-base", "--is-ancestor", "--end-of-options", older, newer), ct)).Ok;

    private static List<Commit> Parse(GitAnswer answer)
    {
        var parts = answer.Text.Split('\0');
        var commits = new List<Commit>();
        for (var at = 0; at + Fields <= parts.Length; at += Fields)
            commits.Add(
                new Commit(
                    parts[at],
                    parts[at + 1].Split(' ', StringSplitOptions.RemoveEmptyEntries),
                    new Signature(parts[at + 2], parts[at + 3], parts[at + 4]),
                    new Signature(parts[at + 5], parts[at + 6], parts[at + 7]),
                    parts[at + 8]
                )
            );
        return commits;
    }
}
