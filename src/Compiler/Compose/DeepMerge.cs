using Slipway.Compiler.Yaml;

namespace Slipway.Compiler.Compose;

/// <summary>
/// GitLab's way to lay one configuration over another: maps are merged at any depth, everything else (lists, scalars, null) is replaced.
/// Keys keep the place they had underneath; new ones follow. Unchanged children are shared, not copied.
/// </summary>
internal static class DeepMerge
{
    /// <returns>A mapping with the position of <paramref name="over"/>. Incomplete once the budget is exhausted.</returns>
    public static ConfigMapping Of(ConfigMapping under, ConfigMapping over, MergeBudget budget)
    {
        if (under.Entries.Count == 0)
            return over;
        if (!budget.Spend(under.Entries.Count + over.Entries.Count))
            return over;
        var result = new MappingBuilder(under);
        Lay(result, over, budget);
        return result.Build(over.At);
    }

    /// <summary>Several, each over those before it: what they hold is looked at once, however many there are.</summary>
    /// <returns>A mapping with the position of the last. Incomplete once the budget is exhausted.</returns>
    public static ConfigMapping OfAll(IEnumerable<ConfigMapping> layers, ConfigMapping last, MergeBudget budget)
    {
        var result = new MappingBuilder();
        foreach (var layer in layers.Append(last))
        {
            if (!budget.Spend(layer.Entries.Count))
                break;
            Lay(result, layer, budget);
        }
        return result.Build(last.At);
    }

    private static void Lay(MappingBuilder result, ConfigMapping over, MergeBudget budget)
    {
        for (var i = 0; i < over.Entries.Count; i++)
        {
            var entry = over.Entries[i];
            if (entry.Value is ConfigMapping above && result.Get(entry.Key)?.Value is ConfigMapping below)
                entry = entry with { Value = Of(below, above, budget) };
            result.Set(entry);
        }
    }
}

/// <summary>What merging may still write: a small file whose jobs all extend a large one must not become gigabytes.</summary>
internal sealed class MergeBudget(int entries = MergeBudget.Default)
{
    public const int Default = 600_000;

    private int _left = entries;

    public bool Exhausted => _left < 0;

    /// <returns>False when there is not enough left; from then on always.</returns>
    public bool Spend(int entries)
    {
        if (_left >= 0)
            _left -= entries;
        return _left >= 0;
    }
}
