using System.Text;
using Slipway.Cli.Terminal;
using Slipway.Compiler;

namespace Slipway.Cli.Reports;

/// <summary><c>slipway config templates</c>: the names for <c>include:template</c>, each with the first sentence of its own comment.</summary>
internal static class TemplateList
{
    /// <summary>Cells a sentence must have beside the names; with fewer it goes below its name.</summary>
    private const int LeastRight = 40;

    /// <param name="columns">0: nothing is broken.</param>
    public static string ToText(Palette palette, int columns)
    {
        var names = Templates.Names;
        var wide = names.Max(name => name.Length);
        var isBelow = columns > 0 && columns - wide - 2 < LeastRight;
        var indent = isBelow ? 4 : wide + 2;
        var text = new StringBuilder();
        foreach (var name in names)
        {
            text.Append(palette.Strong(name)).Append(isBelow ? "\n" + new string(' ', indent) : new string(' ', indent - name.Length));
            var lines = Paragraph.Lines(About(name), columns == 0 ? 0 : Math.Max(1, columns - indent));
            text.AppendJoin("\n" + new string(' ', indent), lines).Append('\n');
        }

        return text.ToString();
    }

    public static void WriteJson(Stream to) =>
        JsonText.Write(
            to,
            json =>
            {
                json.WriteStartArray("templates");
                foreach (var name in Templates.Names)
                {
                    json.WriteStartObject();
                    json.WriteString("name", name);
                    json.WriteString("about", About(name));
                    json.WriteEndObject();
                }

                json.WriteEndArray();
            }
        );

    /// <summary>One template, with the members GitLab's API gives it.</summary>
    public static void WriteJson(Stream to, string name, string content) =>
        JsonText.Write(
            to,
            json =>
            {
                json.WriteString("name", name);
                json.WriteString("content", content);
            }
        );

    private static string About(string name)
    {
        var comment = Templates.Text(name)!.Split('\n').TakeWhile(line => line.StartsWith("# ", StringComparison.Ordinal));
        var words = string.Join(' ', comment.Select(line => line[2..]));
        var end = words.IndexOf(". ", StringComparison.Ordinal);
        return end < 0 ? words : words[..(end + 1)];
    }
}
