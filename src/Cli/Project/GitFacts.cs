using Slipway.Compiler;

namespace Slipway.Cli.Project;

/// <summary>What Git knows of a checkout.</summary>
internal sealed record GitFacts
{
    /// <summary>The working tree's top folder.</summary>
    public required string Top { get; init; }

    /// <summary>The repository of this working tree; for a linked worktree its own part of it.</summary>
    public required string GitDir { get; init; }

    /// <summary><see langword="null"/> when HEAD is detached.</summary>
    public string? Branch { get; init; }

    /// <summary>The branch's upstream as a full ref name.</summary>
    public string? Upstream { get; init; }

    /// <summary>What HEAD is at; <see langword="null"/> before the first commit.</summary>
    public GitCommit? Head { get; init; }

    /// <summary>Branch names that stand on HEAD: local ones first, then those of origin.</summary>
    public IReadOnlyList<string> BranchesAtHead { get; init; } = [];

    public required string DefaultBranch { get; init; }

    /// <summary>Where the clone came from: origin's URL, else that of the only remote.</summary>
    public string? RemoteUrl { get; init; }
    public string? UserName { get; init; }
    public string? UserEmail { get; init; }

    /// <returns><see langword="null"/> when the folder is in no working tree.</returns>
    /// <exception cref="CommandException">Git refuses to work here (another user's repository, say), or is missing where it is needed.</exception>
    public static GitFacts? Read(string folder)
    {
        var places = GitProcess.Begin(folder, "rev-parse", "--show-toplevel", "--absolute-git-dir");
        var config = GitProcess.Begin(folder, "config", "--list", "-z");
        var refs = GitProcess.Begin(
            folder,
            "for-each-ref",
            "--format=%(HEAD)%00%(refname)%00%(symref)%00%(upstream)",
            "refs/heads",
            "refs/remotes/origin/HEAD"
        );
        var head = GitProcess.Begin(
            folder,
            "log",
            "-1",
            "--no-color",
            "--decorate=full",
            "--encoding=UTF-8",
            "--format=" + GitCommit.Format
        );

        var place = places();
        var lines = place.Text.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        var answers = new Answers(Settings(config()), Refs(refs()), head());
        if (!place.Ok || lines.Length < 2)
            return Nothing(folder, place);
        return GitCommit.Parse(answers.Head) is { } commit ? Make(lines, answers, commit) : Unborn(folder, lines, answers);
    }

    private static GitFacts? Nothing(string folder, GitAnswer place)
    {
        var inside = System.IO.Path.Exists(System.IO.Path.Combine(folder, ".git"));
        if (!inside || place.Complaint.Contains("must be run in a work tree", StringComparison.Ordinal))
            return null;
        throw new CommandException(ExitCode.Failed, "git cannot read this repository", place.Complaint.Split('\n')[0]);
    }

    /// <summary>HEAD names a branch that has no commit yet.</summary>
    private static GitFacts Unborn(string folder, string[] places, Answers answers)
    {
        var branch = Short(GitProcess.Ask(folder, "symbolic-ref", "--quiet", "HEAD").Text.TrimEnd('\n'), "refs/heads/");
        return Make(places, answers, null) with { Branch = branch, DefaultBranch = Default(answers, branch) };
    }

    private static GitFacts Make(string[] places, Answers answers, GitCommit? head)
    {
        var current = answers.Refs.Find(r => r.IsHead);
        var branch = Short(current?.Name, "refs/heads/");
        return new GitFacts
        {
            Top = places[0],
            GitDir = places[1],
            Branch = branch,
            Upstream = current?.Upstream is { Length: > 0 } upstream ? upstream : null,
            Head = head,
            BranchesAtHead = head is null ? [] : Branches(head.Decorations),
            DefaultBranch = Default(answers, branch),
            RemoteUrl = Remote(answers.Config),
            UserName = answers.Config.GetValueOrDefault("user.name"),
            UserEmail = answers.Config.GetValueOrDefault("user.email"),
        };
    }

