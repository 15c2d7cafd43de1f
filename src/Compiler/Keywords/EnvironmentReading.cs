using System.Collections.Immutable;
using Slipway.Compiler.Keywords.Shapes;
using Slipway.Compiler.Yaml;

namespace Slipway.Compiler.Keywords;

/// <summary><c>environment</c>, <c>trigger</c>, <c>pages</c>: what a job does beyond its script.</summary>
internal static class EnvironmentReading
{
    public static EnvironmentConfig? Environment(NodeReading read, ConfigNode node) =>
        node switch
        {
            ConfigScalar name => new EnvironmentConfig { At = name.At, Name = new TextAt(name.Text, name.At) },
            ConfigMapping map when !read.IsBad(map) && read.TextAt(map, "name") is { } name => new EnvironmentConfig
            {
                At = map.At,
                Name = name,
                Url = read.TextAt(map, "url"),
                Action = read.Text(map, "action") ?? "start",
                OnStop = read.TextAt(map, "on_stop"),
                AutoStopIn = read.TextAt(map, "auto_stop_in"),
                DeploymentTier = read.Text(map, "deployment_tier"),
                Kubernetes = read.Map(map, "kubernetes") is { } kubernetes ? Kubernetes(read, kubernetes) : null,
            },
            _ => null,
        };

    private static KubernetesConfig Kubernetes(NodeReading read, ConfigMapping map)
    {
        var dashboard = read.Map(map, "dashboard") ?? map;
        var managed = read.Map(map, "managed_resources");
        return new KubernetesConfig(
            read.Text(map, "agent"),
            read.Text(dashboard, "namespace") ?? read.Text(map, "namespace"),
            read.Text(dashboard, "flux_resource_path") ?? read.Text(map, "flux_resource_path"),
            managed is null ? null : read.Flag(managed, "enabled")
        );
    }

    public static TriggerConfig? Trigger(NodeReading read, ConfigNode node)
    {
        if (node is ConfigScalar project)
            return new TriggerConfig { At = project.At, Project = new TextAt(project.Text, project.At) };
        if (node is not ConfigMapping map || read.IsBad(map))
            return null;
        var forward = read.Map(map, "forward");
        return new TriggerConfig
        {
            At = map.At,
            Project = read.TextAt(map, "project"),
            Branch = read.TextAt(map, "branch"),
            Include = read.Node(map, "include") is { } include ? [.. Includes(read, include)] : [],
            Strategy = read.Text(map, "strategy"),
            ForwardYamlVariables = (forward is null ? null : read.Flag(forward, "yaml_variables")) ?? true,
            ForwardPipelineVariables = (forward is null ? null : read.Flag(forward, "pipeline_variables")) ?? false,
            Inputs = Inputs(read, map),
        };
    }

    private static IEnumerable<TriggerIncludeConfig> Includes(NodeReading read, ConfigNode node)
    {
        IReadOnlyList<ConfigNode> items = node is ConfigSequence list ? ShapeCheck.Flatten(list) : [node];
        foreach (var item in items.Where(item => !read.IsBad(item)))
        {
            if (item is ConfigScalar text)
                yield return new TriggerIncludeConfig(IsRemote(text.Text) ? "remote" : "local", new TextAt(text.Text, text.At), text.At);
            else if (item is ConfigMapping map && Include(read, map) is { } include)
                yield return include;
        }
    }

    private static TriggerIncludeConfig? Include(NodeReading read, ConfigMapping map)
    {
        foreach (var kind in (ReadOnlySpan<string>)["local", "artifact", "project", "template", "remote", "component"])
        {
            if (read.TextAt(map, kind) is { } location)
                return new TriggerIncludeConfig(kind, location, map.At)
                {
                    Whole = map,
                    Job = read.TextAt(map, "job"),
                    Inputs = Inputs(read, map),
                };
        }
        return null;
    }

    private static bool IsRemote(string location) =>
        location.StartsWith("https://", StringComparison.OrdinalIgnoreCase)
        || location.StartsWith("http://", StringComparison.OrdinalIgnoreCase);

    private static ImmutableDictionary<string, string> Inputs(NodeReading read, ConfigMapping map) =>
        read.Map(map, "inputs") is { } inputs
            ? inputs.Entries.ToImmutableDictionary(entry => entry.Key, entry => InputText(entry.Value))
            : ImmutableDictionary<string, string>.Empty;

    private static string InputText(ConfigNode value) => value is ConfigScalar scalar ? scalar.Text : JsonText.Of(value);

    public static PagesConfig Pages(NodeReading read, ConfigMapping job)
    {
        var pages = read.Map(job, "pages");
        var publish = (pages is null ? null : read.Text(pages, "publish")) ?? read.Text(job, "publish") ?? "public";
        return pages is null
            ? new PagesConfig(publish, PathPrefix: null, ExpireIn: null)
            : new PagesConfig(publish, read.Text(pages, "path_prefix"), read.Text(pages, "expire_in"));
    }
}
