using System.Collections.Immutable;
using Slipway.Protocol.Variables;

namespace Slipway.Compiler.Variables;

/// <summary>All variables something can see: layers in rising precedence (gitlab-ci-yaml §10.1). Not for several threads.</summary>
internal sealed class VariableScope(ImmutableArray<VariableLayer> layers)
{
    private Func<string, string?>? _asWritten;
    private Func<string, string?>? _expanded;
    private Dictionary<string, string>? _allExpanded;

    public ImmutableArray<VariableLayer> Layers => layers;

    /// <summary>Values as they stand, which is what conditions see.</summary>
    public Func<string, string?> AsWritten => _asWritten ??= name => Find(name)?.Value;

    /// <summary>With one layer more, above all.</summary>
    public VariableScope With(VariableLayer layer) => new(layers.Add(layer));

    /// <summary>With another layer in place of the topmost.</summary>
    public VariableScope WithTop(VariableLayer layer) => new(layers.SetItem(layers.Length - 1, layer));

    public Variable? Find(string name)
    {
        for (var i = layers.Length - 1; i >= 0; i--)
            if (layers[i].Find(name) is { } found)
                return found;
        return null;
    }

    /// <summary>Everything in order; later wins.</summary>
    public ImmutableArray<Variable> ToList()
    {
        var all = ImmutableArray.CreateBuilder<Variable>(layers.Sum(layer => layer.Items.Length));
        foreach (var layer in layers)
            all.AddRange(layer.Items);
        return all.MoveToImmutable();
    }

    /// <summary>With values whose own references have been replaced; an unknown variable becomes nothing. For environment names, resource groups, <c>workflow:name</c>.</summary>
    public string Expand(string text) => VariableExpansion.Expand(text, Expanded);

    /// <summary>With replaced values; a reference to an unknown variable stays. For paths of <c>changes</c>.</summary>
    public string ExpandExisting(string text) => VariableExpansion.ExpandExisting(text, Expanded);

    /// <summary>With values as they stand; a reference to an unknown variable stays. For tags and paths of <c>exists</c>.</summary>
    public string ExpandExistingAsWritten(string text) => VariableExpansion.ExpandExisting(text, AsWritten);

    private Func<string, string?> Expanded => _expanded ??= ExpandedValue;

    private string? ExpandedValue(string name)
    {
        var variable = Find(name);
        if (variable is null || !VariableLayer.Refers(variable))
            return variable?.Value;
        return (_allExpanded ??= ExpandAll()).GetValueOrDefault(name);
    }

    private Dictionary<string, string> ExpandAll()
    {
        var values = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var variable in VariableList.ExpandAll(ToList()))
            values[variable.Key] = variable.Value;
        return values;
    }

    /// <summary>GitLab's sentence when variables refer to each other in circles.</summary>
    /// <param name="suspects">Only circles through one of these are looked for; <see langword="null"/>: all.</param>
    public string? CircularReference(IEnumerable<Variable>? suspects = null)
    {
        List<Variable>? path = null;
        HashSet<Variable>? cleared = null;
        foreach (var suspect in suspects ?? layers.SelectMany(layer => layer.Referring))
            if (MayTurnBack(suspect, path ??= [], cleared ??= new HashSet<Variable>(ReferenceEqualityComparer.Instance)))
                return VariableList.CircularReference([.. layers.SelectMany(layer => layer.Referring)]);
        return null;
    }

    /// <summary>True also when the way is too long to say; the exact answer costs more and is then asked for.</summary>
    private bool MayTurnBack(Variable variable, List<Variable> path, HashSet<Variable> cleared)
    {
        if (path.Count > 100 || path.Exists(passed => ReferenceEquals(passed, variable)))
            return path.Count > 100 || !ReferenceEquals(path[^1], variable);
        path.Add(variable);
        var turnsBack = false;
        VariableExpansion.Expand(
            variable.Value,
            name =>
            {
                for (var i = 0; i < layers.Length && !turnsBack; i++)
                    if (layers[i].Find(name) is { } next && VariableLayer.Refers(next) && !cleared.Contains(next))
                        turnsBack = MayTurnBack(next, path, cleared);
                return "";
            }
        );
        path.RemoveAt(path.Count - 1);
        cleared.Add(variable);
        return turnsBack;
    }
}
