using System.Text;
using Slipway.Compiler;

namespace Slipway.Scenarios;

/// <summary>The other projects and the web of a scenario, as the compiler asks for them.</summary>
internal sealed class ScenarioProjects(RunSpec run)
{
    public ExternalFiles ToExternalFiles() => new(Find, project => Refs(project)?.Keys.ToArray() ?? [], Fetch);

    private Dictionary<string, Dictionary<string, string>>? Refs(string project) =>
        run.Projects.FirstOrDefault(pair => string.Equals(pair.Key, project, StringComparison.OrdinalIgnoreCase)).Value;

    private ProjectAnswer Find(ExternalFiles.ProjectRequest request)
    {
        if (Refs(request.Path) is not { } refs)
            return new ProjectAnswer.NoProject();
        var name = request.Ref == "HEAD" ? refs.Keys.First() : request.Ref.Replace("refs/tags/", "");
        return refs.TryGetValue(name, out var files)
            ? new ProjectAnswer.Found(ProjectTree.From(files), request.Path, ShaOf(name))
            : new ProjectAnswer.NoRef();
    }

    private RemoteAnswer Fetch(Uri address, TimeSpan? maxAge) =>
        run.Web.TryGetValue(address.AbsoluteUri, out var text)
            ? new RemoteAnswer.Body(Encoding.UTF8.GetBytes(text))
            : new RemoteAnswer.HttpCode(404, 1);

    /// <summary>The name in hex, forty digits long.</summary>
    private static string ShaOf(string name) => Convert.ToHexStringLower(Encoding.UTF8.GetBytes(name)).PadRight(40, '0')[..40];
}
