using Slipway.Server.Git;
using Slipway.Server.Ui.Markup;

namespace Slipway.Server.Ui.Parts;

/// <summary>
/// The branch or tag that a form is for. What the form asks beyond it stands in that ref's configuration, so another ref makes another form: with a script at
/// once, without one by the button <see cref="Again"/>. The handler finds <see cref="IsAgain"/> and does nothing but show the form.
/// </summary>
internal static class RefField
{
    private const int Most = 500;
    private const string Name = "again";

    public static async Task<Html> OfAsync(Repository repository, string value, CancellationToken ct)
    {
        var refs = repository.Exists ? await repository.RefsAsync(ct, RefNames.Heads, RefNames.Tags) : [];
        var names = refs.Select(one => RefNames.Branch(one.Name) ?? RefNames.Tag(one.Name)).OfType<string>().Distinct().Take(Most);
        return Html.Of(
            $"""
            <label>Branch or tag<input name="ref" value="{value}" list="refs" class="mono" autocomplete="off" maxlength="255" required data-again></label>
            <datalist id="refs">{names.Select(name => Html.Of($"<option value=\"{name}\"></option>"))}</datalist>
            """
        );
    }

    /// <summary>Stands behind the button that sends the form: the first of a form is the one that Enter presses.</summary>
    public static Html Again => Html.Of($"<button name=\"{Name}\" value=\"true\" formnovalidate>Fields of this branch or tag</button>");

    public static bool IsAgain(string? said) => said == "true";

    public static string Field => Name;
}
