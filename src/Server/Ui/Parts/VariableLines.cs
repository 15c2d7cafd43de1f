using Microsoft.AspNetCore.Http;
using Slipway.Server.Ui.Markup;

namespace Slipway.Server.Ui.Parts;

/// <summary>A variable as somebody types it.</summary>
/// <param name="IsFile">The value is in a file, and its path in the variable.</param>
internal sealed record VariableLine(string Key, string Value, bool IsFile = false);

/// <summary>Variables in a form, a line each: name, value and type. The script adds another when the last one is used.</summary>
internal static class VariableLines
{
    private const string Keys = "variables[][key]";
    private const string Values = "variables[][value]";
    private const string Types = "variables[][variable_type]";

    public static List<VariableLine> Read(IFormCollection form)
    {
        var (keys, values, types) = (form[Keys], form[Values], form[Types]);
        return
        [
            .. keys.Select(
                    (key, at) =>
                        new VariableLine(
                            key?.Trim() ?? "",
                            // A browser sends lines with a return at their end.
                            ((at < values.Count ? values[at] : null) ?? "").Replace("\r\n", "\n"),
                            at < types.Count && types[at] == "file"
                        )
                )
                .Where(line => line.Key.Length > 0),
        ];
    }

    /// <param name="named">Those whose names are settled stand before them.</param>
    public static Html Of(IEnumerable<VariableLine> given, IEnumerable<Html>? named = null)
    {
        var lines = given.Append(new VariableLine("", "")).Select((line, at) => Line(line, at + 1));
        return Html.Of($"<fieldset class=\"fields\"><legend>Variables</legend>{named ?? []}<div data-pairs>{lines}</div></fieldset>");
    }

    /// <summary>One whose name is settled.</summary>
    /// <param name="options">When there are any, the value is one of them.</param>
    public static Html Named(VariableLine line, string description, IReadOnlyList<string> options)
    {
        var id = $"variable-{line.Key}";
        var more = Forms.Described(id, description);
        var input =
            options.Count > 0 ? Choices.Of(Values, line.Value, options, more)
            : line.Value.Contains('\n') ? Html.Of($"<textarea name=\"{Values}\" rows=\"4\"{more}>\n{line.Value}</textarea>")
            : Html.Of($"<input class=\"mono\" name=\"{Values}\" value=\"{line.Value}\" autocomplete=\"off\" maxlength=\"10000\"{more}>");
        return Html.Of(
            $"<input type=\"hidden\" name=\"{Keys}\" value=\"{line.Key}\"><input type=\"hidden\" name=\"{Types}\" value=\"env_var\">{Forms.Field(line.Key, description, id, input)}"
        );
    }

    private static Html Line(VariableLine line, int number)
    {
        var called = $"Variable {number}: value";
        var value = line.Value.Contains('\n')
            ? Html.Of($"<textarea name=\"{Values}\" rows=\"4\" aria-label=\"{called}\">\n{line.Value}</textarea>")
            : Html.Of(
                $"<input name=\"{Values}\" value=\"{line.Value}\" aria-label=\"{called}\" placeholder=\"value\" autocomplete=\"off\" maxlength=\"10000\">"
            );
        return Html.Of(
            $"""
            <div class="pair typed"><input name="{Keys}" value="{line.Key}" aria-label="Variable {number}: name" placeholder="NAME" autocomplete="off" maxlength="255">{value}
            <select name="{Types}" aria-label="Variable {number}: type"><option value="env_var">Variable</option><option value="file"{Html.Of(
                $" selected"
            ).When(line.IsFile)}>File</option></select></div>
            """
        );
    }
}
