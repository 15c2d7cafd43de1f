using System.Collections.Immutable;
using Slipway.Compiler.Keywords.Shapes;
using Slipway.Compiler.Yaml;
using Slipway.Protocol.Jobs;

namespace Slipway.Compiler.Keywords;

internal static class ImageReading
{
    public static JobImage? Image(NodeReading read, ConfigNode node) =>
        node switch
        {
            ConfigScalar name => new JobImage { Name = name.Text },
            ConfigMapping map when !read.IsBad(map) => new JobImage
            {
                Name = read.Text(map, "name") ?? "",
                Alias = read.Text(map, "alias"),
                Entrypoint = read.Texts(map, "entrypoint"),
                Command = read.Texts(map, "command"),
                PullPolicy = read.Texts(map, "pull_policy"),
                Variables = [.. Variables(read, map)],
                ExecutorOpts = ExecutorOptions(read, map),
            },
            _ => null,
        };

    public static ImmutableArray<JobImage> Services(NodeReading read, ConfigNode node) =>
        node is ConfigSequence list
            ? [.. ShapeCheck.Flatten(list).Where(item => !read.IsBad(item)).Select(item => Image(read, item)).OfType<JobImage>()]
            : [];

    private static IEnumerable<JobImageVariable> Variables(NodeReading read, ConfigMapping map) =>
        read.Map(map, "variables") is { } variables
            ? VariableReading.Variables(read, variables).Select(variable => new JobImageVariable(variable.Key, variable.Value))
            : [];

    private static ImageExecutorOptions? ExecutorOptions(NodeReading read, ConfigMapping map)
    {
        var docker = read.Map(map, "docker") is { } d ? new DockerImageOptions(read.Text(d, "platform"), read.Text(d, "user")) : null;
        var kubernetes = read.Map(map, "kubernetes") is { } k ? new KubernetesImageOptions(read.Text(k, "user")) : null;
        return docker is null && kubernetes is null ? null : new ImageExecutorOptions(docker, kubernetes);
    }
}
