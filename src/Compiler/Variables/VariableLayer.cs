using System.Collections.Immutable;
using Slipway.Protocol.Variables;

namespace Slipway.Compiler.Variables;

/// <summary>
/// Variables of one origin. Layers are shared: a thousand jobs look into the same predefined variables. A layer may stand on another (job
/// variables on the global ones), which it then contains: its own are looked at first.
/// </summary>
internal sealed class VariableLayer
{
    /// <summary>Up to here looking one after the other is faster than an index.</summary>
    private const int Few = 8;

    private readonly ImmutableArray<Variable> _own;
    private readonly VariableLayer? _below;
    private Dictionary<string, int>? _index;
    private ImmutableArray<Variable> _referring;

    private VariableLayer(ImmutableArray<Variable> all, ImmutableArray<Variable> own, VariableLayer? below)
    {
        Items = all;
        _own = own;
        _below = below;
    }

    public static VariableLayer Empty { get; } = Of([]);

    /// <summary>Everything in it, in order; the later of two with one key wins.</summary>
    public ImmutableArray<Variable> Items { get; }

    /// <summary>Those whose values may refer to others.</summary>
    public ImmutableArray<Variable> Referring
    {
        get
        {
            if (_referring.IsDefault)
                _referring = [.. Items.Where(Refers)];
            return _referring;
        }
    }

    /// <summary>Those among <see cref="Referring"/> that came on top of a layer; all of them when it stands on another.</summary>
    public IEnumerable<Variable> ReferringAbove(VariableLayer layer) =>
        this == layer ? []
        : _below is null ? Referring
        : _own.Where(Refers).Concat(_below.ReferringAbove(layer));

    public static VariableLayer Of(ImmutableArray<Variable> variables) => new(variables, variables, null);

    /// <summary>A layer in which every key stands once: in the place of its first and with the value of its last definition.</summary>
    public static VariableLayer OfUnique(ImmutableArray<Variable> variables) => Of(Merge([], variables, _ => -1));

    /// <summary>This layer with more on top. A key that is there already keeps its place and takes the new value; new ones come behind.</summary>
    public VariableLayer With(ImmutableArray<Variable> more)
    {
        if (more.IsEmpty)
            return this;
        return new VariableLayer(Merge(Items, more, IndexOf), more, this);
    }

    public Variable? Find(string key)
    {
        var at = IndexOf(key, _own);
        return at >= 0 ? _own[at] : _below?.Find(key);
    }

    /// <summary>Whether its value may hold references that are replaced.</summary>
    public static bool Refers(Variable variable) => !variable.Raw && variable.Value.AsSpan().IndexOfAny('$', '%') >= 0;

    private static ImmutableArray<Variable> Merge(ImmutableArray<Variable> below, ImmutableArray<Variable> more, Func<string, int> indexOf)
    {
        var all = ImmutableArray.CreateBuilder<Variable>(below.Length + more.Length);
        all.AddRange(below);
        Dictionary<string, int>? added = null;
        foreach (var variable in more)
        {
            var at = indexOf(variable.Key);
            if (at < 0 && added is not null && added.TryGetValue(variable.Key, out var known))
                at = known;
            if (at >= 0)
            {
                all[at] = variable;
                continue;
            }

            (added ??= new Dictionary<string, int>(StringComparer.Ordinal))[variable.Key] = all.Count;
            all.Add(variable);
        }

        return all.DrainToImmutable();
    }

    /// <summary>Where the key stands in <see cref="Items"/>.</summary>
    private int IndexOf(string key)
    {
        if (_below is null)
            return IndexOf(key, Items);
        for (var i = Items.Length - 1; i >= 0; i--)
            if (Items[i].Key == key)
                return i;
        return -1;
    }

    private int IndexOf(string key, ImmutableArray<Variable> list)
    {
        if (list.Length > Few)
            return Index(list).GetValueOrDefault(key, -1);
        for (var i = list.Length - 1; i >= 0; i--)
            if (list[i].Key == key)
                return i;
        return -1;
    }

    private Dictionary<string, int> Index(ImmutableArray<Variable> list)
    {
        if (_index is not null)
            return _index;
        var index = new Dictionary<string, int>(list.Length, StringComparer.Ordinal);
        for (var i = 0; i < list.Length; i++)
            index[list[i].Key] = i;
        return _index = index;
    }
}
