using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Slipway.Compiler;
using Slipway.Server.Data;
using Slipway.Server.Git;
using Slipway.Server.Http;
using Slipway.Server.Jobs;
using Slipway.Server.Projects;
using Slipway.Server.Ui.Markup;
using Slipway.Server.Ui.Parts;

namespace Slipway.Server.Ui.Pages;

/// <summary>Folders and files at a branch, tag or commit.</summary>
internal static class FilePages
{
    private const long LargestShown = 1024 * 1024;
    private const long LargestRaw = 50L * 1024 * 1024;

    public static void MapFiles(this IEndpointRouteBuilder project)
    {
        var read = new Access.OnProject(Abilities.ReadCode);
        project.MapPage("/tree/{**address}", TreeAsync, read);
        project.MapPage("/blob/{**address}", BlobAsync, read);
        project.MapPage("/raw/{**address}", RawAsync, read);
    }

    private static async Task<IResult> TreeAsync(
        HttpContext http,
        PageView view,
        ProjectContext here,
        string address,
        Repositories repositories,
        Db db,
        CancellationToken ct
    )
    {
        var repository = repositories.Of(here.Id);
        if (await RefPath.FindAsync(repository, address, ct) is not { } place)
            return Refusals.NotFound(http);
        var entries = await Task.Run(
            () =>
            {
                using var tree = new CommitTree(repository, place.Commit);
                return tree.Folder(place.Path)?.Values.ToList();
            },
            ct
        );
        if (entries is null)
            return Refusals.NotFound(http);
        var bar = await CommitBar.OfAsync(view, here.Project, repository, place.Ref, place.Commit, db, ct);
        return Layout.Answer(
            Frame(view, here, place),
            Html.Of($"{Head(place)}{bar}{FileList.Of(here.Project.FullPath, place.Ref, place.Path, entries)}")
        );
    }

    private static async Task<IResult> BlobAsync(
        HttpContext http,
        PageView view,
        ProjectContext here,
        string address,
        Repositories repositories,
        Db db,
        CancellationToken ct
    )
    {
        var repository = repositories.Of(here.Id);
        if (await RefPath.FindAsync(repository, address, ct) is not { Path.Length: > 0 } place)
            return Refusals.NotFound(http);
        var (info, bytes) = await Task.Run(() => Read(repository, place, LargestShown), ct);
        if (info is null)
            return Refusals.NotFound(http);
        var raw = Address.To(here.Project.FullPath, "-", "raw", place.Ref, place.Path);
        var body =
            bytes is null ? Lists.Empty("Too large to show", Html.Of($"<p>It has {Sizes.Of(info.Size)}; the raw file is all of it.</p>"))
            : bytes.AsSpan(0, Math.Min(bytes.Length, 8000)).Contains((byte)0)
                ? Lists.Empty("This is no text", Html.Of($"<p>It has {Sizes.Of(info.Size)}; the raw file is all of it.</p>"))
            : SourceText.Of(ProjectTree.TextOf(bytes));
        var bar = await CommitBar.OfAsync(view, here.Project, repository, place.Ref, place.Commit, db, ct);
        return Layout.Answer(
            Frame(view, here, place),
            Html.Of(
                $"{Head(place)}{bar}<div class=\"card\"><header><span>{Sizes.Of(info.Size)}</span><a href=\"{raw}\">Raw</a></header>{body}</div>"
            )
        );
    }

    private static async Task<IResult> RawAsync(
        HttpContext http,
        ProjectContext here,
        string address,
        Repositories repositories,
        CancellationToken ct
    )
    {
        var repository = repositories.Of(here.Id);
        if (await RefPath.FindAsync(repository, address, ct) is not { Path.Length: > 0 } place)
            return Refusals.NotFound(http);
        var (_, bytes) = await Task.Run(() => Read(repository, place, LargestRaw), ct);
        return bytes is null
            ? Refusals.NotFound(http)
            : new BlobAnswer("text/plain; charset=utf-8", null, null, (_, _) => Task.FromResult<Stream?>(new MemoryStream(bytes)));
    }

    private static (ObjectInfo? Info, byte[]? Bytes) Read(Repository repository, RefPath place, long most)
    {
        using var tree = new CommitTree(repository, place.Commit);
        if (tree.Find(place.Path) is not { Type: "blob" } entry || tree.Objects.Info(entry.Id) is not { } info)
            return (null, null);
        return (info, tree.Objects.Read(entry.Id, most)?.Content);
    }

    private static Html Head(RefPath place) =>
        Html.Of($"<div class=\"head\"><h1><bdi>{(place.Path.Length > 0 ? place.Path : place.Ref)}</bdi></h1></div>");

    private static PageFrame Frame(PageView view, ProjectContext here, RefPath place)
    {
        var words = place.Path.Split('/', StringSplitOptions.RemoveEmptyEntries);
        var crumbs = words
            .SkipLast(1)
            .Select((word, at) => new Crumb(word, Address.To([here.Project.FullPath, "-", "tree", place.Ref, .. words[..(at + 1)]])))
            .Prepend(new Crumb(place.Ref, Address.To(here.Project.FullPath, "-", "tree", place.Ref)));
        return new PageFrame(view, place.Path.Length > 0 ? place.Path : place.Ref)
        {
            Project = here,
            Part = "tree",
            Crumbs = [.. crumbs],
        };
    }
}
