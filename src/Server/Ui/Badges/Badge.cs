using System.Globalization;
using Slipway.Server.Ui.Markup;

namespace Slipway.Server.Ui.Badges;

/// <summary>A small picture with a word and a value, for a README. https://docs.gitlab.com/user/project/badges/</summary>
/// <param name="Colour">Of the value's side.</param>
internal sealed record Badge(string Key, string Value, string Colour)
{
    public const string Good = "#4c1";
    public const string Bad = "#e05d44";
    public const string Unknown = "#9f9f9f";

    private const int LongestKey = 64;
    private const int WidestKey = 512;

    /// <summary>The key's side in pixels; nothing: as wide as its text.</summary>
    public int? KeyWidth { get; init; }

    public static Badge OfPipeline(string? status) =>
        status switch
        {
            "success" => new Badge("pipeline", "passed", Good),
            "failed" => new Badge("pipeline", "failed", Bad),
            "running" or "pending" or "preparing" or "waiting_for_resource" or "canceling" => new Badge(
                "pipeline",
                status.Replace('_', ' '),
                "#dfb317"
            ),
            null => new Badge("pipeline", "unknown", Unknown),
            _ => new Badge("pipeline", status, Unknown),
        };

    /// <param name="percent">Nothing: no job has said.</param>
    public static Badge OfCoverage(double? percent) =>
        percent is { } number
            ? new Badge(
                "coverage",
                number.ToString("0.00", CultureInfo.InvariantCulture) + "%",
                number switch
                {
                    >= 95 => Good,
                    >= 90 => "#a3c51c",
                    >= 75 => "#dfb317",
                    _ => Bad,
                }
            )
            : new Badge("coverage", "unknown", Unknown);

    /// <summary>With what the address asks for: <c>key_text</c>, at most 64 characters, and <c>key_width</c>.</summary>
    public Badge With(string? keyText, long? keyWidth) =>
        this with
        {
            Key = keyText is { Length: > 0 } text ? text[..Math.Min(text.Length, LongestKey)] : Key,
            KeyWidth = keyWidth is > 0 and <= WidestKey ? (int)keyWidth : null,
        };

    public string ToSvg()
    {
        var (left, right) = (KeyWidth ?? WidthOf(Key), WidthOf(Value));
        var (middle, end) = (left / 2, left + right / 2);
        return Html.Of(
                $"""
                <svg xmlns="http://www.w3.org/2000/svg" width="{left + right}" height="20" role="img" aria-label="{Key}: {Value}">
                <clipPath id="r"><rect width="{left + right}" height="20" rx="3"/></clipPath>
                <g clip-path="url(#r)"><rect width="{left}" height="20" fill="#555"/><rect x="{left}" width="{right}" height="20" fill="{Colour}"/></g>
                <g fill="#fff" text-anchor="middle" font-family="DejaVu Sans,Verdana,Geneva,sans-serif" font-size="11">
                <text x="{middle}" y="14">{Key}</text><text x="{end}" y="14">{Value}</text></g></svg>
                """
            )
            .ToString();
    }

    private static int WidthOf(string text) => text.Length * 7 + 12;
}
