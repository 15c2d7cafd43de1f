using Slipway.Runner.Executors.Docker.Engine;

namespace Slipway.Runner.Executors.Docker;

/// <summary>
/// Removes what runs have left in the engine whose process was killed: containers, networks, temporary volumes, copies of containers. Touches nothing that does not
/// bear <see cref="OwnerMark"/>, nothing of a process that lives and nothing of another machine. Kept volumes bear no such mark.
/// </summary>
internal static class Janitor
{
    /// <returns>How many things were removed.</returns>
    public static async Task<int> SweepAsync(EngineClient engine, MachineMark here, CancellationToken ct)
    {
        string[] ours = [OwnerMark.RunLabel];
        var containers = engine.ListContainersAsync(ours, ct);
        var networks = engine.ListNetworksAsync(ours, ct);
        var volumes = engine.ListVolumesAsync(ours, ct);
        var copies = engine.ListImagesAsync([OwnerMark.RunLabel, DockerExecutors.ShellLabel], ct);
        await Task.WhenAll(containers, networks, volumes, copies);

        bool Left(Dictionary<string, string>? labels) => OwnerMark.Read(labels) is { } owner && owner.IsDead(here);
        var dead = (await containers).Where(c => Left(c.Labels)).ToList();
        await Task.WhenAll(dead.Select(c => engine.RemoveContainerAsync(c.Id, withVolumes: true, ct)));
        var rest = (await networks).Where(n => Left(n.Labels)).Select(n => engine.RemoveNetworkAsync(n.Id, ct));
        var temporary = (await volumes).Where(v => Left(v.Labels)).Select(v => engine.RemoveVolumeAsync(v.Name, ct));
        var images = (await copies).Where(i => Left(i.Labels)).Select(i => engine.RemoveImageAsync(i.Id, ct));
        var removed = await Task.WhenAll(rest.Concat(temporary).Concat(images));
        return dead.Count + removed.Count(gone => gone);
    }
}
