using Slipway.Compiler.Yaml;

namespace Slipway.Compiler.Compose;

/// <summary>
/// <c>!reference [job, keyword]</c>: each is replaced by what stands at that path of the extended configuration, which may hold references
/// itself. A referenced list in a list stays a list of its own; keywords that allow nesting flatten it.
/// https://docs.gitlab.com/ci/yaml/yaml_optimization/#reference-tags
/// </summary>
internal sealed class References
{
    /// <summary>Steps of recursion, containers and references together; keeps a long chain from exhausting the stack.</summary>
    private const int MostSteps = 1_000;

    /// <summary>Looking for the nearest of many names takes time; after so many mistakes nobody reads it.</summary>
    private const int MostSuggestions = 20;

    private readonly ConfigMapping _root;
    private readonly DiagnosticBag _bag;

    /// <summary>What a container or reference became; <see langword="null"/> while a reference is being resolved.</summary>
    private readonly Dictionary<ConfigNode, ConfigNode?> _done = new(ReferenceEqualityComparer.Instance);

    private int _steps;
    private bool _tooDeep;

    private References(ConfigMapping root, DiagnosticBag bag)
    {
        _root = root;
        _bag = bag;
    }

    /// <returns>The configuration without references; where one could not be resolved stands null, and <paramref name="bag"/> says why.</returns>
    public static ConfigMapping Resolve(ConfigMapping root, DiagnosticBag bag) =>
        root.HasReference ? (ConfigMapping)new References(root, bag).Resolve(root) : root;

    private ConfigNode Resolve(ConfigNode node)
    {
        if (!node.HasReference)
            return node;
        if (_done.TryGetValue(node, out var done))
            return done ?? Circle((ConfigReference)node);
        if (++_steps > MostSteps)
            return StopAt(node);
        var result = node switch
        {
            ConfigReference reference => Follow(reference),
            ConfigSequence sequence => Resolve(sequence),
            ConfigMapping mapping => Resolve(mapping),
            _ => node,
        };
        _steps--;
        return _done[node] = result;
    }

    private ConfigSequence Resolve(ConfigSequence sequence)
    {
        var items = new ConfigNode[sequence.Items.Count];
        for (var i = 0; i < items.Length; i++)
            items[i] = Resolve(sequence.Items[i]);
        return new ConfigSequence(sequence.At, items);
    }

    private ConfigMapping Resolve(ConfigMapping mapping)
    {
        var entries = new ConfigEntry[mapping.Entries.Count];
        for (var i = 0; i < entries.Length; i++)
            entries[i] = mapping.Entries[i] with { Value = Resolve(mapping.Entries[i].Value) };
        return new ConfigMapping(mapping.At, entries);
    }

    private ConfigNode Follow(ConfigReference reference)
    {
        var target = Find(reference);
        if (target is null)
            return NotFound(reference);
        _done[reference] = null;
        return Resolve(target);
    }

    /// <summary>Only maps are walked through: a list has no names, and a reference on the way is not looked behind.</summary>
    private ConfigNode? Find(ConfigReference reference)
    {
        ConfigNode node = _root;
        foreach (var name in reference.Path)
        {
            if (node is not ConfigMapping mapping || mapping.Entry(name) is not { KeyKind: ScalarKind.String } entry)
                return null;
            node = entry.Value;
        }
        return IsNothing(node) ? null : node;
    }

    /// <summary>GitLab takes <c>null</c> and <c>false</c> for "not there".</summary>
    private static bool IsNothing(ConfigNode node) =>
        node is ConfigScalar { IsNull: true } or ConfigScalar { Kind: ScalarKind.Boolean, IsTrue: false };

    private ConfigScalar NotFound(ConfigReference reference)
    {
        _bag.Error(
            DiagnosticCode.ReferenceNotFound,
            $"{reference} could not be found",
            reference.At,
            _bag.ErrorCount < MostSuggestions ? HelpFor(reference) : null
        );
        return Nothing(reference);
    }

    private string? HelpFor(ConfigReference reference)
    {
        ConfigNode node = _root;
        for (var i = 0; i < reference.Path.Count; i++)
        {
            if (node is not ConfigMapping mapping)
                return node is ConfigReference
                    ? "A !reference cannot lead through another one."
                    : $"{reference.Path[i - 1]} is not a map, so it has no {reference.Path[i]}.";
            if (mapping[reference.Path[i]] is not { } next)
                return Suggestion.For(reference.Path[i], mapping.Entries.Select(entry => entry.Key))
                    ?? $"There is no {reference.Path[i]}{(i == 0 ? "" : $" in {reference.Path[i - 1]}")}.";
            node = next;
        }
        return "What stands there is empty.";
    }

    private ConfigScalar Circle(ConfigReference reference)
    {
        _bag.Error(DiagnosticCode.CircularReference, $"{reference} is part of a circular chain", reference.At);
        return Nothing(reference);
    }

    private ConfigScalar StopAt(ConfigNode node)
    {
        if (!_tooDeep)
            _bag.Error(DiagnosticCode.MergedTooBig, YamlLimits.TooBig, node.At, "References follow each other too deep here.");
        _tooDeep = true;
        _steps--;
        return Nothing(node);
    }

    private static ConfigScalar Nothing(ConfigNode at) => new(at.At, ScalarKind.Null, "");
}
