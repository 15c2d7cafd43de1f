using System.Text;
using Slipway.Cli.LocalRun;
using Slipway.Cli.Terminal;
using Slipway.Compiler;

namespace Slipway.Cli.Views;

/// <summary>For logs and pipes: every line of every job as it comes, <c>[job] text</c>, nothing ever rewritten.</summary>
internal sealed class PlainView(Surroundings surroundings) : IRunView
{
    private readonly OutputBuffer _out = new(surroundings.Out);
    private readonly Palette _palette = new(surroundings.OutHasColour);
    private readonly Dictionary<int, (LogLines Lines, byte[] Prefix)> _logs = [];

    public void Plan(Compilation compilation, Selection selection) => Show(RunText.Plan(compilation, selection, _palette));

    public void Notice(string sentence) => Show(RunText.Notice(sentence, _palette));

    public void JobStarted(RunJob job, DateTimeOffset at)
    {
        var prefix = Encoding.UTF8.GetBytes($"[{_palette.Busy(RunText.NameOf(job))}] ");
        _logs[job.Key] = (new LogLines(surroundings.OutHasColour), prefix);
        if (job.Attempt > 1)
            Show($"[{RunText.NameOf(job)}] attempt {job.Attempt}");
    }

    public void Log(RunJob job, ReadOnlySpan<byte> bytes)
    {
        var (lines, prefix) = _logs[job.Key];
        lines.Take(bytes, line => _out.Write(prefix).Write(line).Write("\n"u8));
        _out.Flush();
    }

    public void JobFinished(RunJob job, JobReport report)
    {
        if (_logs.Remove(job.Key, out var log))
            log.Lines.End(line => _out.Write(log.Prefix).Write(line).Write("\n"u8));
        Show(RunText.Finished(job, report, _palette));
    }

    public void PipelineFinished(LocalRunResult result, RunPlaces places) => Show(RunText.Summary(result, places, _palette));

    private void Show(string text)
    {
        _out.Line(text);
        _out.Flush();
    }
}
