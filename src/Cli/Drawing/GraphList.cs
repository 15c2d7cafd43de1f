using System.Text;
using Slipway.Cli.Terminal;

namespace Slipway.Cli.Drawing;

/// <summary>A job graph as a list, for windows too narrow for a picture and graphs too dense for one.</summary>
internal static class GraphList
{
    public static string Of(List<GraphNode> nodes, Strokes strokes, Palette palette, int columns)
    {
        var text = new StringBuilder();
        var wide = nodes.Max(node => CellWidth.Of(NodeLabel.Of(node, strokes)));
        for (var i = 0; i < nodes.Count; i++)
        {
            if (i == 0 || nodes[i].Stage != nodes[i - 1].Stage)
                text.Append(palette.Strong(NodeLabel.Cut(PlainText.Of(nodes[i].Stage), columns == 0 ? int.MaxValue : columns, strokes)))
                    .Append('\n');
            Node(text, nodes[i], nodes, strokes, palette, wide, columns);
        }

        return text.ToString();
    }

    private static void Node(
        StringBuilder text,
        GraphNode node,
        List<GraphNode> nodes,
        Strokes strokes,
        Palette palette,
        int wide,
        int columns
    )
    {
        var label = NodeLabel.Of(node, strokes);
        if (node.Needs is not { Count: > 0 } needs)
        {
            text.Append("  ").Append(columns == 0 ? label : NodeLabel.Cut(label, columns - 2, strokes)).Append('\n');
            return;
        }

        var names = $"{strokes.Needs} {string.Join(", ", needs.Select(need => PlainText.Of(nodes[need].Name)))}";
        if (columns == 0 || wide + 4 + CellWidth.Of(names) <= columns)
        {
            text.Append("  ").Append(CellWidth.Pad(label, wide)).Append("  ").Append(palette.Faint(names)).Append('\n');
            return;
        }

        text.Append("  ").Append(NodeLabel.Cut(label, columns - 2, strokes)).Append('\n');
        foreach (var line in Paragraph.Lines(names, columns - 4))
            text.Append("    ").Append(palette.Faint(line)).Append('\n');
    }
}
