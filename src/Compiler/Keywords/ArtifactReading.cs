using System.Collections.Immutable;
using Slipway.Compiler.Yaml;

namespace Slipway.Compiler.Keywords;

/// <summary><c>artifacts</c>, <c>cache</c>, <c>release</c>: what a job leaves behind.</summary>
internal static class ArtifactReading
{
    public static ArtifactsConfig? Artifacts(NodeReading read, ConfigNode node) =>
        node is not ConfigMapping map
            ? null
            : new ArtifactsConfig
            {
                At = map.At,
                Paths = read.Texts(map, "paths"),
                Exclude = read.Texts(map, "exclude"),
                Untracked = read.Flag(map, "untracked") ?? false,
                Name = read.Text(map, "name"),
                When = read.Text(map, "when") ?? "on_success",
                ExpireIn = read.Text(map, "expire_in"),
                ExposeAs = read.Text(map, "expose_as"),
                Access = read.Text(map, "access") ?? (read.Flag(map, "public") == false ? "developer" : "all"),
                Reports = read.Map(map, "reports") is { } reports ? [.. Reports(read, reports)] : [],
            };

    private static IEnumerable<ReportConfig> Reports(NodeReading read, ConfigMapping reports)
    {
        foreach (var entry in reports.Entries)
        {
            if (read.Node(reports, entry.Key) is not { } value)
                continue;
            if (value is ConfigMapping coverage)
                yield return new ReportConfig(
                    read.Text(coverage, "coverage_format") ?? "cobertura",
                    read.Texts(coverage, "path"),
                    entry.At
                );
            else
                yield return new ReportConfig(entry.Key, NodeReading.Texts(value), entry.At);
        }
    }

    public static ImmutableArray<CacheConfig> Caches(NodeReading read, ConfigNode node) =>
        node is ConfigMapping one
            ? (one.Entries.Count == 0 ? [] : [Cache(read, one)])
            : [.. read.Maps(node).Select(map => Cache(read, map))];

    private static CacheConfig Cache(NodeReading read, ConfigMapping map) =>
        new()
        {
            At = map.At,
            Key = read.Node(map, "key") is { } key ? CacheKey(read, key) : CacheKeyConfig.Default,
            Paths = read.Texts(map, "paths"),
            Untracked = read.Flag(map, "untracked") ?? false,
            Unprotect = read.Flag(map, "unprotect") ?? false,
            When = read.Text(map, "when") ?? "on_success",
            Policy = read.Text(map, "policy") is { Length: > 0 } policy ? policy : "pull-push",
            FallbackKeys = read.Texts(map, "fallback_keys"),
        };

    private static CacheKeyConfig CacheKey(NodeReading read, ConfigNode node)
    {
        if (node is not ConfigMapping map)
            return new CacheKeyConfig.Text(((ConfigScalar)node).Text);
        var ofCommits = map.Has("files_commits");
        var files = read.Texts(map, ofCommits ? "files_commits" : "files");
        return new CacheKeyConfig.Files([.. files.Select(path => path.TrimStart('/'))], read.Text(map, "prefix"), ofCommits);
    }

    public static CompiledRelease? Release(NodeReading read, ConfigNode node) =>
        node is not ConfigMapping map || read.IsBad(map)
            ? null
            : new CompiledRelease(
                read.Text(map, "tag_name") ?? "",
                read.Text(map, "name"),
                read.Text(map, "description") ?? "",
                read.Text(map, "ref"),
                read.Text(map, "tag_message"),
                read.Texts(map, "milestones"),
                read.Text(map, "released_at"),
                read.Map(map, "assets") is { } assets ? [.. read.Maps(read.Node(assets, "links")).Select(link => Link(read, link))] : []
            );

    private static ReleaseLink Link(NodeReading read, ConfigMapping link) =>
        new(
            read.Text(link, "name") ?? "",
            read.Text(link, "url") ?? "",
            read.Text(link, "filepath"),
            read.Text(link, "link_type") ?? "other"
        );
}
