using Slipway.Server.Ui.Markup;

namespace Slipway.Server.Ui.Parts;

/// <summary>A status in GitLab's words, with a picture of its own shape: nobody has to tell colours apart.</summary>
internal static class StatusBadge
{
    /// <param name="status">The API's word: <c>success</c>, <c>waiting_for_resource</c>.</param>
    /// <param name="tolerated">It failed, and was allowed to; or something in it did.</param>
    public static Html Of(string status, bool tolerated = false)
    {
        var look = Look(status, tolerated);
        return Html.Of($"<span class=\"badge {look.Tone}\">{Icon(look.Path)}{look.Words}</span>");
    }

    /// <summary>The picture alone, where the words stand in what it is called.</summary>
    public static Html IconOnly(string status, string called, bool tolerated = false)
    {
        var look = Look(status, tolerated);
        var name = $"{called}: {look.Words}";
        return Html.Of(
            $"<span class=\"badge icon {look.Tone}\" role=\"img\" aria-label=\"{name}\" title=\"{name}\">{Icon(look.Path)}</span>"
        );
    }

    /// <summary>As people read it: <c>passed</c>, <c>waiting for resource</c>.</summary>
    public static string Words(string status, bool tolerated = false) => Look(status, tolerated).Words;

    private static Html Icon(string path) =>
        Html.Of(
            $"<svg width=\"16\" height=\"16\" viewBox=\"0 0 16 16\" fill=\"none\" stroke=\"currentColor\" stroke-width=\"1.8\" stroke-linecap=\"round\" stroke-linejoin=\"round\" aria-hidden=\"true\"><path d=\"{path}\"/></svg>"
        );

    private static (string Tone, string Words, string Path) Look(string status, bool tolerated) =>
        status switch
        {
            "success" when tolerated => ("warn", "passed with warnings", Warning),
            "failed" when tolerated => ("warn", "failed (allowed to fail)", Warning),
            "success" => ("good", "passed", Ring + "M5 8.2l2.2 2.2L11 6.2"),
            "failed" => ("bad", "failed", Ring + "M5.8 5.8l4.4 4.4M10.2 5.8l-4.4 4.4"),
            "running" => ("busy", "running", "M8 1.5A6.5 6.5 0 1 1 1.5 8M8 4.5v3.5l2 1.5"),
            "pending" => ("warn", "pending", Ring + "M6.4 5.5v5M9.6 5.5v5"),
            "preparing" => ("quiet", "preparing", Ring + "M4.8 8h.01M8 8h.01M11.2 8h.01"),
            "waiting_for_resource" => ("warn", "waiting for resource", "M4 2h8M4 14h8M4.5 2c0 4 7 8 7 12M11.5 2c0 4-7 8-7 12"),
            "canceling" => ("quiet", "canceling", Ring + "M5.5 10.5l5-5"),
            "canceled" => ("quiet", "canceled", Ring + "M3.6 12.4l8.8-8.8"),
            "skipped" => ("quiet", "skipped", "M3 4l4 4-4 4M9 4l4 4-4 4"),
            "manual" => ("quiet", "manual", Ring + "M6.6 5.4v5.2l4-2.6z"),
            "scheduled" => ("quiet", "scheduled", Ring + "M8 4.5V8l2.4 1.8"),
            "created" => ("quiet", "created", Ring + "M8 8h.01"),
            _ => ("quiet", status, Ring),
        };

    private const string Ring = "M14.5 8a6.5 6.5 0 1 1-13 0 6.5 6.5 0 0 1 13 0z";
    private const string Warning = "M8 1.8l6.6 12H1.4zM8 6.4v3.2M8 11.8h.01";
}
