using Slipway.Server.Git;

namespace Slipway.Server.Ui.Pages;

/// <summary>What <c>feature/x/src/main.c</c> means in an address: names of branches have slashes too, so the longest that is there counts.</summary>
/// <param name="Ref">Branch, tag or commit, as it stands in the address.</param>
/// <param name="Path">Without slashes at its ends; empty for the root.</param>
internal sealed record RefPath(string Ref, string Commit, string Path)
{
    /// <returns>Nothing when there is no such ref.</returns>
    public static async Task<RefPath?> FindAsync(Repository repository, string address, CancellationToken ct)
    {
        address = address.Replace("%2F", "/", StringComparison.OrdinalIgnoreCase).Trim('/');
        if (!repository.Exists || address.Length == 0)
            return null;
        var refs = await repository.RefsAsync(ct, RefNames.Tags, RefNames.Heads);
        var best = refs.Select(one =>
                (Name: RefNames.Branch(one.Name) ?? RefNames.Tag(one.Name) ?? "", one.Commit, IsTag: RefNames.Tag(one.Name) is not null)
            )
            .Where(one => one.Commit is not null && (address == one.Name || address.StartsWith(one.Name + "/", StringComparison.Ordinal)))
            .OrderByDescending(one => one.Name.Length)
            .ThenByDescending(one => one.IsTag)
            .FirstOrDefault();
        if (best.Commit is not null)
            return new RefPath(best.Name, best.Commit, address[best.Name.Length..].Trim('/'));
        var first = address.Split('/')[0];
        return await repository.ResolveAsync(first, ct) is { } commit
            ? new RefPath(first, commit, address[first.Length..].Trim('/'))
            : null;
    }
}
