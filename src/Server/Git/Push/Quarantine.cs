namespace Slipway.Server.Git.Push;

/// <summary>
/// Where a push's objects lie until it is known that they may come in: a folder of the repository that nobody else reads. Objects come in whole and checked,
/// or are gone with the quarantine; killed in between, they are swept up with <see cref="Upkeep"/>.
/// </summary>
internal sealed class Quarantine : IDisposable
{
    /// <summary>In a repository's folder; a name in it is a moment and a random word.</summary>
    public const string Folder = Repositories.Quarantines;

    /// <summary>Bytes: a header of 12, a trailer of 20.</summary>
    private const int EmptyPack = 32;

    private readonly Repository _repository;
    private readonly string _path;

    public Quarantine(Repository repository)
    {
        _repository = repository;
        _path = Path.Combine(repository.Path, Folder, Guid.NewGuid().ToString("N"));
        Directory.CreateDirectory(Path.Combine(_path, "pack"));
        Environment = new Dictionary<string, string>
        {
            ["GIT_OBJECT_DIRECTORY"] = _path,
            ["GIT_ALTERNATE_OBJECT_DIRECTORIES"] = Quoted(Path.Combine(repository.Path, "objects")),
            // Git itself refuses to move a ref to what is not in yet.
            ["GIT_QUARANTINE_PATH"] = _path,
        };
    }

    /// <summary>What lets git see these objects beside the repository's own.</summary>
    public IReadOnlyDictionary<string, string> Environment { get; }

    /// <summary>Takes a pack to its end and checks every object in it.</summary>
    /// <param name="pack">Ends with the pack.</param>
    /// <param name="maxBytes">A byte more is refused.</param>
    /// <returns>What is wrong with it, in Git's words; nothing when it is good.</returns>
    public async Task<string?> TakeAsync(Stream pack, long maxBytes, CancellationToken ct)
    {
        var call = new GitCall("index-pack", "--stdin", "--fix-thin", "--strict=" + GitSettings.Fsck, $"--max-input-size={maxBytes}")
        {
            Environment = Environment,
            Feed = (input, token) => pack.CopyToAsync(input, token),
            Limit = TimeSpan.FromHours(1),
        };
        var answer = await _repository.RunAsync(call, ct);
        return answer.Ok ? null : Complaint(answer);
    }

    /// <summary>Whether all that these objects lead to is here or there.</summary>
    public async Task<bool> IsConnectedAsync(IEnumerable<string> ids, CancellationToken ct)
    {
        var call = new GitCall("rev-list", "--objects", "--stdin", "--not", "--all", "--quiet")
        {
            Environment = Environment,
            Input = GitCall.Lines(ids),
            Limit = TimeSpan.FromMinutes(30),
        };
        return (await _repository.RunAsync(call, ct)).Ok;
    }

    /// <summary>Which of these are commits.</summary>
    public async Task<IReadOnlySet<string>> CommitsAsync(IReadOnlyCollection<string> ids, CancellationToken ct)
    {
        if (ids.Count == 0)
            return new HashSet<string>();
        var call = new GitCall("cat-file", "--batch-check") { Environment = Environment, Input = GitCall.Lines(ids) };
        var lines = (await _repository.RunAsync(call, ct)).OrThrow("look at pushed objects").Text.Split('\n');
        return lines.Select(line => line.Split(' ')).Where(words => words is [_, "commit", _]).Select(words => words[0]).ToHashSet();
    }

    /// <summary>Whether the older commit is part of the newer one's history.</summary>
    public async Task<bool> IsAncestorAsync(string older, string newer, CancellationToken ct)
    {
        var call = new GitCall("merge-base", "--is-ancestor", "--end-of-options", older, newer) { Environment = Environment };
        return (await _repository.RunAsync(call, ct)).Ok;
    }

    /// <summary>Moves the objects into the repository. When this returns they are on the disk there.</summary>
    public void Migrate()
    {
        var to = Path.Combine(_repository.Path, "objects", "pack");
        // The index last: without it Git does not see the pack.
        var files = new DirectoryInfo(Path.Combine(_path, "pack")).GetFiles().OrderBy(file => file.Extension == ".idx").ToList();
        // A new ref to what was here before comes with a pack of nothing.
        if (files.Exists(file => file.Extension == ".pack" && file.Length <= EmptyPack))
            return;
        foreach (var file in files)
            file.MoveTo(Path.Combine(to, file.Name), overwrite: true);
        if (files.Count > 0)
            DurableFolder.Sync(to);
    }

    public void Dispose() => Directory.Delete(_path, recursive: true);

    /// <summary>Git separates these by colons; one in quotes may have them. https://git-scm.com/docs/git#Documentation/git.txt-codeGITALTERNATEOBJECTDIRECTORIEScode</summary>
    private static string Quoted(string path) => '"' + path.Replace("\\", "\\\\").Replace("\"", "\\\"") + '"';

    private static string Complaint(GitAnswer answer)
    {
        var lines = answer
            .Complaint.Split('\n')
            .Where(line => line.StartsWith("fatal: ") || line.StartsWith("error: "))
            .Distinct()
            .Take(3)
            .ToList();
        return lines.Count > 0 ? string.Join("; ", lines.Select(line => line[7..])) : $"index-pack ended with {answer.ExitCode}";
    }
}
