using Slipway.Server.Git;
using Slipway.Server.Ui.Markup;

namespace Slipway.Server.Ui.Parts;

/// <summary>A folder of a repository.</summary>
internal static class FileList
{
    private const int Most = 2000;

    /// <param name="project">Its full path.</param>
    /// <param name="path">The folder; empty for the root.</param>
    public static Html Of(string project, string @ref, string path, IEnumerable<TreeEntry> entries)
    {
        var sorted = entries.OrderBy(entry => !entry.IsFolder).ThenBy(entry => entry.Name, StringComparer.Ordinal).ToList();
        var more =
            sorted.Count > Most ? Html.Of($"<tr><td class=\"muted\">{sorted.Count - Most} more are not shown</td></tr>") : Html.Nothing;
        return Html.Of(
            $"<div class=\"card\"><table class=\"files\"><tbody>{Up(project, @ref, path)}{sorted.Take(Most).Select(entry => Row(project, @ref, path, entry))}{more}</tbody></table></div>"
        );
    }

    private static Html Up(string project, string @ref, string path)
    {
        if (path.Length == 0)
            return Html.Nothing;
        var above = path.LastIndexOf('/') is >= 0 and var slash ? path[..slash] : "";
        return Html.Of(
            $"<tr><td><a href=\"{Address.To(project, "-", "tree", @ref, above)}\" aria-label=\"The folder above\">..</a></td></tr>"
        );
    }

    private static Html Row(string project, string @ref, string path, TreeEntry entry)
    {
        var name = Html.Of($"{Icon(entry.IsFolder)} <bdi>{entry.Name}</bdi>");
        var kind =
            entry.IsLink ? " → link"
            : entry.IsSubmodule ? $" @ {entry.Id[..8]}"
            : "";
        var cell = entry.IsSubmodule
            ? name
            : Html.Of($"<a href=\"{Address.To(project, "-", entry.IsFolder ? "tree" : "blob", @ref, path, entry.Name)}\">{name}</a>");
        return Html.Of($"<tr><td>{cell}<span class=\"muted\">{kind}</span></td></tr>");
    }

    /// <summary>A folder's picture, or a file's.</summary>
    public static Html Icon(bool isFolder) =>
        Html.Of(
            $"<svg width=\"16\" height=\"16\" viewBox=\"0 0 16 16\" fill=\"none\" stroke=\"currentColor\" stroke-width=\"1.5\" role=\"img\" aria-label=\"{(isFolder ? "Folder" : "File")}\"><path d=\"{(isFolder ? "M1.5 3.5h4.5l1.5 2h7v7.5h-13z" : "M3.5 1.5h6l3 3v10h-9zM9.5 1.5v3h3")}\"/></svg>"
        );
}
