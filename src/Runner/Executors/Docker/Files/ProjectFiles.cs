using Slipway.Runner.Artifacts;
using Slipway.Runner.Executors.Docker.Engine;
using Slipway.Runner.Sources;

namespace Slipway.Runner.Executors.Docker.Files;

/// <summary>
/// The project's folder in a job's container, through the engine's archive calls. They work on a container that has not started yet and on
/// one that has ended, and unpack inside the container's own file system, so no name in an archive leads out of it.
/// </summary>
internal sealed class ProjectFiles(EngineClient engine, JobEnvironment job)
{
    private string _mount = "/";
    private string _prefix = "";
    private bool _made;
    private SourceTree? _sources;

    /// <summary>Opens kept volumes to everybody when the job's user is not root: the engine makes them root's.</summary>
    public async Task PrepareAsync(string container, VolumePlan volumes, ImageDetails image, string? user, CancellationToken ct)
    {
        _mount = volumes.BuildsMount;
        _prefix = job.Paths.ProjectDir[_mount.Length..].Trim('/');
        if ((user ?? image.Config?.User) is null or "" or "root" or "0" or "0:0" or "root:root")
            return;
        foreach (var mount in volumes.Mounts)
            await OpenAsync(container, mount.Target, ct);
    }

    /// <summary>Docker leaves the folder that it unpacks into as it is, so it is told of it from above; Podman sees volumes only at their own place.</summary>
    private async Task OpenAsync(string container, string folder, CancellationToken ct)
    {
        var slash = folder.LastIndexOf('/');
        var (from, name) = engine.IsPodman ? (folder, ".") : (slash == 0 ? "/" : folder[..slash], folder[(slash + 1)..]);
        await engine.PutArchiveAsync(
            container,
            from,
            async (stream, token) =>
            {
                await using var tar = new TarOutput(stream, "", job.Time.GetUtcNow());
                await tar.FolderAsync(name, TarOutput.All, job.Time.GetUtcNow(), token);
            },
            ct
        );
    }

    public async Task PutSourcesAsync(string container, SourceTree sources, GitCopy? git, CancellationToken ct)
    {
        _sources = sources;
        await PutAsync(container, tar => SourcesTar.WriteAsync(sources, git, tar, ct), ct);
    }

    public Task PutAsync(string container, IAsyncEnumerable<FileEntry> files, CancellationToken ct) =>
        PutAsync(container, tar => WriteAllAsync(tar, files, ct), ct);

    /// <summary>The folder must be there before a script goes into it, also when nothing was put there.</summary>
    public Task MakeFolderAsync(string container, CancellationToken ct) =>
        _made ? Task.CompletedTask : PutAsync(container, tar => tar.FolderAsync("", TarOutput.All, job.Time.GetUtcNow(), ct), ct);

    private async Task PutAsync(string container, Func<TarOutput, Task> write, CancellationToken ct)
    {
        IReadOnlyList<TarLink> outside = [];
        await engine.PutArchiveAsync(
            container,
            _mount,
            async (stream, _) =>
            {
                await using var tar = new TarOutput(stream, _prefix, job.Time.GetUtcNow()) { KeepsWithin = !engine.IsPodman };
                await write(tar);
                outside = tar.Outside;
            },
            ct
        );
        _made = true;
        if (outside.Count > 0)
            await PutLinksAsync(container, outside, ct);
    }

    /// <summary>From the container's root, which nothing leads out of. Not all goes that way: a root that is read-only takes nothing.</summary>
    private Task PutLinksAsync(string container, IReadOnlyList<TarLink> links, CancellationToken ct) =>
        engine.PutArchiveAsync(
            container,
            "/",
            async (stream, token) =>
            {
                await using var tar = new TarOutput(stream, job.Paths.ProjectDir.Trim('/'), job.Time.GetUtcNow()) { HasFolders = true };
                foreach (var link in links)
                    await tar.LinkAsync(link.Path, link.Target, link.Modified, token);
            },
            ct
        );

    private static async Task WriteAllAsync(TarOutput tar, IAsyncEnumerable<FileEntry> files, CancellationToken ct)
    {
        await foreach (var file in files.WithCancellation(ct))
            switch (file.Kind)
            {
                case FileKind.Directory:
                    await tar.FolderAsync(file.Path, file.Mode, file.ModifiedAt, ct);
                    break;
                case FileKind.Symlink:
                    await tar.LinkAsync(file.Path, file.LinkTarget!, file.ModifiedAt, ct);
                    break;
                default:
                    await using (var content = file.Open!())
                        await tar.FileAsync(file.Path, file.Mode, file.ModifiedAt, file.Size, content, ct);
                    break;
            }
    }

    public IAsyncEnumerable<FileEntry> ReadAsync(string container, FileSelection selection, CancellationToken ct)
    {
        var tracked = _sources is null ? new HashSet<string>() : SourcePlan.For(_sources).Paths;
        var selector = new FileSelector(selection, job.Paths.ProjectDir, tracked);
        return new ProjectRead(engine, container, job.Paths.ProjectDir).AllAsync(
            GlobRoots.Of(selection, job.Paths.ProjectDir),
            selector,
            ct
        );
    }
}
