using Slipway.Compiler;

namespace Slipway.Cli.Project.Includes;

/// <summary>
/// Projects on the host of the checkout's remote. Branches and tags are asked for once in a run, a commit is fetched once for all time; when the host
/// does not answer, what it said last serves, and that is told.
/// </summary>
internal sealed class HostProjects(GitRemote remote, IncludeCache cache, IncludeNotes notes, bool offline)
{
    private const string NeverFetched = "it has not been fetched before, and --offline fetches nothing";

    /// <summary>What was heard when the host did not answer: nobody waits for it twice.</summary>
    private string? _silence;

    private readonly Dictionary<string, Fetched<RemoteRefs>> _refs = new(StringComparer.Ordinal);

    public ProjectAnswer Find(string project, string reference)
    {
        if (remote.UrlOf(project) is not { } url)
            return new ProjectAnswer.NoProject($"There is no repository {project}.git in a folder above {remote.Name}.");
        if (RefNames.IsSha(reference))
            return Commit(project, url, reference, isNamed: true);
        if (reference != "HEAD" && !RefNames.IsName(reference))
            return new ProjectAnswer.NoRef("No branch or tag can have that name.");
        return Refs(project, url) switch
        {
            Fetched<RemoteRefs>.Done(var refs) => refs.Find(reference) is { } sha
                ? Commit(project, url, sha, isNamed: false)
                : new ProjectAnswer.NoRef(),
            Fetched<RemoteRefs>.Refused(var complaint) => new ProjectAnswer.NoProject($"{remote.Name} says to git: {complaint}"),
            Fetched<RemoteRefs>.Unreachable(var complaint) => Silent(project, complaint),
            var other => throw new InvalidOperationException($"{other} is no answer"),
        };
    }

    /// <summary>A local run cannot see the catalog: every tag counts as published.</summary>
    public IReadOnlyList<string> Versions(string project) =>
        remote.UrlOf(project) is { } url && Refs(project, url) is Fetched<RemoteRefs>.Done(var refs) ? refs.TagNames : [];

    private Fetched<RemoteRefs> Refs(string project, string url)
    {
        if (!_refs.TryGetValue(url, out var refs))
            _refs[url] = refs = AskForRefs(project, url);
        return refs;
    }

    private Fetched<RemoteRefs> AskForRefs(string project, string url)
    {
        var folder = cache.ProjectFolder(url);
        if (offline)
            return Kept(folder) is { } known ? new Fetched<RemoteRefs>.Done(known) : new Fetched<RemoteRefs>.Unreachable(NeverFetched);
        var listed = List(project, url);
        switch (listed)
        {
            case Fetched<string>.Done(var text):
                cache.KeepRefs(folder, text);
                return new Fetched<RemoteRefs>.Done(new RemoteRefs(text));
            case Fetched<string>.Unreachable(var complaint):
                _silence = complaint;
                if (Kept(folder) is not { } kept)
                    return new Fetched<RemoteRefs>.Unreachable(complaint);
                notes.Say($"{remote.Name} does not answer; {project} is taken as it was on {kept.Age}");
                return new Fetched<RemoteRefs>.Done(kept);
            case Fetched<string>.Refused(var complaint):
                return new Fetched<RemoteRefs>.Refused(complaint);
            default:
                throw new InvalidOperationException($"{listed} is no answer");
        }
    }

    private Fetched<string> List(string project, string url)
    {
        if (_silence is not null)
            return new Fetched<string>.Unreachable(_silence);
        using (notes.Begin($"asking {remote.Name} for {project}"))
            return ProjectFetch.ListRefs(url);
    }

    private static RemoteRefs? Kept(string folder) =>
        IncludeCache.Refs(folder) is { } kept ? new RemoteRefs(kept.Text) { KeptSince = kept.At } : null;

    /// <param name="isNamed">The user has written the SHA, so it may be that there is no such commit.</param>
    private ProjectAnswer Commit(string project, string url, string sha, bool isNamed)
    {
        var folder = cache.ProjectFolder(url);
        if (cache.Commit(folder, sha) is { } known)
            return Found(project, known, sha);
        if (offline || _silence is not null)
            return Silent(project, _silence ?? NeverFetched);
        Fetched<string>? fetched = null;
        string? added;
        using (notes.Begin($"fetching {project} at {sha[..8]} from {remote.Name}"))
            added = cache.AddCommit(folder, sha, empty => (fetched = ProjectFetch.Commit(url, sha, empty)) is Fetched<string>.Done);
        return (added, fetched) switch
        {
            (not null, _) => Found(project, added, sha),
            (_, Fetched<string>.Unreachable(var complaint)) => Silent(project, _silence = complaint),
            (_, Fetched<string>.Refused(var complaint)) when isNamed && IsAboutCommit(complaint) => new ProjectAnswer.NoRef(),
            (_, Fetched<string>.Refused(var complaint)) => new ProjectAnswer.NoProject($"{remote.Name} says to git: {complaint}"),
            _ => throw new InvalidOperationException("nothing was fetched"),
        };
    }

    private static bool IsAboutCommit(string complaint) =>
        complaint.Contains("not our ref", StringComparison.Ordinal)
        || complaint.Contains("unadvertised object", StringComparison.Ordinal)
        || complaint.Contains("find remote ref", StringComparison.Ordinal);

    private static ProjectAnswer.Found Found(string project, string folder, string sha) =>
        new(new RevisionTree(folder, sha).ToProjectTree(), project, sha);

    private ProjectAnswer.Unavailable Silent(string project, string complaint) =>
        new(offline ? complaint : $"{remote.Name} does not answer ({complaint})", LocalIncludes.HelpFor(project));
}
