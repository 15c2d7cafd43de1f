using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Slipway.Compiler;
using Slipway.Server.Accounts;
using Slipway.Server.Blobs;
using Slipway.Server.Data;
using Slipway.Server.Http;
using Slipway.Server.Jobs;
using Slipway.Server.Jobs.Artifacts;
using Slipway.Server.Projects;
using Slipway.Server.Ui.Markup;
using Slipway.Server.Ui.Parts;

namespace Slipway.Server.Ui.Pages;

/// <summary>
/// What a job left: its archive's folders, one file as text, and files as they are. They are hostile: none is ever a page of this server, and what is not text is
/// only ever saved (reliability-security S32).
/// </summary>
internal static class ArtifactPages
{
    private const long LargestShown = 1024 * 1024;

    public static void MapArtifactPages(this IEndpointRouteBuilder project)
    {
        var read = new Access.OnProject(Abilities.ReadJob);
        project.MapPage("/jobs/{id:long}/artifacts/download", DownloadAsync, read);
        project.MapPage("/jobs/{id:long}/artifacts/browse/{**path}", BrowseAsync, read);
        project.MapPage("/jobs/{id:long}/artifacts/file/{**path}", FileAsync, read);
        project.MapPage("/jobs/{id:long}/artifacts/raw/{**path}", RawAsync, read);
    }

    /// <summary>A place in a job's archive.</summary>
    /// <param name="way"><c>browse</c>, <c>file</c> or <c>raw</c>.</param>
    public static Address At(ProjectContext here, long job, string way, string path = "") =>
        Address.To(here.Project.FullPath, "-", "jobs", $"{job}", "artifacts", way, path);

    private static async Task<IResult> DownloadAsync(
        HttpContext http,
        Actor actor,
        ProjectContext here,
        long id,
        ArtifactFinder finder,
        IBlobStore blobs,
        CancellationToken ct
    ) => await finder.ArchiveAsync(actor, here, id, ct) is { } archive ? ArtifactAnswers.Whole(archive, blobs) : Refusals.NotFound(http);

    private static async Task<IResult> RawAsync(
        HttpContext http,
        Actor actor,
        ProjectContext here,
        long id,
        string? path,
        ArtifactFinder finder,
        IBlobStore blobs,
        CancellationToken ct
    ) =>
        await finder.ArchiveAsync(actor, here, id, ct) is { } archive && await ArchiveFolder.FileAsync(blobs, archive, path, ct) is { } file
            ? await ArtifactAnswers.OneAsync(archive, file.Name, blobs, ct)
            : Refusals.NotFound(http);

    private static async Task<IResult> BrowseAsync(
        HttpContext http,
        PageView view,
        Actor actor,
        ProjectContext here,
        long id,
        string? path,
        JobList list,
        ArtifactFinder finder,
        IBlobStore blobs,
        CancellationToken ct
    )
    {
        var folder = (path ?? "").Trim('/');
        if (await list.FindAsync(here.Id, id, ct) is not { } job || await finder.ArchiveAsync(actor, here, id, ct) is not { } archive)
            return Refusals.NotFound(http);
        var found = await ArchiveFolder.ReadAsync(blobs, archive, folder, ct);
        if (found.Entries.Count == 0 && folder.Length > 0)
            return Refusals.NotFound(http);
        var rows = found.Entries.Select(entry => Row(here, id, folder, entry));
        var up = folder.Length == 0 ? Html.Nothing : Up(here, id, folder);
        var more = Html.Of($"<tr><td class=\"muted\" colspan=\"2\">{found.Left} more are not shown; the download has them all</td></tr>");
        var body =
            found.Entries.Count == 0
                ? Lists.Empty("The archive is empty", Html.Of($"<p>Nothing matched the paths of <code>artifacts:paths</code>.</p>"))
                : Html.Of($"<div class=\"card\"><table class=\"files\"><tbody>{up}{rows}{more.When(found.Left > 0)}</tbody></table></div>");
        return Layout.Answer(
            Frame(view, here, job, folder),
            Html.Of(
                $"<div class=\"head\"><h1>Artifacts{(folder.Length > 0 ? $": {folder}" : "")}</h1><a class=\"button\" href=\"{At(here, id, "download")}\">Download all, {Sizes.Of(archive.Size)}</a></div>{body}"
            )
        );
    }

    private static async Task<IResult> FileAsync(
        HttpContext http,
        PageView view,
        Actor actor,
        ProjectContext here,
        long id,
        string? path,
        JobList list,
        ArtifactFinder finder,
        IBlobStore blobs,
        CancellationToken ct
    )
    {
        if (
            await list.FindAsync(here.Id, id, ct) is not { } job
            || await finder.ArchiveAsync(actor, here, id, ct) is not { } archive
            || await ArchiveFolder.FileAsync(blobs, archive, path, ct) is not { } file
        )
            return Refusals.NotFound(http);
        var bytes = file.Size > LargestShown ? null : await ArchiveFolder.BytesAsync(blobs, archive, file, ct);
        var body =
            bytes is null ? Lists.Empty("Too large to show", Html.Of($"<p>Download it to look at it.</p>"))
            : bytes.AsSpan(0, Math.Min(bytes.Length, 8000)).Contains((byte)0)
                ? Lists.Empty("This is no text", Html.Of($"<p>Download it to look at it.</p>"))
            : SourceText.Of(ProjectTree.TextOf(bytes));
        return Layout.Answer(
            Frame(view, here, job, file.Name),
            Html.Of(
                $"""
                <div class="head"><h1><bdi>{file.Name}</bdi></h1><a class="button" href="{At(here, id, "raw", file.Name)}">Download {Sizes.Of(
                    file.Size
                )}</a></div>
                <div class="card">{body}</div>
                """
            )
        );
    }

    private static Html Row(ProjectContext here, long job, string folder, ArchiveFolder.Entry entry)
    {
        var name = Html.Of($"{FileList.Icon(entry.IsFolder)} <bdi>{entry.Name}</bdi>");
        var path = folder.Length == 0 ? entry.Name : $"{folder}/{entry.Name}";
        var cell = entry.IsReachable
            ? Html.Of($"<a href=\"{At(here, job, entry.IsFolder ? "browse" : "file", path)}\">{name}</a>")
            : Html.Of($"{name} <span class=\"muted\">in the download only</span>");
        return Html.Of($"<tr><td>{cell}</td><td class=\"size\">{(entry.IsFolder ? "" : Sizes.Of(entry.Size))}</td></tr>");
    }

    private static Html Up(ProjectContext here, long job, string folder)
    {
        var above = folder.LastIndexOf('/') is >= 0 and var slash ? folder[..slash] : "";
        return Html.Of(
            $"<tr><td colspan=\"2\"><a href=\"{At(here, job, "browse", above)}\" aria-label=\"The folder above\">..</a></td></tr>"
        );
    }

    private static PageFrame Frame(PageView view, ProjectContext here, JobRow job, string path) =>
        new(view, path.Length > 0 ? path : "Artifacts")
        {
            Project = here,
            Part = "pipelines",
            Crumbs =
            [
                new Crumb($"Pipeline #{job.PipelineId}", Address.To(here.Project.FullPath, "-", "pipelines", $"{job.PipelineId}")),
                new Crumb(job.Name, JobButtons.Address(here, job)),
                new Crumb("Artifacts", At(here, job.Id, "browse")),
            ],
        };
}
