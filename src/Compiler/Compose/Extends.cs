using System.Collections.Immutable;
using Slipway.Compiler.Yaml;

namespace Slipway.Compiler.Compose;

/// <summary>
/// <c>extends</c>: every top-level map that has the key is laid over its parents, which may extend in turn. The key stays in the result.
/// https://docs.gitlab.com/ci/yaml/#extends
/// </summary>
internal sealed class Extends
{
    /// <summary>A node that itself extends may have this many between it and the job the chain starts at, the job included.</summary>
    private const int MostAncestors = 10;

    /// <summary>Looking for the nearest of many names takes time; after so many mistakes nobody reads it.</summary>
    private const int MostSuggestions = 20;

    private const string Key = "extends";

    private readonly ConfigMapping _root;
    private readonly MergeBudget _budget;
    private readonly DiagnosticBag _bag;
    private readonly Dictionary<string, Extended> _done = new(StringComparer.Ordinal);

    /// <summary>The chain being extended, the job first.</summary>
    private readonly List<string> _chain = [];

    private Extends(ConfigMapping root, MergeBudget budget, DiagnosticBag bag)
    {
        _root = root;
        _budget = budget;
        _bag = bag;
    }

    /// <param name="Value"><see langword="null"/> when it could not be extended; that has been told.</param>
    /// <param name="Levels">How many nodes with <c>extends</c> follow below in the longest chain.</param>
    private sealed record Extended(ConfigMapping? Value, int Levels);

    /// <returns>The configuration with all that could be extended; mistakes are in <paramref name="bag"/>, one for each place.</returns>
    public static ConfigMapping Apply(ConfigMapping root, MergeBudget budget, DiagnosticBag bag)
    {
        var extends = new Extends(root, budget, bag);
        var result = new MappingBuilder(root);
        var changed = false;
        foreach (var entry in root.Entries)
        {
            if (!IsExtensible(entry.Value) || extends.Extend(entry).Value is not { } extended)
                continue;
            result.Set(entry with { Value = extended });
            changed = true;
        }
        return changed ? result.Build(root.At) : root;
    }

    private static bool IsExtensible(ConfigNode node) => node is ConfigMapping mapping && mapping.Has(Key);

    private Extended Extend(ConfigEntry entry)
    {
        if (_done.TryGetValue(entry.Key, out var done))
            return _chain.Count + done.Levels > MostAncestors ? TooDeep(entry) : done;
        var value = (ConfigMapping)entry.Value;
        var parents = Parents(value[Key]!);
        if (!AreKnown(entry.Key, parents) || !AreMaps(entry.Key, parents))
            return _done[entry.Key] = new Extended(null, 0);
        if (_chain.Count > MostAncestors)
            return TooDeep(entry);
        if (_chain.Contains(entry.Key, StringComparer.Ordinal))
            return Circle(entry);
        _chain.Add(entry.Key);
        var result = Merge(value, parents);
        _chain.RemoveAt(_chain.Count - 1);
        // A circle below has been told under the name of one of its members.
        return _done[entry.Key] = _done.TryGetValue(entry.Key, out var told) ? told : result;
    }

    private Extended Merge(ConfigMapping value, List<Parent> parents)
    {
        var merged = new ConfigMapping(value.At, []);
        var levels = 0;
        foreach (var (name, _) in parents)
        {
            var entry = _root.Entry(name)!.Value;
            if (!IsExtensible(entry.Value))
            {
                merged = DeepMerge.Of(merged, (ConfigMapping)entry.Value, _budget);
                continue;
            }
            var extended = Extend(entry);
            levels = Math.Max(levels, extended.Levels + 1);
            // Where a parent failed, that has been told; what is left serves to find further mistakes.
            if (extended.Value is { } parent)
                merged = DeepMerge.Of(merged, parent, _budget);
        }
        return new Extended(DeepMerge.Of(merged, value, _budget), levels);
    }

    private readonly record struct Parent(string Name, Position At);

    /// <summary>As Ruby's <c>Array()</c> and <c>to_s</c> would see it; what is no name becomes one that nobody has.</summary>
    private static List<Parent> Parents(ConfigNode extends) =>
        extends switch
        {
            ConfigScalar { IsNull: true } => [],
            ConfigScalar scalar => [new Parent(scalar.Text, scalar.At)],
            ConfigSequence list =>
            [
                .. list.Items.Select(item => new Parent(item is ConfigScalar name ? name.Text : RubyText.Inspect(item), item.At)),
            ],
            ConfigMapping { Entries.Count: 0 } => [],
            _ => [new Parent(RubyText.Inspect(extends), extends.At)],
        };

    private bool AreKnown(string key, List<Parent> parents)
    {
        var unknown = parents.FindAll(parent => _root.Entry(parent.Name) is not { KeyKind: ScalarKind.String });
        if (unknown.Count == 0)
            return true;
        var help =
            _bag.ErrorCount >= MostSuggestions
                ? null
                : Suggestion.For(
                    unknown[0].Name,
                    _root.Entries.Where(entry => entry.Value is ConfigMapping && entry.Key != key).Select(entry => entry.Key)
                );
        _bag.Error(DiagnosticCode.UnknownExtends, $"{key}: unknown keys in `extends` ({Names(unknown)})", unknown[0].At, help);
        return false;
    }

    private bool AreMaps(string key, List<Parent> parents)
    {
        var wrong = parents.FindAll(parent => _root[parent.Name] is not ConfigMapping);
        if (wrong.Count == 0)
            return true;
        Tell(
            DiagnosticCode.InvalidExtends,
            $"{key}: invalid base hashes in `extends` ({Names(wrong)})",
            wrong[0].At,
            null,
            ("defined in", _root.Entry(wrong[0].Name)!.Value.At)
        );
        return false;
    }

    private static string Names(List<Parent> parents) => string.Join(", ", parents.Select(parent => parent.Name));

    /// <summary>Names the node that stands one too far from the start of the chain, as GitLab does.</summary>
    private Extended TooDeep(ConfigEntry entry)
    {
        var at = entry;
        for (var depth = _chain.Count; depth <= MostAncestors; depth++)
            at = DeepestParent(at);
        var start = _root.Entry(_chain[0])!.Value;
        Tell(
            DiagnosticCode.ExtendsTooDeep,
            $"{at.Key}: nesting too deep in `extends`",
            at.At,
            $"The chain begins at {start.Key}; {MostAncestors + 1} levels are the limit.",
            ("extended at", start.At)
        );
        return new Extended(null, 0);
    }

    private ConfigEntry DeepestParent(ConfigEntry entry)
    {
        var parents = Parents(((ConfigMapping)entry.Value)[Key]!)
            .Select(parent => _root.Entry(parent.Name)!.Value)
            .Where(parent => IsExtensible(parent.Value));
        return parents.MaxBy(parent => _done[parent.Key].Levels);
    }

    private Extended Circle(ConfigEntry entry)
    {
        var members = _chain.GetRange(_chain.IndexOf(entry.Key), _chain.Count - _chain.IndexOf(entry.Key));
        var help = string.Join(" extends ", [.. members, entry.Key]) + ".";
        Tell(
            DiagnosticCode.CircularExtends,
            $"{entry.Key}: circular dependency detected in `extends`",
            ((ConfigMapping)entry.Value)[Key]!.At,
            help
        );
        var failed = new Extended(null, 0);
        foreach (var member in members)
            _done[member] = failed;
        return failed;
    }

    private void Tell(string code, string message, Position at, string? help, params ImmutableArray<(string, Position)> trail) =>
        _bag.Add(new Diagnostic(code, Severity.Error, message, at) { Help = help, Trail = trail });
}
