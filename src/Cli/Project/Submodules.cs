using System.Collections.Concurrent;
using Slipway.Runner.Sources;

namespace Slipway.Cli.Project;

/// <summary>
/// The files of a checkout's submodules as they lie there now. Nothing is fetched: what is not checked out is told, and stays an empty folder.
/// Their repositories do not travel, so <c>git</c> inside a submodule of a job's copy speaks of the project around it.
/// </summary>
internal sealed class Submodules(SourceTree plain, IReadOnlyList<string> links)
{
    /// <summary>Submodules within submodules; a repository can contain itself.</summary>
    private const int MostNested = 10;

    private readonly ConcurrentDictionary<SubmoduleChoice, Lazy<Task<SubmoduleTree>>> _known = new();

    public static SourceTree In(string root, Listing listing, string? gitDir)
    {
        var plain = new SourceTree(root, listing.WithFolders(), gitDir);
        if (listing.Links.Length == 0)
            return plain;
        var submodules = new Submodules(plain, listing.Links);
        return plain with { WithSubmodules = submodules.WithAsync };
    }

    /// <summary>Jobs that choose alike share one tree, and so what is worked out for it.</summary>
    private Task<SubmoduleTree> WithAsync(SubmoduleChoice choice, CancellationToken ct) =>
        _known
            .GetOrAdd(choice, c => new Lazy<Task<SubmoduleTree>>(() => Task.Run(() => With(c), CancellationToken.None)))
            .Value.WaitAsync(ct);

    private SubmoduleTree With(SubmoduleChoice choice)
    {
        var chosen = choice.Paths.Length == 0 ? links : [.. links.Intersect(Matching(choice.Paths), StringComparer.Ordinal)];
        var (paths, absent) = (new SortedSet<string>(plain.Paths, StringComparer.Ordinal), new List<string>());
        foreach (var link in chosen)
            Add(link, choice.Recursive ? MostNested : 0, paths, absent);
        return new SubmoduleTree(plain with { Paths = [.. paths] }, absent);
    }

    private void Add(string link, int nested, SortedSet<string> paths, List<string> absent)
    {
        var folder = Path.Combine(plain.Root, link);
        if (!Path.Exists(Path.Combine(folder, ".git")) || new DirectoryInfo(folder).LinkTarget is not null)
        {
            absent.Add(link);
            return;
        }

        var listing = ListingOf(link, folder);
        paths.Remove(link);
        paths.UnionWith(listing.WithFolders().Select(path => $"{link}/{path}"));
        if (nested == 0)
            return;
        foreach (var inner in listing.Links)
            Add($"{link}/{inner}", nested - 1, paths, absent);
    }

    private static Listing ListingOf(string link, string folder)
    {
        try
        {
            return Listing.Of(folder);
        }
        catch (CommandException e)
        {
            throw new IOException($"git cannot list the files of submodule {link}: {e.Help}", e);
        }
    }

    /// <summary>The words are patterns to Git, as gitlab-runner hands them to <c>git submodule update</c>.</summary>
    private string[] Matching(string patterns)
    {
        string[] words = patterns.Split(' ', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        var answer = GitProcess.Ask(plain.Root, ["--no-literal-pathspecs", "ls-files", "-z", "--cached", "--", .. words]);
        return answer.Ok
            ? answer.Parts()
            : throw new IOException($"git cannot read GIT_SUBMODULE_PATHS \"{patterns}\": {answer.Complaint.Split('\n')[0]}");
    }
}
