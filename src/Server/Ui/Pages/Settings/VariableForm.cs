using Microsoft.AspNetCore.Http;
using Slipway.Server.Data;
using Slipway.Server.Http;
using Slipway.Server.Pipelines;
using Slipway.Server.Secrets;
using Slipway.Server.Ui.Markup;
using Slipway.Server.Ui.Parts;

namespace Slipway.Server.Ui.Pages.Settings;

/// <summary>The form of one variable. Of a hidden one it shows no value: an empty field keeps the one it has.</summary>
internal static class VariableForm
{
    /// <summary>As it is now. The value of a hidden one stays in its row.</summary>
    public static VariableToKeep Of(CiVariableRow row, SecretBox secrets) =>
        new(
            row.Name,
            row.Hidden == 1 ? "" : secrets.Open(CiVariables.Purpose, row.Value),
            row.VariableType,
            row.Protected == 1,
            row.Masked == 1,
            row.Hidden == 1,
            row.Raw == 1,
            row.EnvironmentScope,
            row.Description
        );

    /// <param name="known">The variable that is changed; nothing for a new one.</param>
    /// <param name="value">Its value.</param>
    public static VariableToKeep Read(IFormCollection form, CiVariableRow? known, string value)
    {
        bool Is(string name) => form[name] == "true";
        var isHidden = known is null ? form["visibility"] == "hidden" : known.Hidden == 1;
        // A browser sends lines with a return at their end.
        var given = form["value"].ToString().Replace("\r\n", "\n");
        return new VariableToKeep(
            known?.Name ?? form["key"].ToString().Trim(),
            known?.Hidden == 1 && given.Length == 0 ? value : given,
            form["variable_type"] == "file" ? "file" : "env_var",
            Is("protected"),
            isHidden || form["visibility"] == "masked",
            isHidden,
            !Is("expand"),
            form["environment_scope"].ToString().Trim() is { Length: > 0 } scope ? scope : "*",
            form["description"].ToString().Trim()
        );
    }

    /// <summary>What is wrong, and what to do: GitLab says of a value that cannot be masked only that it is invalid.</summary>
    public static string Words(VariableToKeep wanted, FieldError error) =>
        wanted.Masked && !wanted.CanBeMasked && error.Field == "value"
            ? wanted.Value.Length < 8
                ? "This value cannot be masked: it has fewer than 8 characters."
                : wanted.Value.Any(char.IsWhiteSpace)
                    ? "This value cannot be masked: it has blanks or line breaks."
                    : "This value cannot be masked: while references are expanded it may have letters, digits and _+=/@:.~- only."
            : $"{error}.";

    /// <param name="known">Nothing: it is a new one.</param>
    public static PageAnswer Page(PageView view, SettingsPlace here, VariableToKeep at, CiVariableRow? known, string? problem, int status)
    {
        var title = known is null ? "New variable" : known.Name;
        var action = known is null ? here.To("variables") : here.To("variables", $"{known.Id}");
        var key = known is null
            ? Forms.Text("Key", "key", at.Key, "letters, digits and _", Html.Of($" class=\"mono\" required"))
            : Html.Nothing;
        var remove = known is null
            ? Html.Nothing
            : Forms.Careful(
                view,
                here.To("variables", $"{known.Id}", "delete"),
                "Delete variable",
                "Jobs that begin from now on do not see it."
            );
        return Layout.Answer(
            here.Frame(view, title, "variables", new Crumb("Variables", here.List("variables")), new Crumb(title, action)),
            Html.Of(
                $"""
                <h1>{(known is null ? Html.Of($"New variable") : Html.Of($"Variable <span class=\"mono\">{known.Name}</span>"))}</h1>
                {Forms.Problem(problem)}
                <form method="post" action="{action}" class="fields narrowed">
                {Forms.Token(view)}
                {key}
                {Value(at, known)}
                {Visibility(at, known)}
                {Forms.Select("Type", "variable_type", at.VariableType, [("env_var", "Variable"), ("file", "File: the value is in a file, its path in the variable")])}
                {Forms.Text("Environments", "environment_scope", at.EnvironmentScope, "* is all of them; review/* those whose name begins so")}
                {Forms.Check("Protected", "protected", at.Protected, "only for protected branches and tags")}
                {Forms.Check("Expand references", "expand", !at.Raw, "$NAME in the value stands for another variable")}
                {Forms.Text("Description", "description", at.Description)}
                <div class="acts"><button class="primary">{(known is null ? "Add variable" : "Save changes")}</button><a class="button" href="{here.List(
                    "variables"
                )}">Cancel</a></div>
                </form>
                {remove}
                """
            ),
            status
        );
    }

    private static Html Value(VariableToKeep at, CiVariableRow? known)
    {
        var hint = known is { Hidden: 1 }
            ? "hidden: nobody can read it any more. Leave this empty to keep it"
            : "at most 10,000 characters";
        var value = known is { Hidden: 1 } || at.Hidden ? "" : at.Value;
        // The first line break of a text area's text is not part of it.
        return Forms.Field(
            "Value",
            hint,
            "value",
            Html.Of(
                $"<textarea name=\"value\" rows=\"3\" class=\"mono\" spellcheck=\"false\" autocomplete=\"off\" maxlength=\"10000\"{Forms.Described("value", hint)}>{Html.Of($"\n")}{value}</textarea>"
            )
        );
    }

    private static Html Visibility(VariableToKeep at, CiVariableRow? known)
    {
        if (known is { Hidden: 1 })
            return Html.Nothing;
        var hidden = Forms
            .Radio("Masked and hidden", "visibility", "hidden", at.Hidden, "the same, and nobody can read it here again")
            .When(known is null);
        return Html.Of(
            $"""
            <fieldset><legend>Visibility</legend>
            {Forms.Radio("Visible", "visibility", "visible", !at.Masked, "jobs' logs may show it")}
            {Forms.Radio(
                "Masked",
                "visibility",
                "masked",
                at is { Masked: true, Hidden: false },
                "logs show [MASKED]; needs 8 characters without blanks"
            )}
            {hidden}</fieldset>
            """
        );
    }
}
