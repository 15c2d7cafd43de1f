using System.Text;
using Slipway.Compiler.Yaml;

namespace Slipway.Compiler.Tests.RealWorld;

/// <summary>What takes the place of all files that only another project could supply; README.md has the rule.</summary>
internal sealed class StandIn
{
    private const string Line = "[stand-in]";

    private static readonly string[] Keywords = ["variables", "default", "workflow", "image", "cache", "include", "stages", "spec"];

    private readonly List<YamlFile> _files = [];
    private readonly HashSet<string> _defined = new(StringComparer.Ordinal);

    private StandIn(IReadOnlyDictionary<string, string> tree, string root)
    {
        var waiting = new Queue<string>([root]);
        var seen = new HashSet<string>(StringComparer.Ordinal);
        while (waiting.TryDequeue(out var path))
        {
            if (!seen.Add(path) || !tree.TryGetValue(path, out var text) || YamlFile.Read(path, text, new DiagnosticBag()) is not { } file)
                continue;
            _files.Add(file);
            _defined.UnionWith(file.Body.Entries.Select(entry => entry.Key));
            foreach (var item in Items(file.Body["include"]))
                if (((item as ConfigMapping)?["local"] ?? item) is ConfigScalar local)
                    waiting.Enqueue(local.Text.TrimStart('/'));
        }
    }

    /// <param name="tree">The project's files, path → text.</param>
    /// <param name="root">The file its configuration begins with.</param>
    public static ExternalFiles ExternalFiles(IReadOnlyDictionary<string, string> tree, string root)
    {
        var text = new StandIn(tree, root).Write();
        var elsewhere = new ProjectTree(_ => text, () => [], _ => null);
        return new ExternalFiles(
            request => new ProjectAnswer.Found(elsewhere, request.Path, CommitFacts.ZeroSha),
            _ => ["1.0.0"],
            (_, _) => new RemoteAnswer.Body(Encoding.UTF8.GetBytes(text))
        );
    }

    private string Write()
    {
        var text = new StringBuilder("spec:\n  inputs:\n    unused: {default: ''}\n");
        foreach (var (name, type, empty) in Inputs())
            text.Append($"    {Quoted(name)}: {{type: {type}, default: {empty}}}\n");
        text.Append("---\nvariables: {}\n");
        if (!_defined.Contains("stages"))
            text.Append($"stages: [{string.Join(", ", Stages().Select(Quoted))}]\n");
        foreach (var (name, keys) in Names())
            text.Append(keys is null ? $"{Quoted(name)}: {Line}\n" : $"{Quoted(name)}: {{{string.Join(", ", keys)}}}\n");
        return text.ToString();
    }

    private IEnumerable<(string Name, string Type, string Empty)> Inputs() =>
        from file in _files
        from item in Items(file.Body["include"])
        from input in (((item as ConfigMapping)?["inputs"] as ConfigMapping)?.Entries ?? []).DistinctBy(entry => entry.Key)
        group input by input.Key into named
        let value = named.First().Value
        select value switch
        {
            ConfigSequence => (named.Key, "array", "[]"),
            ConfigScalar { Kind: ScalarKind.Boolean } => (named.Key, "boolean", "false"),
            ConfigScalar { Kind: ScalarKind.Integer or ScalarKind.Float } => (named.Key, "number", "0"),
            _ => (named.Key, "string", "''"),
        };

    /// <summary>The project's own; when it names none, GitLab's and those its jobs name.</summary>
    private IEnumerable<string> Stages() =>
        _files.Select(file => file.Body["stages"]).OfType<ConfigSequence>().FirstOrDefault() is { } stages
            ? stages.Items.OfType<ConfigScalar>().Select(stage => stage.Text)
            : ((string[])["build", "test", "deploy"]).Union(Jobs().Select(job => job["stage"]).OfType<ConfigScalar>().Select(s => s.Text));

    /// <summary>Names nobody defines, each with the keys its map is to have; <see langword="null"/>: it is to be a list.</summary>
    private IEnumerable<(string Name, List<string>? Keys)> Names()
    {
        var wanted = new SortedDictionary<string, List<string>?>(StringComparer.Ordinal);
        foreach (var path in _files.SelectMany(file => References(file.Body)).Where(path => !_defined.Contains(path[0])))
        {
            if (path.Count == 1)
                wanted.TryAdd(path[0], null);
            else if (wanted.GetValueOrDefault(path[0]) is { } keys)
                keys.Add($"{Quoted(path[1])}: {Line}");
            else
                wanted[path[0]] = [$"{Quoted(path[1])}: {Line}"];
        }

        foreach (var name in Jobs().SelectMany(Mentioned).Where(name => !_defined.Contains(name)))
            wanted[name] = name.StartsWith('.') && HasTestStage ? [$"script: {Line}"] : ["stage: .pre", $"script: {Line}"];
        foreach (var name in Completed())
            wanted[name] = [$"stage: {Quoted(Stages().Last())}", $"script: {Line}"];
        return wanted.Select(entry => (entry.Key, entry.Value));
    }

    /// <summary>Jobs of which the project says only a part.</summary>
    private IEnumerable<string> Completed() =>
        from file in _files
        from entry in file.Body.Entries
        where entry.Value is ConfigMapping && !entry.Key.StartsWith('.') && !Keywords.Contains(entry.Key)
        let job = (ConfigMapping)entry.Value
        where !job.Has("script") && !job.Has("trigger") && !job.Has("extends") && !job.Has("run")
        select entry.Key;

    private bool HasTestStage => Stages().Contains("test");

    private static IEnumerable<string> Mentioned(ConfigMapping job)
    {
        foreach (var parent in Items(job["extends"]).OfType<ConfigScalar>())
            yield return parent.Text;
        foreach (var need in Items(job["needs"]))
        {
            var name = need is ConfigMapping map ? (map.Has("project") || map.Has("pipeline") ? null : map["job"]) : need;
            // A parallel job is needed by its whole name.
            if (name is ConfigScalar scalar && !scalar.Text.Contains(": [", StringComparison.Ordinal))
                yield return scalar.Text;
        }
    }

    private IEnumerable<ConfigMapping> Jobs() =>
        _files.SelectMany(file => file.Body.Entries).Select(entry => entry.Value).OfType<ConfigMapping>();

    private static IEnumerable<IReadOnlyList<string>> References(ConfigNode node) =>
        node switch
        {
            ConfigReference reference => [reference.Path],
            ConfigSequence list => list.Items.SelectMany(References),
            ConfigMapping map => map.Entries.SelectMany(entry => References(entry.Value)),
            _ => [],
        };

    private static IEnumerable<ConfigNode> Items(ConfigNode? node) =>
        node switch
        {
            null => [],
            ConfigSequence list => list.Items,
            _ => [node],
        };

    private static string Quoted(string text) => '"' + text.Replace("\\", "\\\\").Replace("\"", "\\\"") + '"';
}
