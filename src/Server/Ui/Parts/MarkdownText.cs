using Markdig;
using Markdig.Renderers.Html;
using Markdig.Syntax;
using Markdig.Syntax.Inlines;
using Slipway.Server.Ui.Markup;

namespace Slipway.Server.Ui.Parts;

/// <summary>A repository's Markdown. HTML in it is text; links lead to the web, to a place in the text, or to a file beside it; pictures are links to them.</summary>
internal static class MarkdownText
{
    private const int Longest = 256 * 1024;

    private static readonly MarkdownPipeline Pipeline = new MarkdownPipelineBuilder()
        .DisableHtml()
        .UsePipeTables()
        .UseEmphasisExtras()
        .UseTaskLists()
        .UseAutoLinks()
        .Build();

    /// <param name="file">The address of a file that is named relative to the root of the repository.</param>
    public static Html Of(string markdown, Func<string, Address> file)
    {
        var text = Markdown.Parse(markdown.Length > Longest ? markdown[..Longest] : markdown, Pipeline);
        foreach (var link in text.Descendants<LinkInline>().ToList())
        {
            if (link.IsImage && link.FirstChild is null)
                link.AppendChild(new LiteralInline("picture"));
            link.IsImage = false;
            link.GetDynamicUrl = null;
            link.Url = Target(link.Url ?? "", file)?.Text;
            if (link.Url is null)
                link.ReplaceBy(Plain(link));
            else
                link.GetAttributes().AddProperty("rel", "nofollow noopener noreferrer");
        }

        // The page has a first heading of its own.
        foreach (var heading in text.Descendants<HeadingBlock>())
            heading.Level = Math.Min(6, heading.Level + 1);
        foreach (var link in text.Descendants<AutolinkInline>().ToList())
            if (link.IsEmail || Address.Web(link.Url) is null)
                link.ReplaceBy(new LiteralInline(link.Url));
        // Markdig escapes text and attributes, HTML is off, and every address has been checked above.
        return Html.Escaped(text.ToHtml(Pipeline));
    }

    private static Address? Target(string url, Func<string, Address> file)
    {
        if (Address.Web(url) is { } web)
            return web;
        if (url.StartsWith('#'))
            return Address.Here(url[1..]);
        var path = url.Split('#', '?')[0];
        return path.Length > 0 && path[0] != '/' && !path.AsSpan().ContainsAny(":\\") ? file(Uri.UnescapeDataString(path)) : null;
    }

    private static ContainerInline Plain(LinkInline link)
    {
        var plain = new ContainerInline();
        while (link.FirstChild is { } child)
        {
            child.Remove();
            plain.AppendChild(child);
        }

        return plain;
    }
}
