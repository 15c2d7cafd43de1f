using Slipway.Server.Git;

namespace Slipway.Server.Pipelines;

/// <summary>A branch or a tag that somebody wants a pipeline for.</summary>
/// <param name="Sha">Its commit; <see langword="null"/> when there is no such ref, and when a short name means a branch and a tag.</param>
/// <param name="Name">Without <c>refs/…</c>.</param>
internal sealed record NamedRef(string? Sha, string Name, bool IsTag)
{
    /// <param name="text">A name, or a full one: <c>refs/tags/v1</c>.</param>
    public static async Task<NamedRef> FindAsync(Repository repository, string text, CancellationToken ct)
    {
        if (RefNames.Branch(text) is { } branch)
            return new NamedRef((await repository.RefAsync(text, ct))?.Commit, branch, false);
        if (RefNames.Tag(text) is { } tag)
            return new NamedRef((await repository.RefAsync(text, ct))?.Commit, tag, true);
        var head = (await repository.RefAsync(RefNames.Heads + text, ct))?.Commit;
        var tagged = (await repository.RefAsync(RefNames.Tags + text, ct))?.Commit;
        return head is not null && tagged is not null
            ? new NamedRef(null, text, false)
            : new NamedRef(head ?? tagged, text, head is null && tagged is not null);
    }
}
