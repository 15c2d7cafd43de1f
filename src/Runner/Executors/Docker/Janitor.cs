using Slipway.Runner.Executors.Docker.Engine;

namespace Slipway.Runner.Executors.Docker;

/// <summary>
/// Removes what processes have left in the engine that were killed: containers, networks, temporary volumes, copies of containers. Touches nothing that does not
/// name one of them in its <see cref="DockerExecutors.OwnerLabel"/>. Kept volumes name none.
/// </summary>
internal static class Janitor
{
    /// <param name="dead">Held, so that nobody else removes the same things now. Each is told whether it may be forgotten.</param>
    /// <param name="withVolumes">Containers' anonymous volumes go too.</param>
    /// <exception cref="EngineException">The engine does not say what there is.</exception>
    public static async Task<Leftovers> SweepAsync(
        EngineClient engine,
        IReadOnlyList<OwnerLock> dead,
        bool withVolumes,
        TimeProvider time,
        CancellationToken ct
    )
    {
        string[] owned = [DockerExecutors.OwnerLabel];
        var containers = engine.ListContainersAsync(owned, ct);
        var networks = engine.ListNetworksAsync(owned, ct);
        var volumes = engine.ListVolumesAsync(owned, ct);
        var copies = engine.ListImagesAsync([DockerExecutors.OwnerLabel, DockerExecutors.ShellLabel], ct);
        await Task.WhenAll(containers, networks, volumes, copies);

        var found = dead.ToDictionary(owner => owner.Name, _ => false, StringComparer.Ordinal);
        Task<int> RemoveAsync<T>(IEnumerable<T> things, Func<T, Dictionary<string, string>?> labels, Func<T, Task<bool>> remove) =>
            RemoveAllAsync(things.Where(thing => IsLeft(labels(thing), found)), remove);
        async Task<bool> RemoveContainerAsync(ContainerSummary container)
        {
            await engine.RemoveContainerAsync(container.Id, withVolumes, ct);
            return true;
        }

        // Containers first: they use all the others.
        var gone = await RemoveAsync(await containers, c => c.Labels, RemoveContainerAsync);
        var others = await Task.WhenAll(
            RemoveAsync(await networks, n => n.Labels, n => engine.RemoveNetworkAsync(n.Id, ct)),
            RemoveAsync(await volumes, v => v.Labels, v => engine.RemoveVolumeAsync(v.Name, ct)),
            RemoveAsync(await copies, i => i.Labels, i => engine.RemoveImageAsync(i.Id, ct))
        );
        foreach (var owner in dead)
            owner.Note(foundNothing: !found[owner.Name], time);
        return new Leftovers(gone, others[0], others[1], others[2]);
    }

    private static bool IsLeft(Dictionary<string, string>? labels, Dictionary<string, bool> found)
    {
        if (labels is null || !labels.TryGetValue(DockerExecutors.OwnerLabel, out var owner) || !found.ContainsKey(owner))
            return false;
        found[owner] = true;
        return true;
    }

    /// <returns>How many are gone. What the engine refuses to remove holds up nothing else.</returns>
    private static async Task<int> RemoveAllAsync<T>(IEnumerable<T> things, Func<T, Task<bool>> remove)
    {
        async Task<bool> TryAsync(T thing)
        {
            try
            {
                return await remove(thing);
            }
            catch (EngineException)
            {
                return false;
            }
        }

        return (await Task.WhenAll(things.ToList().Select(TryAsync))).Count(isGone => isGone);
    }
}
