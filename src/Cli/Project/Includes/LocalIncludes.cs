using Slipway.Compiler;

namespace Slipway.Cli.Project.Includes;

/// <summary>
/// What a local run answers when the compiler asks for files from outside: a checkout named with <c>--project-dir</c> first, then the checkout itself,
/// then the host of its remote. For several threads, as child pipelines are compiled beside each other.
/// </summary>
internal sealed class LocalIncludes
{
    private readonly Lock _gate = new();
    private readonly ProjectDirs _dirs;
    private readonly OwnProject _own;
    private readonly Lazy<(HostProjects? Host, string? Missing)> _host;
    private readonly WebFiles _web;

    /// <summary>All pipelines of a run see the same file.</summary>
    private readonly Dictionary<Uri, RemoteAnswer> _fetched = [];

    /// <param name="git">Of the checkout.</param>
    /// <param name="root">The project's top folder.</param>
    public LocalIncludes(ProjectOptions options, OwnProject own, GitFacts? git, string root, IncludeNotes notes, Surroundings surroundings)
    {
        var cache = IncludeCache.Usual(surroundings);
        (_dirs, _own) = (new ProjectDirs(options.ProjectDirs, options.Directory, surroundings.Variable("HOME")), own);
        _host = new Lazy<(HostProjects?, string?)>(() => Host(git, root, cache, notes, options.Offline));
        _web = new WebFiles(cache, notes, surroundings.Time, options.Offline);
    }

    public ExternalFiles ToExternalFiles() => new(Find, Versions, Fetch);

    public static string HelpFor(string project) => $"Name a checkout of it with --project-dir {project}=DIR.";

    private ProjectAnswer Find(ExternalFiles.ProjectRequest request)
    {
        lock (_gate)
        {
            if (_dirs.Find(request.Path) is { } mapped)
                return mapped;
            if (!RefNames.IsProject(request.Path))
                return new ProjectAnswer.NoProject("A project's path is group/project.");
            if (_own.Is(request.Path) && _own.Find(request.Ref) is { } here)
                return here;
            return _host.Value is ({ } host, _)
                ? host.Find(request.Path, request.Ref)
                : new ProjectAnswer.Unavailable(_host.Value.Missing ?? "", HelpFor(request.Path));
        }
    }

    private IReadOnlyList<string> Versions(string project)
    {
        lock (_gate)
        {
            if (_dirs.Versions(project) is { } mapped)
                return mapped;
            if (!RefNames.IsProject(project))
                return [];
            return _own.Is(project) ? _own.Versions : _host.Value.Host?.Versions(project) ?? [];
        }
    }

    private RemoteAnswer Fetch(Uri address, TimeSpan? maxAge)
    {
        lock (_fetched)
        {
            if (!_fetched.TryGetValue(address, out var answer))
                _fetched[address] = answer = _web.Get(address, maxAge);
            return answer;
        }
    }

    private static (HostProjects?, string?) Host(GitFacts? git, string root, IncludeCache? cache, IncludeNotes notes, bool offline)
    {
        if (git is null)
            return (null, "this folder is no git checkout, so there is no remote to fetch from");
        if (git.RemoteUrl is not { } url)
            return (null, "this checkout has no remote to fetch from (origin, or the only one)");
        if (GitRemote.Parse(url, git.Top) is not { } remote)
            return (null, "the address of this checkout's remote is of a kind that other projects cannot be derived from");
        return cache is null
            ? (null, "there is no folder to keep it in: neither XDG_CACHE_HOME nor HOME is set")
            : (new HostProjects(remote, cache, notes, offline), null);
    }
}
