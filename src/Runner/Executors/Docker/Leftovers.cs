namespace Slipway.Runner.Executors.Docker;

/// <summary>What killed processes had left in an engine.</summary>
/// <param name="Containers">Removed, as are the others.</param>
/// <param name="Images">Copies of containers that somebody looked around in.</param>
public sealed record Leftovers(int Containers = 0, int Networks = 0, int Volumes = 0, int Images = 0)
{
    /// <summary><c>3 containers, 1 network and 2 volumes</c>; empty when nothing was removed.</summary>
    public override string ToString()
    {
        (int Count, string One)[] kinds = [(Containers, "container"), (Networks, "network"), (Volumes, "volume"), (Images, "image")];
        string[] parts = [.. kinds.Where(kind => kind.Count > 0).Select(kind => $"{kind.Count} {kind.One}{(kind.Count == 1 ? "" : "s")}")];
        return parts.Length < 2 ? string.Concat(parts) : $"{string.Join(", ", parts[..^1])} and {parts[^1]}";
    }
}
