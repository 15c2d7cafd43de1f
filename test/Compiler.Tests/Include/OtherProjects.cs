using Slipway.Compiler;

namespace Slipway.Compiler.Tests.Include;

/// <summary>Other projects and a web, in memory. Notes what it was asked.</summary>
internal sealed class OtherProjects
{
    private readonly Dictionary<(string Project, string Ref), ProjectAnswer.Found> _trees = [];
    private readonly Dictionary<string, List<string>> _versions = new(StringComparer.OrdinalIgnoreCase);
    private readonly Dictionary<string, RemoteAnswer> _remotes = [];

    public List<string> Asked { get; } = [];

    public ExternalFiles Files => new(Find, Versions, Fetch);

    /// <summary>A project's files at each of these refs; a SHA is made of the first.</summary>
    public OtherProjects With(string project, string refs, params (string Path, string Text)[] files)
    {
        var names = refs.Split(' ');
        var tree = ProjectTree.From(files.ToDictionary(file => file.Path, file => file.Text.Replace('\'', '"')));
        var sha = ShaOf(names[0]);
        foreach (var name in (string[])[.. names, sha])
            _trees[(project.ToLowerInvariant(), name)] = new ProjectAnswer.Found(tree, project, sha);
        return this;
    }

    /// <summary>Versions in the catalog, all of one tree.</summary>
    public OtherProjects Publish(string project, string versions, params (string Path, string Text)[] files)
    {
        foreach (var version in versions.Split(' '))
        {
            With(project, "refs/tags/" + version, files);
            if (!_versions.TryGetValue(project, out var known))
                _versions[project] = known = [];
            known.Add(version);
        }
        return this;
    }

    public OtherProjects Web(string address, RemoteAnswer answer)
    {
        _remotes[address] = answer;
        return this;
    }

    public OtherProjects Web(string address, string text) => Web(address, new RemoteAnswer.Body(System.Text.Encoding.UTF8.GetBytes(text)));

    /// <summary>Forty digits that begin with the name's own, in hex.</summary>
    public static string ShaOf(string name) => Convert.ToHexStringLower(System.Text.Encoding.UTF8.GetBytes(name)).PadRight(40, '0')[..40];

    private ProjectAnswer Find(ExternalFiles.ProjectRequest request)
    {
        Asked.Add($"{request.Path}@{request.Ref}{(request.PublicOnly ? " (public)" : "")}");
        var path = request.Path.ToLowerInvariant();
        if (path == "far/away")
            return new ProjectAnswer.Unavailable("the host of far/away does not answer", "Try again.");
        if (_trees.TryGetValue((path, request.Ref), out var found))
            return found;
        return _trees.Keys.Any(key => key.Project == path) ? new ProjectAnswer.NoRef() : new ProjectAnswer.NoProject();
    }

    private List<string>? Versions(string project)
    {
        Asked.Add("versions of " + project);
        return _versions.GetValueOrDefault(project);
    }

    private RemoteAnswer Fetch(Uri address, TimeSpan? maxAge)
    {
        Asked.Add($"{address.AbsoluteUri} {maxAge}".TrimEnd());
        return _remotes.GetValueOrDefault(address.AbsoluteUri) ?? new RemoteAnswer.HttpCode(404, 1);
    }
}
