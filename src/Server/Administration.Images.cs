using Slipway.Server.Registry.Collecting;
using Slipway.Server.Registry.Usage;

namespace Slipway.Server;

public sealed partial class Administration
{
    /// <summary>What a project's images take.</summary>
    /// <param name="Bytes">Of its layers, each once.</param>
    /// <param name="Quota">Bytes it may have; nothing: as many as there is room for.</param>
    public sealed record ImageShare(string Project, long Repositories, long Bytes, long? Quota);

    /// <summary>What a round of collecting did. Images and layers that wait are removed when nothing has asked for them for a day.</summary>
    public sealed record CollectedImages(
        long Repositories,
        long Images,
        long Layers,
        long FreedBytes,
        long WaitingImages,
        long WaitingLayers,
        long WaitingBytes
    );

    /// <summary>All projects that have images, the largest first.</summary>
    public async Task<IReadOnlyList<ImageShare>> ImageUsageAsync(CancellationToken ct)
    {
        var rows = await GuardAsync(() => new ImageUsage(_db).OfProjectsAsync(ct));
        return
        [
            .. rows.Select(row => new ImageShare(row.FullPath, row.Repositories, row.Bytes, row.Quota ?? _options.Registry.ProjectBytes)),
        ];
    }

    /// <summary>Removes images and layers that nothing has needed for a day, as the server does every hour.</summary>
    /// <param name="takes">False: only says what there is to be had.</param>
    public async Task<CollectedImages> CollectImagesAsync(bool takes, CancellationToken ct)
    {
        var report = await GuardAsync(() => new Collection(_db, _time, _options).RunAsync(null, takes, ct));
        return new(
            report.Repositories,
            report.Manifests,
            report.Blobs,
            report.FreedBytes,
            report.WaitingManifests,
            report.WaitingBlobs,
            report.WaitingBytes
        );
    }
}
