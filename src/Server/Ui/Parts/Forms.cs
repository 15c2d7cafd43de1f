using Slipway.Server.Ui.Markup;

namespace Slipway.Server.Ui.Parts;

/// <summary>What forms are made of.</summary>
internal static class Forms
{
    private const string Wanted = "required";

    /// <summary>A button that changes something, as a form of its own with the word that proves it ours.</summary>
    /// <param name="look">Classes of the button: <c>primary</c>, <c>danger</c>, <c>plain</c>.</param>
    /// <param name="called">What a screen reader says; nothing: the words.</param>
    public static Html Button(PageView view, Address action, string words, string look = "", string? called = null) =>
        Button(view, action, Html.Of($"{words}"), look, called);

    /// <summary>The same, with a picture for the words.</summary>
    public static Html Button(PageView view, Address action, Html face, string look, string? called)
    {
        var label = called is null ? Html.Nothing : Html.Of($" aria-label=\"{called}\" title=\"{called}\"");
        return Html.Of(
            $"<form class=\"inline\" method=\"post\" action=\"{action}\">{Token(view)}<button class=\"{look}\"{label}>{face}</button></form>"
        );
    }

    /// <summary>Something that cannot be taken back: the button appears only when asked for, so no single click does it.</summary>
    public static Html Careful(PageView view, Address action, string words, string warning) =>
        Html.Of(
            $"<details class=\"careful\"><summary class=\"button danger\">{words}</summary><div><p>{warning}</p>{Button(view, action, $"Yes, {words.ToLowerInvariant()}", "danger")}</div></details>"
        );

    /// <summary>Stands in every form that is posted.</summary>
    public static Html Token(PageView view) => Html.Of($"<input type=\"hidden\" name=\"{FormTokens.Field}\" value=\"{view.FormToken}\">");

    /// <summary>Why a form comes back.</summary>
    public static Html Problem(object? problem) =>
        problem is null ? Html.Nothing : Html.Of($"<p class=\"note bad\" role=\"alert\">{problem.ToString()}</p>");

    /// <summary>A line of text.</summary>
    /// <param name="hint">Below it.</param>
    /// <param name="more">More of its attributes, with a blank before them.</param>
    /// <param name="wrong">A sentence on what is wrong with the value, beside it.</param>
    public static Html Text(string label, string name, string? value, string? hint = null, Html more = default, string? wrong = null) =>
        Field(
            label,
            hint,
            name,
            Html.Of(
                $"<input name=\"{name}\" value=\"{value}\" autocomplete=\"off\" maxlength=\"2000\"{Described(name, hint, wrong)}{more}>"
            ),
            wrong
        );

    /// <summary>Something to fill in, with its label above it and a hint below, which is its description and not part of its name.</summary>
    /// <param name="input">Carries <see cref="Described"/> when there is a hint, or something is wrong.</param>
    /// <param name="wrong">A sentence on what is wrong with what is filled in.</param>
    public static Html Field(string label, string? hint, string name, Html input, string? wrong = null)
    {
        var mistake = wrong is null ? Html.Nothing : Html.Of($"<small class=\"wrong\" id=\"wrong-{name}\">{wrong}</small>");
        var below = hint is null ? Html.Nothing : Html.Of($"<small id=\"hint-{name}\">{hint}</small>");
        return Html.Of($"<div class=\"field\"><label>{label}{input}</label>{mistake}{below}</div>");
    }

    /// <summary>The attributes that tie a field to its hint, and to what is wrong with it: that one is where somebody begins.</summary>
    public static Html Described(string name, string? hint, string? wrong = null) =>
        wrong is not null
            ? Html.Of($" aria-invalid=\"true\" aria-describedby=\"{(hint is null ? "" : $"hint-{name} ")}wrong-{name}\" autofocus")
            : Html.Of($" aria-describedby=\"hint-{name}\"").When(hint is not null);

    public static Html Required => Html.Of($" {Wanted}");

    /// <param name="hint">Behind the words.</param>
    public static Html Check(string label, string name, bool isOn, string? hint = null, string value = "true") =>
        Html.Of(
            $"<label class=\"check\"><input type=\"checkbox\" name=\"{name}\" value=\"{value}\"{Html.Of($" checked").When(isOn)}><span>{label}{Hint(hint)}</span></label>"
        );

    public static Html Radio(string label, string name, string value, bool isOn, string? hint = null) =>
        Html.Of(
            $"<label class=\"check\"><input type=\"radio\" name=\"{name}\" value=\"{value}\"{Html.Of($" checked").When(isOn)}><span>{label}{Hint(hint)}</span></label>"
        );

    /// <param name="wrong">A sentence on what is wrong with the choice, beside it.</param>
    public static Html Select(
        string label,
        string name,
        string? chosen,
        IEnumerable<(string Value, string Words)> choices,
        string? hint = null,
        string? wrong = null
    )
    {
        var options = choices.Select(choice =>
            Html.Of($"<option value=\"{choice.Value}\"{Html.Of($" selected").When(choice.Value == chosen)}>{choice.Words}</option>")
        );
        return Field(label, hint, name, Html.Of($"<select name=\"{name}\"{Described(name, hint, wrong)}>{options}</select>"), wrong);
    }

    /// <summary>Who may see a project or a group.</summary>
    public static Html Visibility(string chosen) =>
        Html.Of(
            $"""
            <fieldset><legend>Visibility</legend>
            {Radio("Private", "visibility", "private", chosen == "private", "its members")}
            {Radio("Internal", "visibility", "internal", chosen == "internal", "everybody who is signed in")}
            {Radio("Public", "visibility", "public", chosen == "public", "everybody, without signing in")}
            </fieldset>
            """
        );

    /// <summary>Rows of a name and a value; the script adds another when the last one is used.</summary>
    /// <param name="name">Of the fields: <c>variables</c> gives <c>variables[][key]</c> and <c>variables[][value]</c>.</param>
    public static Html Pairs(string called, string name, IReadOnlyList<(string Key, string Value)> given)
    {
        var rows = given
            .Append(("", ""))
            .Select(
                (pair, at) =>
                    Html.Of(
                        $"<div class=\"pair\"><input name=\"{name}[][key]\" value=\"{pair.Item1}\" aria-label=\"{called} {at + 1}: name\" placeholder=\"NAME\" autocomplete=\"off\" maxlength=\"255\"><input name=\"{name}[][value]\" value=\"{pair.Item2}\" aria-label=\"{called} {at + 1}: value\" placeholder=\"value\" autocomplete=\"off\" maxlength=\"10000\"></div>"
                    )
            );
        return Html.Of($"<fieldset data-pairs><legend>{called}s</legend>{rows}</fieldset>");
    }

    private static Html Hint(string? hint) => hint is null ? Html.Nothing : Html.Of($" <small>{hint}</small>");
}
