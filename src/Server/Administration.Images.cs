using Slipway.Server.Accounts;
using Slipway.Server.Http;
using Slipway.Server.Registry.Collecting;
using Slipway.Server.Registry.Damage;
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

    /// <summary>Says how many bytes a project's images may have. What it has beyond stays.</summary>
    /// <param name="path">The project's.</param>
    /// <param name="bytes">0 and more; nothing: the server's.</param>
    /// <exception cref="AdministrationException">There is no such project.</exception>
    public async Task SetImageQuotaAsync(string path, long? bytes, CancellationToken ct)
    {
        var project = await ProjectAsync(path, ct);
        await GuardAsync(() => new Quotas(_db, _options).SetAsync(project.Id, bytes, ct));
        await WriteAsync(
            async (session, token) =>
            {
                var now = _time.Milliseconds();
                await Audit.WriteAsync(session, Actor, "container_quota_changed", $"project {project.FullPath}", new { bytes }, now, token);
                return 0;
            },
            ct
        );
    }

    /// <summary>A project's own quota; nothing: it has none.</summary>
    /// <param name="path">The project's.</param>
    /// <exception cref="AdministrationException">There is no such project.</exception>
    public async Task<long?> ImageQuotaAsync(string path, CancellationToken ct)
    {
        var project = await ProjectAsync(path, ct);
        return (await GuardAsync(() => new Quotas(_db, _options).FindAsync(project.Id, ct))).Own;
    }

    /// <summary>Writes down what is damaged, when it still is: from then on it is missing to who pushes, and the next push of it mends it. What is of another registry is forgotten, and the next pull mends it.</summary>
    /// <param name="digests">Of layers and manifests.</param>
    /// <returns>How many of them are damaged.</returns>
    /// <exception cref="IOException">The blobs cannot be opened.</exception>
    public async Task<int> NoteDamagedImagesAsync(IReadOnlyCollection<string> digests, CancellationToken ct)
    {
        using var blobs = _options.OpenBlobs();
        return await GuardAsync(() => new Damages(_db, blobs, _time).NoteAsync(digests, ct));
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
