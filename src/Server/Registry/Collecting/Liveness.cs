namespace Slipway.Server.Registry.Collecting;

/// <summary>A manifest among those of its repository.</summary>
/// <param name="Subject">Digest of the manifest that it says something about, which may not be there.</param>
internal sealed record ManifestNode(long Id, string Digest, string? Subject, long? UnusedSince);

/// <summary>That one manifest names another of its repository.</summary>
internal sealed record ManifestEdge(long FromId, long ToId);

/// <summary>What keeps a manifest: a tag, an index that is kept and names it, or that what it says something about is kept.</summary>
internal static class Liveness
{
    /// <param name="tagged">Those that a tag is at.</param>
    /// <returns>All that are kept. What only keep each other are not.</returns>
    public static HashSet<long> Kept(IReadOnlyList<ManifestNode> nodes, IEnumerable<long> tagged, IEnumerable<ManifestEdge> edges)
    {
        var named = edges.ToLookup(edge => edge.FromId, edge => edge.ToId);
        var referrers = nodes.Where(node => node.Subject is not null).ToLookup(node => node.Subject!, node => node.Id);
        var digests = nodes.ToDictionary(node => node.Id, node => node.Digest);
        var kept = new HashSet<long>();
        var next = new Stack<long>(tagged);
        while (next.TryPop(out var id))
        {
            if (!digests.TryGetValue(id, out var digest) || !kept.Add(id))
                continue;
            foreach (var other in named[id].Concat(referrers[digest]))
                next.Push(other);
        }

        return kept;
    }
}
