using System.Text;
using Slipway.Cli.Terminal;
using Slipway.Compiler;

namespace Slipway.Cli.Drawing;

/// <summary>
/// Draws a job graph: a box for each stage with its jobs, a line from each job to those that need it, and a dashed arrow between stages where
/// a job waits for all of the one before. What does not fit becomes a list (<see cref="GraphList"/>).
/// </summary>
internal sealed class GraphDrawing
{
    private const int NarrowestLabel = 8;

    /// <summary>Beyond so many lines side by side nobody follows them.</summary>
    private const int MostTracks = 16;

    private const int MostLanes = 40;

    private readonly List<GraphNode> _nodes;
    private readonly List<List<int>> _columns = [];
    private readonly int[] _columnOf;
    private readonly int[] _rowOf;
    private readonly Gutter[] _gutters;

    /// <summary>By node, which of the rows below the boxes its line takes.</summary>
    private readonly Dictionary<int, int> _lanes = [];
    private readonly Strokes _strokes;
    private readonly Palette _palette;

    private GraphDrawing(List<GraphNode> nodes, Strokes strokes, Palette palette)
    {
        (_nodes, _strokes, _palette) = (nodes, strokes, palette);
        (_columnOf, _rowOf) = (new int[nodes.Count], new int[nodes.Count]);
        for (var i = 0; i < nodes.Count; i++)
        {
            if (i == 0 || nodes[i].Stage != nodes[i - 1].Stage)
                _columns.Add([]);
            _columns[^1].Add(i);
            (_columnOf[i], _rowOf[i]) = (_columns.Count - 1, _columns[^1].Count);
        }

        Height = 2 + _columns.Max(column => column.Count);
        _gutters = [.. _columns.Select(_ => new Gutter())];
        Route();
    }

    /// <param name="columns">Cells a line may have; 0: as many as it takes.</param>
    public static string Of(CompiledPipeline pipeline, Strokes strokes, Palette palette, int columns)
    {
        var nodes = GraphNode.Of(pipeline.Jobs);
        if (nodes.Count == 0)
            return "";
        var drawing = new GraphDrawing(nodes, strokes, palette);
        return drawing.Draw(columns) is { } picture
            ? picture + drawing.Legend(columns, isPicture: true)
            : GraphList.Of(nodes, strokes, palette, columns) + drawing.Legend(columns, isPicture: false);
    }

    private int Height { get; }

    /// <summary>Finds out which gutters and lanes each line goes through.</summary>
    private void Route()
    {
        for (var target = 0; target < _nodes.Count; target++)
        {
            foreach (var source in _nodes[target].Needs ?? [])
            {
                var (from, to) = (_columnOf[source], _columnOf[target]);
                if (to <= from + 1)
                {
                    _gutters[from].Take(source, _rowOf[source], _rowOf[target]);
                    continue;
                }

                // Past other columns a line goes below them all.
                _lanes.TryAdd(source, _lanes.Count);
                _gutters[from].Take(source, _rowOf[source], LaneOf(source));
                _gutters[to - 1].Take(source, LaneOf(source), _rowOf[target]);
            }
        }

        foreach (var gutter in _gutters)
            gutter.Allot(MostTracks);
    }

    private int LaneOf(int source) => Height + _lanes[source];

    private bool WaitsForStage(int column) => column > 0 && _columns[column].Exists(node => _nodes[node].Needs is null);

    private int GutterWidth(int column) =>
        column == _columns.Count - 1 && _gutters[column].Tracks == 0 ? 0
        : _gutters[column].Tracks > 0 ? 3 + (2 * _gutters[column].Tracks)
        : WaitsForStage(column + 1) ? 4
        : 2;

