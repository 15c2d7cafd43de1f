using Slipway.Cli.LocalRun;
using Slipway.Cli.Reports;
using Slipway.Cli.Terminal;
using Slipway.Compiler;
using Slipway.Engine;

namespace Slipway.Cli.Views;

/// <summary>
/// For a person at a terminal: the plan first, then one line a running job with its clock and its last words, redrawn in place; jobs that end
/// are written above, where they stay; the logs of failed ones stand whole at the end. The cursor is never hidden and the terminal's modes are
/// never changed, so there is nothing to restore, however the process ends.
/// </summary>
internal sealed class LiveView : IRunView, IDisposable
{
    private static readonly TimeSpan Beat = TimeSpan.FromMilliseconds(100);
    private static readonly string[] Spinner = ["⠋", "⠙", "⠹", "⠸", "⠼", "⠴", "⠦", "⠧", "⠇", "⠏"];

    /// <summary>Cells of a running job's row that are neither its name nor its last words, the window's last one among them.</summary>
    private const int BesideName = 14;

    private readonly Surroundings _surroundings;
    private readonly Palette _palette;
    private readonly OutputBuffer _out;
    private readonly Lock _gate = new();
    private readonly List<RunningRow> _running = [];
    private readonly List<(RunJob Job, string Path)> _failed = [];
    private readonly List<string> _frozen = [];
    private readonly ITimer _timer;

    /// <summary>Cells of each line drawn below the frozen ones, to know how many rows they take when the window has become narrower.</summary>
    private readonly List<int> _drawn = [];

    private int _frame;
    private int _waiting;
    private int _done;
    private bool _closed;

    public LiveView(Surroundings surroundings)
    {
        (_surroundings, _palette, _out) = (surroundings, new Palette(surroundings.OutHasColour), new OutputBuffer(surroundings.Out));
        _timer = surroundings.Time.CreateTimer(_ => Draw(), null, Beat, Beat);
    }

    public void Plan(Compilation compilation, Selection selection)
    {
        lock (_gate)
        {
            _waiting = selection.Pipeline.Jobs.Length;
            _frozen.Add(RunText.Plan(compilation, selection, _palette));
        }
    }

    public void Notice(string sentence)
    {
        lock (_gate)
            _frozen.Add(RunText.Notice(sentence, _palette));
    }

    public void JobStarted(RunJob job, DateTimeOffset at)
    {
        lock (_gate)
        {
            _running.Add(new RunningRow(job, at));
            if (job is { Attempt: 1, Within.IsEmpty: true })
                _waiting--;
        }
    }

    public void Log(RunJob job, ReadOnlySpan<byte> bytes)
    {
        lock (_gate)
            _running.Find(row => row.Job.Key == job.Key)?.Tail.Take(bytes);
    }

    public void Suspend(Action meanwhile)
    {
        lock (_gate)
        {
            Rewind(Math.Max(20, _surroundings.Columns()));
            _out.Flush();
            meanwhile();
        }
    }

    public void JobFinished(RunJob job, JobReport report)
    {
        lock (_gate)
        {
            _running.RemoveAll(row => row.Job.Key == job.Key);
            _done++;
            if (report.Status == Status.Failed && report.LogPath is { } path && !report.Retried)
                _failed.Add((job, path));
            _frozen.Add("  " + RunText.Finished(job, report, _palette));
        }
    }

    public void PipelineFinished(LocalRunResult result, RunPlaces places)
    {
        lock (_gate)
        {
            _closed = true;
            _running.Clear();
            DrawNow();
            foreach (var (job, path) in _failed)
                WholeLog(job, path);
            _out.Line(RunText.Summary(result, places, _palette));
            _out.Flush();
        }
    }

    public void Dispose()
    {
        _timer.Dispose();
        lock (_gate)
        {
            if (_closed)
                return;
            _closed = true;
            _running.Clear();
            DrawNow();
        }
    }

    private void Draw()
    {
        lock (_gate)
        {
            if (!_closed)
                DrawNow();
        }
    }

    private void DrawNow()
    {
        if (_frozen.Count == 0 && _running.Count == 0 && _drawn.Count == 0)
            return;
        var columns = Math.Max(20, _surroundings.Columns());
        // Synchronized output (DEC private mode 2026): terminals that know it show the frame at once, the others ignore it.
        _out.Write("\e[?2026h"u8);
        Rewind(columns);
        foreach (var line in _frozen)
            _out.Line(line);
        _frozen.Clear();
        _frame++;
        if (!_closed)
            Rows(columns);
        _out.Write("\e[?2026l"u8);
        _out.Flush();
    }

    private void Rewind(int columns)
    {
        var rows = 0;
        foreach (var cells in _drawn)
            rows += Math.Max(1, (cells + columns - 1) / columns);
        _drawn.Clear();
        if (rows > 0)
            _out.Write($"\r\e[{rows}A");
        _out.Write("\e[J"u8);
    }

    private void Rows(int columns)
    {
        var room = Math.Max(1, _surroundings.Rows() - 3);
        var now = _surroundings.Time.GetUtcNow();
        // A row that the window broke in two would be two rows, and twice as many as it has room for.
        var most = Math.Clamp(columns - BesideName, 4, 32);
        var names = Math.Min(most, _running.Take(room).Select(row => CellWidth.Of(RunText.NameOf(row.Job))).DefaultIfEmpty(0).Max());
        foreach (var row in _running.Take(room))
        {
            var name = CellWidth.Pad(CellWidth.Cut(RunText.NameOf(row.Job), most), names);
            var head = CellWidth.Cut($"  {Spinner[_frame % Spinner.Length]} {name}  {Durations.Clock(now - row.StartedAt)}  ", columns - 1);
            var words = CellWidth.Cut(row.Tail.LastWords(), columns - 1 - CellWidth.Of(head));
            Row(head + words, _palette.Busy(head) + _palette.Faint(words));
        }

        if (_running.Count > room)
            Row(CellWidth.Cut($"  … and {_running.Count - room} more running", columns - 1), null);
        if (_running.Count > 0)
            Row(CellWidth.Cut($"  {_running.Count} running, {Math.Max(0, _waiting)} waiting, {_done} done", columns - 1), null);
    }

    private void Row(string bare, string? coloured)
    {
        _drawn.Add(CellWidth.Of(bare));
        _out.Line(coloured ?? _palette.Faint(bare));
    }

    private void WholeLog(RunJob job, string path)
    {
        var columns = Math.Max(20, _surroundings.Columns());
        var title = $"────── {RunText.NameOf(job)} ";
        _out.Line(_palette.Bad(CellWidth.Cut(title + new string('─', Math.Max(0, columns - CellWidth.Of(title) - 1)), columns - 1)));
        var lines = new LogLines(_surroundings.OutHasColour);
        void Indented(ReadOnlySpan<byte> line) => _out.Write("  "u8).Write(line).Write("\n"u8);
        using (var log = File.OpenRead(path))
        {
            var buffer = new byte[64 * 1024];
            for (int read; (read = log.Read(buffer)) > 0; )
            {
                lines.Take(buffer.AsSpan(0, read), Indented);
                _out.Flush();
            }
        }

        lines.End(Indented);
        _out.Write(_palette.HasColour ? "\e[0m" : "");
        _out.Flush();
    }

    private sealed record RunningRow(RunJob Job, DateTimeOffset StartedAt)
    {
        public LogTail Tail { get; } = new();
    }
}
