using System.Collections.Immutable;
using Microsoft.AspNetCore.Http;
using Slipway.Compiler;
using Slipway.Server.Ui.Markup;

namespace Slipway.Server.Ui.Parts;

/// <summary>What <c>spec:inputs</c> of a configuration asks for, a field each, of its type. https://docs.gitlab.com/ci/inputs/#for-a-pipeline</summary>
internal static class InputFields
{
    private const string Keys = "inputs[][key]";
    private const string Values = "inputs[][value]";
    private const int Most = 100;

    /// <param name="given">What somebody has filled in; the others have their defaults.</param>
    public static Html Of(IReadOnlyList<PipelineForm.Input> fields, IReadOnlyDictionary<string, string> given)
    {
        if (fields.Count == 0)
            return Html.Nothing;
        var shown = fields.Select((field, at) => Field(field, given.GetValueOrDefault(field.Name) ?? field.Default ?? "", $"input-{at}"));
        return Html.Of($"<fieldset class=\"fields\"><legend>Inputs</legend>{shown}</fieldset>");
    }

    /// <summary>Names and values as they came.</summary>
    /// <returns>Or what is wrong.</returns>
    public static (ImmutableDictionary<string, string> Given, string? Problem) Read(IFormCollection form)
    {
        var (keys, values) = (form[Keys], form[Values]);
        var given = ImmutableDictionary.CreateBuilder<string, string>();
        for (var at = 0; at < keys.Count; at++)
        {
            if (keys[at] is not { Length: > 0 } name)
                continue;
            if (given.Count == Most || given.ContainsKey(name))
                return (given.ToImmutable(), "Each input has one value.");
            given[name] = ((at < values.Count ? values[at] : null) ?? "").Replace("\r\n", "\n");
        }

        return (given.ToImmutable(), null);
    }

    /// <summary>Without those that say what is so anyway, and those left empty that have a default or need none: the configuration decides those.</summary>
    public static ImmutableDictionary<string, string> Said(
        IReadOnlyList<PipelineForm.Input> fields,
        ImmutableDictionary<string, string> given
    ) =>
        given
            .Where(pair => fields.FirstOrDefault(field => field.Name == pair.Key) is not { } field || pair.Value != (field.Default ?? ""))
            .ToImmutableDictionary();

    private static Html Field(PipelineForm.Input field, string value, string id)
    {
        var hint = Hint(field);
        var more = Html.Of($"{Forms.Described(id, hint)}{Forms.Required.When(field.IsRequired)}");
        return Html.Of(
            $"<input type=\"hidden\" name=\"{Keys}\" value=\"{field.Name}\">{Forms.Field(field.Name, hint, id, Control(field, value, id, more))}"
        );
    }

    private static Html Control(PipelineForm.Input field, string value, string id, Html more) =>
        field switch
        {
            { HasRules: true } => Html.Of(
                $"<input name=\"{Values}\" value=\"{value}\" list=\"{id}-options\" autocomplete=\"off\" maxlength=\"10000\"{more}><datalist id=\"{id}-options\">{field.Options.Select(option => Html.Of($"<option value=\"{option}\"></option>"))}</datalist>"
            ),
            { Options.Length: > 0 } => Choices.Of(Values, value, field.Options, more),
            { Type: "boolean" } => Choices.Of(Values, value, ["true", "false"], more),
            { Type: "array" } => Html.Of($"<textarea name=\"{Values}\" rows=\"2\" spellcheck=\"false\"{more}>\n{value}</textarea>"),
            { Type: "number" } => Html.Of(
                $"<input name=\"{Values}\" value=\"{value}\" inputmode=\"decimal\" autocomplete=\"off\" maxlength=\"100\"{more}>"
            ),
            _ when value.Contains('\n') => Html.Of($"<textarea name=\"{Values}\" rows=\"4\"{more}>\n{value}</textarea>"),
            _ => Html.Of($"<input name=\"{Values}\" value=\"{value}\" autocomplete=\"off\" maxlength=\"10000\"{more}>"),
        };

    private static string? Hint(PipelineForm.Input field)
    {
        string?[] parts =
        [
            field.Description?.TrimEnd('.'),
            field.Type switch
            {
                "number" when field.Options.IsEmpty => "a number",
                "array" => "a list in JSON, such as [\"a\", \"b\"]",
                _ => null,
            },
            field.Pattern is { } pattern ? $"must match {pattern}" : null,
            field.HasRules ? "what it may be depends on the inputs above; empty: the configuration chooses" : null,
            field.IsRequired ? "required" : null,
        ];
        var said = parts.Where(part => !string.IsNullOrEmpty(part)).ToList();
        return said.Count == 0 ? null : string.Join(" · ", said);
    }
}
