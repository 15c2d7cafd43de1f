using System.Collections.Immutable;
using Slipway.Compiler.Keywords.Shapes;
using Slipway.Compiler.Yaml;

namespace Slipway.Compiler.Keywords;

/// <summary><c>needs</c>, <c>parallel</c>.</summary>
internal static class NeedReading
{
    public static ImmutableArray<NeedConfig> Needs(NodeReading read, ConfigNode node)
    {
        IReadOnlyList<ConfigNode> items = node is ConfigSequence list ? ShapeCheck.Flatten(list) : [node];
        var needs = ImmutableArray.CreateBuilder<NeedConfig>(items.Count);
        foreach (var item in items)
        {
            if (IsWhole(read, item))
                needs.Add(Need(read, item));
        }
        return needs.DrainToImmutable();
    }

    /// <summary>A need with a mistake in it is not held against the jobs there are.</summary>
    private static bool IsWhole(NodeReading read, ConfigNode item) =>
        !read.IsBad(item) && (item is not ConfigMapping map || map.Entries.All(entry => !read.IsBad(entry.Value)));

    private static NeedConfig Need(NodeReading read, ConfigNode item)
    {
        if (item is not ConfigMapping map)
            return new NeedConfig.Job(((ConfigScalar)item).Text, Artifacts: true, Optional: false, Matrix: null, item.At);
        var job = read.Text(map, "job") ?? "";
        var artifacts = read.Flag(map, "artifacts") ?? true;
        var optional = read.Flag(map, "optional") ?? false;
        if (map.Has("project") || map.Has("ref"))
            return new NeedConfig.CrossProject(read.Text(map, "project") ?? "", job, read.Text(map, "ref") ?? "", artifacts, map.At);
        if (!map.Has("job"))
            return new NeedConfig.Upstream(read.Text(map, "pipeline") ?? "", map.At);
        if (map.Has("pipeline"))
            return new NeedConfig.CrossPipeline(read.Text(map, "pipeline") ?? "", job, artifacts, optional, map.At);
        var matrix = read.Map(map, "parallel") is { } parallel ? Rows(read, parallel) : default(ImmutableArray<MatrixRow>?);
        return new NeedConfig.Job(job, artifacts, optional, matrix, map.At);
    }

    public static ParallelConfig? Parallel(NodeReading read, ConfigNode node) =>
        node switch
        {
            ConfigScalar count => new ParallelConfig.Count(int.Parse(count.Text)),
            ConfigMapping map when !read.IsBad(map) && Rows(read, map) is { Length: > 0 } rows => new ParallelConfig.Matrix(rows),
            _ => null,
        };

    private static ImmutableArray<MatrixRow> Rows(NodeReading read, ConfigMapping parallel) =>
        [.. read.Maps(read.Node(parallel, "matrix")).Select(row => new MatrixRow([.. row.Entries.Select(Variable)], row.At))];

    private static MatrixVariable Variable(ConfigEntry entry) => new(entry.Key, NodeReading.Texts(entry.Value), entry.At);
}
