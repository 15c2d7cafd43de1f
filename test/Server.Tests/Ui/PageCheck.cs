using System.Text.RegularExpressions;
using Xunit;

namespace Slipway.Server.Tests.Ui;

/// <summary>Whether a page holds only what this program writes: elements and attributes it knows, addresses that cannot run, and one script of its own.</summary>
internal static partial class PageCheck
{
    private static readonly HashSet<string> Elements =
    [
        .. (
            "html head meta title link script body a header div img nav ol ul li span form input button main footer section h1 h2 h3 h4 h5 h6 p bdi svg path "
            + "time table thead tbody tr td th code pre em strong del ins sub sup blockquote br hr label select option details summary aside dl dt dd fieldset legend textarea small article datalist progress"
        ).Split(' '),
    ];

    private static readonly HashSet<string> Attributes =
    [
        .. (
            "lang charset name content rel href type src defer class id width height alt aria-label aria-current aria-hidden aria-live method action value role "
            + "tabindex title datetime viewBox fill stroke stroke-width stroke-linecap stroke-linejoin d data-part data-live data-events data-partial data-section open "
            + "autocomplete autocapitalize maxlength minlength required inputmode selected checked disabled start placeholder rows spellcheck colspan list hidden "
            + "aria-labelledby aria-describedby data-seconds data-copy data-pairs data-again data-chore formnovalidate formaction aria-invalid autofocus max min"
        ).Split(' '),
    ];

    public static void Inert(string html)
    {
        foreach (Match tag in Tag().Matches(html))
        {
            if (tag.Value is "<!DOCTYPE html>")
                continue;
            Assert.True(Whole().IsMatch(tag.Value), $"A tag is torn: {tag.Value}");
            Assert.Contains(tag.Groups[1].Value.ToLowerInvariant(), Elements);
            foreach (Match attribute in Attribute().Matches(tag.Groups[2].Value))
            {
                Assert.Contains(attribute.Groups[1].Value, Attributes);
                if (attribute.Groups[1].Value is "href" or "src" or "action" or "formaction")
                    Assert.Matches(@"\A(/([^/\\]|\z)|#|https?://)", attribute.Groups[2].Value);
            }
        }

        Assert.True(Script().Count(html) <= 1);
        Assert.Equal(Tag().Count(html), html.Count(c => c == '<'));
    }

    [GeneratedRegex("<[!/]?([A-Za-z0-9]+)([^<>]*)>")]
    private static partial Regex Tag();

    [GeneratedRegex("""\A</?[a-z0-9]+(\s+[A-Za-z-]+(="[^"<>]*")?)*\s*/?>\z""")]
    private static partial Regex Whole();

    [GeneratedRegex("""([A-Za-z-]+)(?:="([^"]*)")?""")]
    private static partial Regex Attribute();

    [GeneratedRegex("<script")]
    private static partial Regex Script();
}
