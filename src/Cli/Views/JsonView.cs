using System.Buffers;
using System.Text.Json;
using Slipway.Cli.LocalRun;
using Slipway.Cli.Reports;
using Slipway.Cli.Terminal;
using Slipway.Cli.TestReports;
using Slipway.Compiler;
using Slipway.Engine;

namespace Slipway.Cli.Views;

/// <summary>
/// For scripts: one JSON object a line, told apart by <c>event</c>: <c>plan</c>, <c>notice</c>, <c>job.started</c>, <c>log</c> (one a line of the
/// log), <c>job.finished</c>, <c>pipeline.finished</c>. Names only ever grow. A job of a child pipeline has the bridges above in <c>within</c>.
/// </summary>
internal sealed class JsonView(Surroundings surroundings) : IRunView
{
    private readonly ArrayBufferWriter<byte> _line = new(4096);
    private readonly Dictionary<int, LogLines> _logs = [];

    /// <summary>The jobs that are to run, not all that the pipeline has.</summary>
    public void Plan(Compilation compilation, Selection selection) =>
        Event(
            "plan",
            json =>
            {
                json.WriteString("source", selection.Pipeline.Source);
                json.WriteString("ref", selection.Pipeline.Ref);
                json.WriteString("name", selection.Pipeline.Name);
                json.WriteStartArray("jobs");
                foreach (var job in selection.Pipeline.Jobs)
                    JobJson.Write(json, job);
                json.WriteEndArray();
            }
        );

    public void Notice(string sentence) => Event("notice", json => json.WriteString("text", sentence));

    public void JobStarted(RunJob job, DateTimeOffset at)
    {
        _logs[job.Key] = new LogLines(keepColour: false);
        Event(
            "job.started",
            json =>
            {
                Name(json, job);
                json.WriteString("stage", job.Stage);
                json.WriteNumber("attempt", job.Attempt);
                json.WriteString("at", at);
            }
        );
    }

    public void Log(RunJob job, ReadOnlySpan<byte> bytes)
    {
        _logs[job.Key].Take(bytes, line => LogLine(job, line));
        Flush();
    }

    public void JobFinished(RunJob job, JobReport report)
    {
        if (_logs.Remove(job.Key, out var lines))
            lines.End(line => LogLine(job, line));
        Event("job.finished", json => Finished(json, job, report));
    }

    public void PipelineFinished(LocalRunResult result, RunPlaces places) =>
        Event(
            "pipeline.finished",
            json =>
            {
                json.WriteString("status", result.Status is { } status ? Statuses.Word(status) : "skipped");
                if (result.Compilation.Refusal is { } refusal)
                    json.WriteString("reason", refusal);
                json.WriteNumber("duration", Math.Round(places.Elapsed.TotalSeconds, 3));
            }
        );

    private static void Finished(Utf8JsonWriter json, RunJob job, JobReport report)
    {
        Name(json, job);
        json.WriteString("stage", report.Stage);
        json.WriteString("status", Statuses.Word(report.Status));
        json.WriteNumber("exit_code", report.ExitCode);
        if (report.Duration is { } duration)
            json.WriteNumber("duration", Math.Round(duration.TotalSeconds, 3));
        else
            json.WriteNull("duration");
        json.WriteString("failure_reason", report.FailureReason);
        json.WriteBoolean("allow_failure", report.AllowFailure);
        json.WriteNumber("attempt", report.Attempt);
        if (report.Coverage is { } coverage)
            json.WriteNumber("coverage", coverage);
        if (report.Tests is { } tests)
            Tests(json, tests);
    }

    private static void Tests(Utf8JsonWriter json, TestSummary tests)
    {
        json.WriteStartObject("tests");
        json.WriteNumber("total", tests.Total);
        json.WriteNumber("success", tests.Success);
        json.WriteNumber("skipped", tests.Skipped);
        json.WriteNumber("failed", tests.Failures);
        json.WriteNumber("error", tests.Errors);
        json.WriteStartArray("failed_tests");
        foreach (var test in tests.Failed)
        {
            json.WriteStartObject();
            json.WriteString("classname", test.ClassName);
            json.WriteString("name", test.Name);
            json.WriteString("message", test.Message);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        if (tests.SuiteError is { } error)
            json.WriteString("suite_error", error);
        json.WriteEndObject();
    }

    private static void Name(Utf8JsonWriter json, RunJob job)
    {
        json.WriteString("name", job.Name);
        if (!job.Within.IsEmpty)
            json.WriteStrings("within", job.Within);
    }

    private void LogLine(RunJob job, ReadOnlySpan<byte> line)
    {
        // By hand: Utf8JsonWriter takes no callback that captures a span.
        using (var json = new Utf8JsonWriter(_line, JsonText.Line))
        {
            json.WriteStartObject();
            json.WriteString("event"u8, "log"u8);
            Name(json, job);
            json.WriteString("line"u8, line);
            json.WriteEndObject();
        }

        _line.Write("\n"u8);
        if (_line.WrittenCount > 64 * 1024)
            Flush();
    }

    private void Event(string name, Action<Utf8JsonWriter> content)
    {
        using (var json = new Utf8JsonWriter(_line, JsonText.Line))
        {
            json.WriteStartObject();
            json.WriteString("event", name);
            content(json);
            json.WriteEndObject();
        }

        _line.Write("\n"u8);
        Flush();
    }

    private void Flush()
    {
        surroundings.Out.Write(_line.WrittenSpan);
        surroundings.Out.Flush();
        _line.ResetWrittenCount();
    }
}
