using System.Text;
using System.Text.RegularExpressions;

namespace Slipway.House.Tests;

/// <summary>A C# file as the house looks at it.</summary>
/// <param name="Path">From the repository's root, <c>src/Compiler/Yaml/ConfigNode.cs</c>.</param>
/// <param name="Folder">The path's folder below <c>src/</c> with dots, <c>Compiler.Yaml</c>: what its namespace must be after <c>Slipway.</c></param>
/// <param name="Code">The text with comments and the insides of strings blanked, line breaks kept.</param>
/// <param name="Uses">The house's namespaces named in using lines, without <c>Slipway.</c></param>
internal sealed partial record SourceFile(
    string Path,
    string Folder,
    string Text,
    string Code,
    string? Namespace,
    IReadOnlyList<string> Uses
)
{
    public string Assembly => Folder.Split('.')[0];
    public int Lines => Text.Count(c => c == '\n');

    public static SourceFile Parse(string path, string text)
    {
        var code = Blank(text);
        var folder = string.Join('.', path.Split('/')[1..^1]);
        var name = NamespaceLine().Match(code);
        return new SourceFile(
            path,
            folder,
            text,
            code,
            name.Success ? name.Groups[1].Value : null,
            [.. UsingLine().Matches(code).Select(m => m.Groups[1].Value).Distinct()]
        );
    }

    /// <summary>Names of the types declared here, nested ones too.</summary>
    public IEnumerable<string> Types => TypeLine().Matches(Code).Select(m => m.Groups[2].Value);

    /// <summary>The same text with every comment, string and character literal turned into spaces, so that braces and words that are left are code.</summary>
    public static string Blank(string text)
    {
        var blanked = new StringBuilder(text);
        foreach (Match match in NotCode().Matches(text))
            for (var i = match.Index; i < match.Index + match.Length; i++)
                if (blanked[i] != '\n')
                    blanked[i] = ' ';
        return blanked.ToString();
    }

    // Comments; raw strings (three quotes or more); verbatim strings; plain strings; characters. The first that fits at a place wins.
    [GeneratedRegex(
        """//[^\n]*|/\*.*?\*/|\$*("{3,}).*?\1(?!")|\$?@\$?"(?:[^"]|"")*"|\$?"(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\[^\n]{1,9}?)'""",
        RegexOptions.Singleline
    )]
    private static partial Regex NotCode();

    [GeneratedRegex(@"^\s*namespace\s+([\w.]+)", RegexOptions.Multiline)]
    private static partial Regex NamespaceLine();

    [GeneratedRegex(@"^\s*using\s+(?:static\s+|\w+\s*=\s*)?Slipway\.([\w.]+)\s*;", RegexOptions.Multiline)]
    private static partial Regex UsingLine();

    [GeneratedRegex(@"\b(class|struct|interface|enum|record(?:\s+struct|\s+class)?)\s+([A-Za-z_]\w*)")]
    private static partial Regex TypeLine();
}
