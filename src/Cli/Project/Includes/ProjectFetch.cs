namespace Slipway.Cli.Project.Includes;

/// <summary>What came of talking with a host.</summary>
internal abstract record Fetched<T>
{
    private Fetched() { }

    internal sealed record Done(T Value) : Fetched<T>;

    /// <summary>The host says no: there is no such thing, or not for this user.</summary>
    internal sealed record Refused(string Complaint) : Fetched<T>;

    /// <summary>The host does not answer.</summary>
    internal sealed record Unreachable(string Complaint) : Fetched<T>;
}

/// <summary>Fetches refs and commits with git: no prompt, no hook, no submodule, no checkout, an end to waiting.</summary>
internal static class ProjectFetch
{
    private static readonly TimeSpan ListLimit = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan FetchLimit = TimeSpan.FromMinutes(2);

    /// <summary>git's and ssh's words (in the C locale) for a host that is not there.</summary>
    private static readonly string[] s_silence =
    [
        "Could not resolve host",
        "Temporary failure in name resolution",
        "Name or service not known",
        "Connection refused",
        "Connection timed out",
        "Connection reset",
        "Operation timed out",
        "Failed to connect",
        "Couldn't connect",
        "No route to host",
        "Network is unreachable",
        "unable to connect",
        "Operation too slow",
    ];

    public static Fetched<string> ListRefs(string url)
    {
        // At the root no repository's settings are found.
        var answer = GitProcess.AskRemote(
            Path.GetPathRoot(Path.GetTempPath())!,
            ListLimit,
            "-c",
            "protocol.version=2",
            "ls-remote",
            "--quiet",
            "--end-of-options",
            url,
            "HEAD",
            "refs/heads/*",
            "refs/tags/*"
        );
        return Result(answer, () => answer.Text);
    }

    /// <summary>Makes a folder a bare repository that holds one commit and nothing before it.</summary>
    public static Fetched<string> Commit(string url, string sha, string folder)
    {
        var made = GitProcess.Ask(folder, "init", "--quiet", "--bare", "--template=", ".");
        if (!made.Ok)
            return new Fetched<string>.Refused(made.Complaint);
        var answer = GitProcess.AskRemote(
            folder,
            FetchLimit,
            "-c",
            "protocol.version=2",
            "-c",
            "gc.auto=0",
            "-c",
            "maintenance.auto=false",
            "-c",
            "http.lowSpeedLimit=1000",
            "-c",
            "http.lowSpeedTime=20",
            "fetch",
            "--quiet",
            "--depth=1",
            "--no-tags",
            "--no-write-fetch-head",
            "--no-recurse-submodules",
            "--end-of-options",
            url,
            $"+{sha}:refs/heads/included"
        );
        return Result(answer, () => sha);
    }

    private static Fetched<string> Result(GitAnswer answer, Func<string> value)
    {
        if (answer.Ok)
            return new Fetched<string>.Done(value());
        if (answer.ExitCode == GitAnswer.Missing)
            throw new CommandException(ExitCode.Failed, "the git program is needed to read other projects, and it is not installed");
        var silent =
            answer.ExitCode == GitAnswer.TookTooLong
            || s_silence.Any(words => answer.Complaint.Contains(words, StringComparison.OrdinalIgnoreCase));
        var complaint = Complaint(answer.Complaint);
        return silent ? new Fetched<string>.Unreachable(complaint) : new Fetched<string>.Refused(complaint);
    }

    /// <summary>The line that says most, without passwords that stand in addresses.</summary>
    internal static string Complaint(string text)
    {
        var lines = text.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        var line =
            lines.FirstOrDefault(line => line.StartsWith("ERROR:", StringComparison.Ordinal) && line.Length > 7)
            ?? lines.FirstOrDefault(line => s_silence.Any(words => line.Contains(words, StringComparison.OrdinalIgnoreCase)))
            ?? lines.FirstOrDefault(line => line.StartsWith("fatal:", StringComparison.Ordinal))
            ?? lines.FirstOrDefault()
            ?? "git says nothing";
        var words = line.Split(' ').Select(WithoutUser);
        var whole = string.Join(' ', words);
        foreach (var start in (string[])["fatal: ", "ERROR: "])
            whole = whole.StartsWith(start, StringComparison.Ordinal) ? whole[start.Length..] : whole;
        return whole.Length > 300 ? whole[..300] : whole;
    }

    private static string WithoutUser(string word)
    {
        var scheme = word.IndexOf("://", StringComparison.Ordinal);
        if (scheme < 0)
            return word;
        var slash = word.IndexOf('/', scheme + 3);
        var at = slash < 0 ? word.LastIndexOf('@') : word.LastIndexOf('@', slash);
        return at < scheme ? word : word[..(scheme + 3)] + word[(at + 1)..];
    }
}
