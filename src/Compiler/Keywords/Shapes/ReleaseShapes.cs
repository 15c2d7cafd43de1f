using System.Globalization;
using Slipway.Compiler.Yaml;
using static Slipway.Compiler.Keywords.Shapes.CommonShapes;
using static Slipway.Compiler.Keywords.Shapes.SchemaText;

namespace Slipway.Compiler.Keywords.Shapes;

/// <summary><c>release</c>.</summary>
internal static class ReleaseShapes
{
    private static readonly Shape s_link = new Shape.Map(
        Keyword.Part("name", RequiredText),
        Keyword.Part(
            "url",
            new Shape.Text
            {
                Required = true,
                Test = Address,
                Schema = Pattern("^[hH][tT][tT][pP][sS]?:"),
            }
        ),
        Keyword.Part("filepath", Text),
        Keyword.Part("link_type", OneOfThese("other", "runbook", "image", "package"))
    )
    {
        Rules = [new MapRule.Present("name"), new MapRule.Present("url")],
    };

    private static readonly Shape s_assets = new Shape.Map(
        new Keyword(
            "links",
            new Shape.Items(s_link, "link")
            {
                OfMaps = true,
                TypeIsPart = true,
                Wrong = "should be an array of hashes",
            }
        )
    )
    {
        Rules = [new MapRule.Present("links")],
    };

    public static Shape Release { get; } =
        new Shape.Map(
            Keyword.Part("tag_name", RequiredText),
            Keyword.Part("tag_message", Text),
            Keyword.Part("name", Text),
            Keyword.Part("description", RequiredText),
            Keyword.Part("ref", new Shape.Text { Test = Ref, Schema = Pattern(@"[$]|^(?!-)(?![\s\S]*\.\.)[^\u0000-\u0020~^:?*\[\\]+\z") }),
            Keyword.Part("milestones", TextOrTexts),
            Keyword.Part(
                "released_at",
                new Shape.Text
                {
                    Wrong = NoInstant,
                    Test = Instant,
                    Untold = "release:released_at is a date and a time",
                }
            ),
            new("assets", s_assets)
        )
        {
            Rules = [new MapRule.Present("tag_name"), new MapRule.Present("description")],
        };

    /// <summary>GitLab looks at the text as written, so one that begins with a variable is no address to it.</summary>
    private static string? Address(string url) =>
        url.StartsWith("http:", StringComparison.OrdinalIgnoreCase) || url.StartsWith("https:", StringComparison.OrdinalIgnoreCase)
            ? null
            : "is blocked: only allowed schemes are http, https";

    private const string NoInstant = "must be a valid datetime";

    private static string? Instant(string text) =>
        DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.None, out _) ? null : NoInstant;

    /// <summary>Git's rules for names; a text with variables is whatever they hold.</summary>
    private static string? Ref(string name) =>
        name.Contains('$')
        || (name.Length > 0 && !name.Contains("..") && !name.StartsWith('-') && name.All(c => c > ' ' && !"~^:?*[\\".Contains(c)))
            ? null
            : "must be a valid ref";
}
