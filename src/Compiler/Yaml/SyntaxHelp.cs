using Slipway.Compiler.Yaml.Scanning;

namespace Slipway.Compiler.Yaml;

/// <summary>What libyaml's words mean, for those who do not know them.</summary>
internal static class SyntaxHelp
{
    public static string? For(string problem, string text, Mark at)
    {
        var c = at.Index < text.Length ? text[at.Index] : '\0';
        return problem switch
        {
            "found character that cannot start any token" when c == '\t' => "Indent with spaces; a tab stands here.",
            "found character that cannot start any token" => $"Put quotes around a value that begins with {c}.",
            "mapping values are not allowed in this context" =>
                "Put quotes around a value that has \": \" in it, or check the indentation.",
            "could not find expected ':'" => "A key without its colon, or a line that is indented less than the text it belongs to.",
            "did not find expected key" => "Check the indentation: this line fits no map that is open here.",
            "did not find expected '-' indicator" => "Check the indentation: this line fits no list that is open here.",
            "found unexpected end of stream" => "The closing quote is missing.",
            "block sequence entries are not allowed in this context" => "Begin the list on a line of its own.",
            "did not find expected alphabetic or numeric character" => "Put quotes around a value that begins with * or &.",
            "found a tab character that violates indentation" or "found a tab character where an indentation space is expected" =>
                "Indent with spaces; a tab stands here.",
            _ => null,
        };
    }
}
