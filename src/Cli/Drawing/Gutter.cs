namespace Slipway.Cli.Drawing;

/// <summary>The space between two columns, in which lines change rows. Each line has a track of its own there, or shares one with a line far from it.</summary>
internal sealed class Gutter
{
    /// <summary>For each track the rows taken.</summary>
    private readonly List<List<(int Top, int Bottom)>> _tracks = [];

    private readonly Dictionary<int, (int Top, int Bottom)> _spans = [];
    private readonly Dictionary<int, int> _trackOf = [];

    public int Tracks => _tracks.Count;

    /// <summary>A line of one source runs in this gutter between two rows, and whatever else it has here.</summary>
    public void Take(int source, int row, int other)
    {
        var (top, bottom) = _spans.GetValueOrDefault(source, (int.MaxValue, int.MinValue));
        _spans[source] = (Math.Min(top, Math.Min(row, other)), Math.Max(bottom, Math.Max(row, other)));
    }

    /// <summary>Gives each source its track: the first that is free over all its rows.</summary>
    /// <param name="most">Beyond so many tracks it gives up.</param>
    public void Allot(int most)
    {
        foreach (
            var (source, span) in _spans
                .OrderBy(span => span.Value.Top == span.Value.Bottom)
                .ThenBy(span => span.Value.Bottom - span.Value.Top)
                .ThenBy(span => span.Key)
        )
        {
            // A straight line changes no rows: it goes through wherever it is.
            var isStraight = span.Top == span.Bottom && _tracks.Count > 0;
            var track = isStraight
                ? 0
                : _tracks.FindIndex(taken => taken.TrueForAll(other => other.Bottom < span.Top || other.Top > span.Bottom));
            if (track < 0 && _tracks.Count > most)
                return;
            if (track < 0)
            {
                track = _tracks.Count;
                _tracks.Add([]);
            }

            if (!isStraight)
                _tracks[track].Add(span);
            _trackOf[source] = track;
        }
    }

    public int TrackOf(int source) => _trackOf[source];
}
