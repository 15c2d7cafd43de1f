using Slipway.Server.Ui.Markup;

namespace Slipway.Server.Ui.Parts;

/// <summary>A field that takes one of a few values.</summary>
internal static class Choices
{
    /// <param name="chosen">When it is none of them, it stands there as well, so that nothing is chosen that nobody chose.</param>
    /// <param name="more">More of its attributes, with a blank before them.</param>
    public static Html Of(string name, string chosen, IReadOnlyList<string> values, Html more)
    {
        var stray = Html.Of($"<option value=\"{chosen}\" selected>{(chosen.Length > 0 ? chosen : "choose…")}</option>")
            .When(!values.Contains(chosen));
        var options = values.Select(value =>
            Html.Of(
                $"<option value=\"{value}\"{Html.Of($" selected").When(value == chosen)}>{(value.Length > 0 ? value : "(empty)")}</option>"
            )
        );
        return Html.Of($"<select name=\"{name}\"{more}>{stray}{options}</select>");
    }
}