    /// <returns><see langword="null"/> when it does not fit.</returns>
    private string? Draw(int columns)
    {
        if (_lanes.Count > MostLanes || _gutters.Any(gutter => gutter.Tracks > MostTracks))
            return null;
        var labels = _nodes.ConvertAll(node => NodeLabel.Of(node, _strokes));
        int[] widths =
        [
            .. _columns.Select(column =>
                column.Max(node => Math.Max(CellWidth.Of(labels[node]), CellWidth.Of(PlainText.Of(_nodes[node].Stage))))
            ),
        ];
        var rest = _columns.Count * 4 + Enumerable.Range(0, _columns.Count).Sum(GutterWidth);
        while (columns > 0 && rest + widths.Sum() > columns)
        {
            var widest = Array.IndexOf(widths, widths.Max());
            if (--widths[widest] < NarrowestLabel)
                return null;
        }

        var lefts = new int[_columns.Count];
        for (var i = 1; i < lefts.Length; i++)
            lefts[i] = lefts[i - 1] + widths[i - 1] + 4 + GutterWidth(i - 1);
        var canvas = new Canvas(rest + widths.Sum(), Height + _lanes.Count, _strokes);
        Lines(canvas, lefts, widths);
        for (var i = 0; i < _columns.Count; i++)
            Box(canvas, i, lefts[i], widths[i], labels);
        return canvas.ToText(_palette.Faint);
    }

    private void Box(Canvas canvas, int column, int left, int width, List<string> labels)
    {
        var (right, bottom) = (left + width + 3, _columns[column].Count + 1);
        canvas.Across(0, left, right);
        canvas.Across(bottom, left, right);
        canvas.Along(left, 0, bottom);
        canvas.Along(right, 0, bottom);
        canvas.Write(left + 1, 0, $" {NodeLabel.Cut(PlainText.Of(_nodes[_columns[column][0]].Stage), width, _strokes)} ", _palette.Strong);
        foreach (var node in _columns[column])
            canvas.Write(
                left + 2,
                _rowOf[node],
                NodeLabel.Cut(labels[node], width, _strokes),
                _nodes[node].Job.When == JobWhen.Manual ? _palette.Busy : null
            );
    }

    private void Lines(Canvas canvas, int[] lefts, int[] widths)
    {
        for (var target = 0; target < _nodes.Count; target++)
        {
            foreach (var source in _nodes[target].Needs ?? [])
                Line(canvas, source, target, lefts, widths);
        }

        for (var column = 1; column < _columns.Count; column++)
        {
            if (!WaitsForStage(column))
                continue;
            var from = lefts[column - 1] + widths[column - 1] + 4;
            canvas.Write(from, 0, new string(_strokes.Dashed, lefts[column] - from - 1), _palette.Faint);
            canvas.Put(lefts[column] - 1, 0, _strokes.Right);
        }
    }

    private void Line(Canvas canvas, int source, int target, int[] lefts, int[] widths)
    {
        var (from, to) = (_columnOf[source], _columnOf[target]);
        var edge = lefts[from] + widths[from] + 3;
        var track = edge + 2 + (2 * _gutters[from].TrackOf(source));
        canvas.Across(_rowOf[source], edge, track);
        if (to == from)
        {
            canvas.Along(track, _rowOf[source], _rowOf[target]);
            canvas.Across(_rowOf[target], edge + 1, track);
            canvas.Put(edge + 1, _rowOf[target], _strokes.Left);
            return;
        }

        if (to > from + 1)
        {
            canvas.Along(track, _rowOf[source], LaneOf(source));
            var next = lefts[to - 1] + widths[to - 1] + 5 + (2 * _gutters[to - 1].TrackOf(source));
            canvas.Across(LaneOf(source), track, next);
            canvas.Along(next, LaneOf(source), _rowOf[target]);
            track = next;
        }
        else
        {
            canvas.Along(track, _rowOf[source], _rowOf[target]);
        }

        canvas.Across(_rowOf[target], track, lefts[to] - 1);
        canvas.Put(lefts[to] - 1, _rowOf[target], _strokes.Right);
    }

    private string Legend(int columns, bool isPicture)
    {
        var marks = NodeLabel.Legend(_nodes, _strokes).Select(mark => $"{mark.Mark} {mark.Means}").ToList();
        if (isPicture && Enumerable.Range(0, _columns.Count).Any(WaitsForStage))
            marks.Add($"{_strokes.Dashed}{_strokes.Right} waits for the whole stage");
        var text = new StringBuilder();
        var line = "";
        foreach (var mark in marks)
        {
            var longer = line.Length == 0 ? mark : $"{line}   {mark}";
            if (columns > 0 && line.Length > 0 && CellWidth.Of(longer) > columns)
            {
                text.Append(_palette.Faint(line)).Append('\n');
                longer = mark;
            }

            line = longer;
        }

        if (line.Length > 0)
            text.Append(_palette.Faint(columns == 0 ? line : CellWidth.Cut(line, columns))).Append('\n');
        return text.ToString();
    }
}
