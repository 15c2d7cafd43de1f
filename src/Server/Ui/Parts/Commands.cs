using Slipway.Server.Ui.Markup;

namespace Slipway.Server.Ui.Parts;

/// <summary>Something to type into a terminal, or a secret to keep: as it is, with a button that copies it.</summary>
internal static class Commands
{
    /// <param name="called">What a screen reader calls the button's text: <c>Copy the clone command</c>.</param>
    public static Html Of(string text, string called) =>
        Html.Of(
            $"<div class=\"copy\"><pre tabindex=\"0\">{text}</pre><button type=\"button\" class=\"small\" data-copy hidden aria-label=\"Copy {called}\">Copy</button></div>"
        );
}
