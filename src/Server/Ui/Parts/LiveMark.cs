using Slipway.Server.Ui.Markup;

namespace Slipway.Server.Ui.Parts;

/// <summary>Says whether the page keeps itself up to date. Without a script it does not, and nothing is said.</summary>
internal static class LiveMark
{
    public static Html Here =>
        Html.Of(
            $"<span id=\"live\" class=\"live-mark\" role=\"status\" hidden><span class=\"dot\" aria-hidden=\"true\"></span><span></span></span>"
        );
}
