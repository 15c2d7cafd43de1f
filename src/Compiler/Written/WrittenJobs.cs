using System.Collections.Immutable;
using Slipway.Compiler.Keywords;
using Slipway.Compiler.Keywords.Shapes;
using Slipway.Compiler.Yaml;

namespace Slipway.Compiler.Written;

/// <summary>Makes a <see cref="WrittenConfiguration"/> out of the merged nodes.</summary>
internal sealed class WrittenJobs
{
    private static readonly string[] s_worked = ["extends", "inherit"];

    private readonly ConfigMapping _root;
    private readonly ConfigMapping? _defaults;
    private readonly Dictionary<(string, ConfigNode), string> _texts = [];

    private WrittenJobs(ConfigMapping root)
    {
        _root = root;
        _defaults = root.Entry("default") is { } entry && !JobKind.IsJob(entry) ? entry.Value as ConfigMapping : null;
    }

    /// <param name="root">Free of errors.</param>
    public static WrittenConfiguration Of(ConfigMapping root)
    {
        var written = new WrittenJobs(root);
        var globals = root.Entries.Where(entry => entry.Key is "stages" or "workflow" && !JobKind.IsJob(entry));
        return new WrittenConfiguration(
            [.. globals.Select(entry => written.Keyword(entry.Key, entry.Value))],
            [.. root.Entries.Where(entry => JobKind.IsJob(entry) && entry.Value is ConfigMapping).Select(written.Job)]
        );
    }

    private WrittenConfiguration.Job Job(ConfigEntry entry)
    {
        var job = (ConfigMapping)entry.Value;
        var kind = JobKind.Of(job);
        var keywords = ImmutableArray.CreateBuilder<WrittenConfiguration.Keyword>();
        foreach (var own in job.Entries)
        {
            if (!s_worked.Contains(own.Key) && own.Key != "variables" && own.Value is not ConfigScalar { IsNull: true })
                keywords.Add(Keyword(own.Key, own.Value));
        }
        if (Variables(job) is { Entries.Count: > 0 } variables)
            keywords.Add(Keyword("variables", variables));
        foreach (var name in KeywordTable.AllAt(Where.Default).Keys.Order(StringComparer.Ordinal))
        {
            if (
                KeywordTable.Find(kind, name) is not null
                && IsUnset(job, name)
                && Inherits(job, "default", name)
                && Default(name) is { } node
            )
                keywords.Add(Keyword(name, node));
        }
        return new WrittenConfiguration.Job(entry.Key, keywords.ToImmutable());
    }

    private static bool IsUnset(ConfigMapping map, string key) => map[key] is null or ConfigScalar { IsNull: true };

    private ConfigNode? Default(string name) =>
        _defaults is not null && !IsUnset(_defaults, name) ? _defaults[name]
        : KeywordTable.Find(Where.TopLevel, name) is not null && !IsUnset(_root, name) ? _root[name]
        : null;

    private static bool Inherits(ConfigMapping job, string part, string name) =>
        (job["inherit"] as ConfigMapping)?[part] switch
        {
            ConfigScalar { Kind: ScalarKind.Boolean } flag => flag.IsTrue,
            ConfigSequence names => names.Items.Any(item => item is ConfigScalar text && text.Text == name),
            _ => true,
        };

    /// <summary>The global ones with the job's own over them.</summary>
    private ConfigMapping Variables(ConfigMapping job)
    {
        var all = new MappingBuilder();
        foreach (var global in (_root["variables"] as ConfigMapping)?.Entries ?? [])
        {
            if (Inherits(job, "variables", global.Key))
                all.Set(global);
        }
        foreach (var own in (job["variables"] as ConfigMapping)?.Entries ?? [])
            all.Set(own);
        return all.Build(job.At);
    }

    /// <summary>Many jobs share their values; each is written once.</summary>
    private WrittenConfiguration.Keyword Keyword(string name, ConfigNode value)
    {
        if (!_texts.TryGetValue((name, value), out var text))
        {
            var document = YamlWriter.Write(new ConfigMapping(value.At, [new ConfigEntry(name, value.At, value)])) ?? $"---\n{name}: …\n";
            _texts[(name, value)] = text = document["---\n".Length..].TrimEnd('\n');
        }
        return new WrittenConfiguration.Keyword(name, text);
    }
}
