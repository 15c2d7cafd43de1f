using Slipway.Server.Ui.Markup;

namespace Slipway.Server.Ui.Parts;

internal static class Forms
{
    /// <summary>A button that changes something, as a form of its own with the word that proves it ours.</summary>
    /// <param name="look">Classes of the button: <c>primary</c>, <c>danger</c>, <c>plain</c>.</param>
    /// <param name="called">What a screen reader says; nothing: the words.</param>
    public static Html Button(PageView view, Address action, string words, string look = "", string? called = null)
    {
        var label = called is null ? Html.Nothing : Html.Of($" aria-label=\"{called}\"");
        return Html.Of(
            $"<form class=\"inline\" method=\"post\" action=\"{action}\">{Token(view)}<button class=\"{look}\"{label}>{words}</button></form>"
        );
    }

    /// <summary>Stands in every form that is posted.</summary>
    public static Html Token(PageView view) => Html.Of($"<input type=\"hidden\" name=\"{FormTokens.Field}\" value=\"{view.FormToken}\">");
}
