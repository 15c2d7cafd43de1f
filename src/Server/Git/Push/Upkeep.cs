using System.Text.Json.Serialization;
using Slipway.Server.Work;

namespace Slipway.Server.Git.Push;

/// <summary>A repository that was pushed to may need to be put in order.</summary>
internal sealed record RepositoryUpkeep(long ProjectId)
{
    public static readonly WorkKind<RepositoryUpkeep> Work = new(
        "repository_upkeep",
        UpkeepJson.Default.RepositoryUpkeep,
        upkeep => $"{upkeep.ProjectId}"
    );
}

[JsonSerializable(typeof(RepositoryUpkeep))]
internal sealed partial class UpkeepJson : JsonSerializerContext;

/// <summary>Keeps repositories small and fast: every push leaves a pack, and one that died may leave a quarantine.</summary>
internal sealed class Upkeep(Repositories repositories, TimeProvider time)
{
    /// <summary>Packs a repository may have before they are made one: each is looked into for every object that is not in another. 50, as Git has it.</summary>
    public int MostPacks { get; init; } = 50;

    /// <summary>No push takes longer; what is older, its process left behind.</summary>
    private static readonly TimeSpan Longest = TimeSpan.FromHours(6);

    public async Task RunAsync(RepositoryUpkeep what, CancellationToken ct)
    {
        var repository = repositories.Of(what.ProjectId);
        if (!repository.Exists)
            return;
        Sweep(repository);
        if (Directory.GetFiles(Path.Combine(repository.Path, "objects", "pack"), "*.pack").Length <= MostPacks)
            return;
        // Objects that no ref leads to stay two weeks: somebody may be about to push a ref to them.
        var call = new GitCall("gc", "--quiet") { Limit = TimeSpan.FromHours(2) };
        (await repository.RunAsync(call, ct)).OrThrow("put a repository in order");
    }

    private void Sweep(Repository repository)
    {
        var incoming = new DirectoryInfo(Path.Combine(repository.Path, Quarantine.Folder));
        if (!incoming.Exists)
            return;
        foreach (
            var folder in incoming.EnumerateDirectories().Where(folder => time.GetUtcNow().UtcDateTime - folder.LastWriteTimeUtc > Longest)
        )
            folder.Delete(recursive: true);
    }
}
