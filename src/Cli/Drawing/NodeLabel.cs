using Slipway.Cli.Terminal;
using Slipway.Compiler;

namespace Slipway.Cli.Drawing;

/// <summary>What stands in a node: the name, how often, and marks for what is special about the job.</summary>
internal static class NodeLabel
{
    public static string Of(GraphNode node, Strokes strokes)
    {
        var times = node.Count > 1 ? $" {strokes.Times}{node.Count}" : "";
        var marks = string.Concat(Marks(node, strokes).Select(mark => " " + mark.Mark));
        return PlainText.Of(node.Name) + times + marks;
    }

    /// <summary>The marks that stand in these nodes, with what they mean.</summary>
    public static IEnumerable<(string Mark, string Means)> Legend(IEnumerable<GraphNode> nodes, Strokes strokes) =>
        nodes.SelectMany(node => Marks(node, strokes)).Distinct();

    /// <summary>A label of at most so many cells.</summary>
    public static string Cut(string label, int width, Strokes strokes)
    {
        if (CellWidth.Of(label) <= width)
            return label;
        var cut = CellWidth.Cut(label, width);
        return strokes == Strokes.Unicode ? cut : cut.Replace("…", strokes.Ellipsis, StringComparison.Ordinal);
    }

    private static IEnumerable<(string Mark, string Means)> Marks(GraphNode node, Strokes strokes)
    {
        if (node.Job.IsBridge)
            yield return (strokes.Trigger, "starts a pipeline");
        if (node.Needs is { Count: 0 } && node.Job.StageIndex > 1)
            yield return (strokes.Starts, "starts at once");
        if (node.Job.When == JobWhen.Manual)
            yield return (strokes.Manual, "manual");
        if (node.Job.When == JobWhen.Delayed)
            yield return (strokes.Delayed, "delayed");
        if (node.Job.When == JobWhen.OnFailure)
            yield return (strokes.OnFailure, "when a job has failed");
        if (node.Job is { AllowFailure: true, When: not JobWhen.Manual })
            yield return (strokes.MayFail, "may fail");
    }
}
