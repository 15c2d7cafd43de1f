using System.Text.RegularExpressions;

namespace Slipway.House.Tests;

/// <param name="Lines">From the line of its first word to the line of its last brace or semicolon.</param>
internal sealed record Function(string Name, int Line, int Lines);

/// <summary>Finds the members of types that hold code, by matching braces in text whose strings and comments are blanked. Good to a line or two.</summary>
internal static partial class Functions
{
    public static IReadOnlyList<Function> In(string code)
    {
        var found = new List<Function>();
        ReadTypes(code, 0, code.Length, found);
        return found;
    }

    private static void ReadTypes(string code, int from, int to, List<Function> found)
    {
        foreach (var (start, end, open) in Members(code, from, to))
        {
            var head = code[start..(open < 0 ? end : open)];
            if (open >= 0 && TypeHead().IsMatch(head))
                ReadTypes(code, open + 1, end - 1, found);
            else if (NameOf(head) is { } name && (open >= 0 || code[start..end].Contains("=>")))
                found.Add(new Function(name, LineOf(code, start), LineOf(code, end - 1) - LineOf(code, start) + 1));
        }
    }

    /// <summary>Declarations between two places: start, end (behind the last character), and where the first brace opens, or -1.</summary>
    private static IEnumerable<(int Start, int End, int Open)> Members(string code, int from, int to)
    {
        int start = -1,
            open = -1,
            depth = 0;
        var expression = false;
        for (var i = from; i < to; i++)
        {
            var c = code[i];
            if (start < 0 && (char.IsWhiteSpace(c) || c is ';' or '}'))
                continue;
            if (start < 0)
                start = i;
            if (depth == 0 && c == '=' && open < 0)
                expression = true;
            if (c is '{' or '(' or '[')
            {
                if (c == '{' && depth == 0 && open < 0 && !expression)
                    open = i;
                depth++;
            }
            else if (c is '}' or ')' or ']')
                depth--;
            if (depth != 0 || !(c == ';' || (c == '}' && !expression)))
                continue;
            yield return (start, i + 1, open);
            (start, open, expression) = (-1, -1, false);
        }
    }

    private static string? NameOf(string head) => FunctionHead().Match(head) is { Success: true } match ? match.Groups[1].Value : null;

    private static int LineOf(string code, int at) => code.AsSpan(0, at).Count('\n') + 1;

    [GeneratedRegex(@"\b(?:class|struct|interface|record|enum|namespace)\s+\w")]
    private static partial Regex TypeHead();

    [GeneratedRegex(@"(\w+)\s*(?:<[^()]*>)?\s*\(")]
    private static partial Regex FunctionHead();
}
