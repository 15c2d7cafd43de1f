using System.Collections.Concurrent;
using System.Collections.Immutable;
using System.Text;
using System.Threading.Channels;
using Slipway.Cli.LocalRun;
using Slipway.Compiler;
using Slipway.Protocol.Jobs;
using Slipway.Protocol.Variables;

namespace Slipway.Scenarios;

/// <summary>What was seen of a run while it went on, and the deeds that were to be done meanwhile.</summary>
internal sealed class RunRecord(IReadOnlyList<Deed> deeds, ChannelWriter<RunControl> controls) : IRunView
{
    private readonly List<Deed> _open = [.. deeds];
    private readonly Dictionary<int, StringBuilder> _logs = [];
    private int _instant;

    /// <summary>The last attempt of each job by its full name, <c>bridge &gt; job</c> for a child's.</summary>
    public Dictionary<string, SeenJob> Jobs { get; } = [];

    public ConcurrentDictionary<string, JobPayload> Payloads { get; } = [];
    public List<string> Notices { get; } = [];
    public IReadOnlyList<Deed> Undone => _open;

    public void Plan(Compilation compilation, Selection selection) { }

    public void Notice(string sentence) => Notices.Add(sentence);

    public void JobStarted(RunJob job, DateTimeOffset at)
    {
        _logs[job.Key] = new StringBuilder();
        Jobs[FullName(job)] = new SeenJob(job.Attempt, ++_instant, int.MaxValue, at, _logs[job.Key]);
        Do(deed => deed.Started == FullName(job));
    }

    public void Log(RunJob job, ReadOnlySpan<byte> bytes)
    {
        _logs[job.Key].Append(Encoding.Latin1.GetString(bytes));
        Do(deed => deed.Line is { } line && Jobs[FullName(job)].Lines.Contains(line));
    }

    public void JobFinished(RunJob job, JobReport report)
    {
        if (Jobs.TryGetValue(FullName(job), out var seen) && seen.Attempt == job.Attempt)
            Jobs[FullName(job)] = seen with { Finished = ++_instant };
        Do(deed => deed.Finished == FullName(job));
    }

    public void PipelineFinished(LocalRunResult result, RunPlaces places) { }

    public static string FullName(RunJob job) => string.Join(" > ", [.. job.Within, job.Name]);

    public static string FullName(JobReport job) => string.Join(" > ", [.. job.Within, job.Name]);

    private void Do(Predicate<Deed> isNow)
    {
        foreach (var deed in _open.FindAll(isNow))
        {
            controls.TryWrite(ControlOf(deed));
            _open.Remove(deed);
        }
        if (_open.Count == 0)
            controls.TryComplete();
    }

    private static RunControl ControlOf(Deed deed) =>
        deed.Do.Split(' ', 2) switch
        {
            ["cancel"] => new RunControl.Cancel(),
            ["abort"] => new RunControl.Abort(),
            ["cancel", var job] => new RunControl.CancelJob(job),
            ["play", var job] => new RunControl.Play(job, [.. deed.Variables.Select(pair => new Variable(pair.Key, pair.Value))]),
            ["retry", var job] => new RunControl.Retry(job),
            _ => throw new InvalidDataException("do: " + deed.Do),
        };
}

/// <param name="Started">Place in the order of all starts and ends; <paramref name="Finished"/> likewise.</param>
internal sealed record SeenJob(int Attempt, int Started, int Finished, DateTimeOffset At, StringBuilder Bytes)
{
    public string[] Lines => LogText.Lines(Encoding.UTF8.GetString(Encoding.Latin1.GetBytes(Bytes.ToString())));
}
