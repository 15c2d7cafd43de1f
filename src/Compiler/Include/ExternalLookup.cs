namespace Slipway.Compiler.Include;

/// <summary>Asks outside, each question once: within one compilation an answer does not change. Not for several threads.</summary>
internal sealed class ExternalLookup(ExternalFiles files)
{
    private readonly Dictionary<ExternalFiles.ProjectRequest, ProjectAnswer> _projects = [];
    private readonly Dictionary<string, IReadOnlyList<string>?> _versions = new(StringComparer.OrdinalIgnoreCase);
    private readonly Dictionary<Uri, RemoteAnswer> _remotes = [];

    public ProjectAnswer Project(string path, string reference, bool publicOnly)
    {
        var request = new ExternalFiles.ProjectRequest(path, reference) { PublicOnly = publicOnly };
        if (!_projects.TryGetValue(request, out var answer))
            _projects[request] = answer = files.Project(request);
        return answer;
    }

    /// <summary><see langword="null"/>: the project is not in the catalog.</summary>
    public IReadOnlyList<string>? Versions(string path)
    {
        if (!_versions.TryGetValue(path, out var answer))
            _versions[path] = answer = files.Versions(path);
        return answer;
    }

    public RemoteAnswer Remote(Uri address, TimeSpan? maxAge)
    {
        if (!_remotes.TryGetValue(address, out var answer))
            _remotes[address] = answer = files.Remote(address, maxAge);
        return answer;
    }
}