    private static string? Remote(Dictionary<string, string> config)
    {
        if (config.TryGetValue("remote.origin.url", out var origin))
            return origin;
        var all = config.Where(setting =>
            setting.Key.StartsWith("remote.", StringComparison.Ordinal) && setting.Key.EndsWith(".url", StringComparison.Ordinal)
        );
        return all.ToArray() is [var only] ? only.Value : null;
    }

    /// <summary>origin's HEAD; else init.defaultBranch, main or master, the first there is; else the only candidate left, the current branch.</summary>
    private static string Default(Answers answers, string? current)
    {
        var origin = answers.Refs.Find(r => r.Name == "refs/remotes/origin/HEAD");
        if (Short(origin?.Target, "refs/remotes/origin/") is { } named)
            return named;
        foreach (var name in (string?[])[answers.Config.GetValueOrDefault("init.defaultbranch"), "main", "master"])
        {
            if (name is not null && (name == current || answers.Refs.Exists(r => r.Name == "refs/heads/" + name)))
                return name;
        }

        return current ?? "main";
    }

    private static List<string> Branches(IReadOnlyList<string> decorations)
    {
        var names = new List<string>();
        foreach (var prefix in (string[])["refs/heads/", "refs/remotes/origin/"])
        {
            foreach (var decoration in decorations)
            {
                if (Short(decoration, prefix) is { } name && name != "HEAD" && !names.Contains(name))
                    names.Add(name);
            }
        }

        return names;
    }

    private static string? Short(string? name, string prefix) =>
        name is not null && name.StartsWith(prefix, StringComparison.Ordinal) ? name[prefix.Length..] : null;

    private static Dictionary<string, string> Settings(GitAnswer answer)
    {
        var settings = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var entry in answer.Parts())
        {
            // The last one counts, as for git itself. A key alone, without a newline, means true.
            var end = entry.IndexOf('\n');
            settings[end < 0 ? entry : entry[..end]] = end < 0 ? "true" : entry[(end + 1)..];
        }

        return settings;
    }

    private static List<RefLine> Refs(GitAnswer answer)
    {
        var all = new List<RefLine>();
        foreach (var line in answer.Text.Split('\n', StringSplitOptions.RemoveEmptyEntries))
        {
            if (line.Split('\0') is [var star, var name, var target, var upstream])
                all.Add(new RefLine(star == "*", name, target, upstream));
        }

        return all;
    }

    private sealed record RefLine(bool IsHead, string Name, string Target, string Upstream);

    private sealed record Answers(Dictionary<string, string> Config, List<RefLine> Refs, GitAnswer Head);
}

/// <param name="Parent">The first parent; <see langword="null"/> for a root commit (or where a shallow clone ends).</param>
/// <param name="Author"><c>Name &lt;email&gt;</c>.</param>
/// <param name="Timestamp">When it was committed, ISO 8601.</param>
internal sealed record GitCommit(string Sha, string? Parent, string Author, string Timestamp, string Message)
{
    internal const string Format = "%H%x00%P%x00%an <%ae>%x00%cI%x00%D%x00%B";

    /// <summary>Full names of the refs that stand on it.</summary>
    public IReadOnlyList<string> Decorations { get; init; } = [];

    internal static GitCommit? Parse(GitAnswer answer)
    {
        if (!answer.Ok || answer.Text.Split('\0', 6) is not [var sha, var parents, var author, var time, var decorations, var message])
            return null;
        var parent = parents.Split(' ')[0];
        var names = decorations.Split(", ").Select(name => name.StartsWith("HEAD -> ", StringComparison.Ordinal) ? name[8..] : name);
        return new GitCommit(sha, parent.Length > 0 ? parent : null, author, time, message.TrimEnd('\n') + "\n")
        {
            Decorations = [.. names],
        };
    }

    public CommitFacts ToFacts(string? before) =>
        new()
        {
            Sha = Sha,
            BeforeSha = before ?? CommitFacts.ZeroSha,
            Author = Author,
            Timestamp = Timestamp,
            Message = Message,
        };
}
