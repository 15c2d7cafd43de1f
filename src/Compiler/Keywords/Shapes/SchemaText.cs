namespace Slipway.Compiler.Keywords.Shapes;

/// <summary>Pieces of JSON schema (draft 7) for what the keyword table checks with functions.</summary>
internal static class SchemaText
{
    /// <summary>The key is there with a value other than null.</summary>
    public static string Set(string key) => All($$"""{"required":["{{key}}"]}""", Key(key, """{"not":{"type":"null"}}"""));

    /// <summary>The key is there with one value.</summary>
    public static string Is(string key, string value) => All($$"""{"required":["{{key}}"]}""", Key(key, $$"""{"const":"{{value}}"}"""));

    public static string Absent(string key) => Not($$"""{"required":["{{key}}"]}""");

    public static string Not(string schema) => $$"""{"not":{{schema}}}""";

    public static string If(string condition, string then) => $$"""{"if":{{condition}},"then":{{then}}}""";

    public static string If(string condition, string then, string otherwise) =>
        $$"""{"if":{{condition}},"then":{{then}},"else":{{otherwise}}}""";

    public static string All(params ReadOnlySpan<string> schemas) => $$"""{"allOf":[{{string.Join(',', schemas)}}]}""";

    public static string Any(params ReadOnlySpan<string> schemas) => $$"""{"anyOf":[{{string.Join(',', schemas)}}]}""";

    /// <summary>What the value of a key must keep, where it is there.</summary>
    public static string Key(string key, string schema) => "{\"properties\":{\"" + key + "\":" + schema + "}}";

    /// <param name="pattern">
    /// ECMA 262, in that part of it which other languages read alike; the end of the text is <c>\z</c>, for <c>$</c> would be before a last line
    /// break too in some of them.
    /// </param>
    public static string Pattern(string pattern)
    {
        var portable = pattern.Replace(@"\z", @"(?![\s\S])", StringComparison.Ordinal);
        return "{\"pattern\":\"" + portable.Replace(@"\", @"\\", StringComparison.Ordinal) + "\"}";
    }
}
