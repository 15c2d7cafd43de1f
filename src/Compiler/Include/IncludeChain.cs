using System.Collections.Immutable;

namespace Slipway.Compiler.Include;

/// <summary>The files that are being expanded, the root first, each with the place of the include that led on.</summary>
internal sealed class IncludeChain
{
    private const int LongestTrail = 10;

    private readonly List<Link> _links = [];

    private sealed record Link(string File, string? Key, Position? IncludedAt, bool ByWildcard);

    public void EnterRoot(string file) => _links.Add(new Link(file, null, null, false));

    public void Enter(IncludedText source) => _links.Add(new Link(source.File, source.Key, source.At, source.ByWildcard));

    public void Leave() => _links.RemoveAt(_links.Count - 1);

    /// <summary>How the file in hand was come to, innermost first.</summary>
    public ImmutableArray<(string Label, Position At)> Trail()
    {
        var trail = ImmutableArray.CreateBuilder<(string, Position)>();
        for (var i = _links.Count - 1; i >= 0 && trail.Count < LongestTrail; i--)
        {
            if (_links[i].IncludedAt is { } at)
                trail.Add(("included from", at));
        }
        return trail.ToImmutable();
    }

    /// <summary>
    /// Whether including this file can have no end: it is open already with the same inputs, so what led from there to here will lead here again. A
    /// wildcard on the way may not: it passes over files that have been included.
    /// </summary>
    public bool ComesRound(IncludedText next)
    {
        if (next.ByWildcard)
            return false;
        var key = next.Key;
        for (var i = _links.Count - 1; i >= 0; i--)
        {
            if (_links[i].File == next.File && _links[i].Key == key)
                return true;
            if (_links[i].ByWildcard)
                return false;
        }
        return false;
    }

    /// <summary>The way from a file that is open back to itself; <see langword="null"/> when it is not open.</summary>
    public string? Circle(string file)
    {
        var first = _links.FindIndex(link => link.File == file);
        if (first < 0)
            return null;
        var again = _links.FindIndex(first + 1, link => link.File == file);
        var names = _links.GetRange(first, (again < 0 ? _links.Count : again) - first).Select(link => link.File).Take(LongestTrail);
        return $"These files include each other without end: {string.Join(" → ", [.. names, file])}.";
    }
}
