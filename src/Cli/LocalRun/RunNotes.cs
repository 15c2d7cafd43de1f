using System.Buffers;
using System.Text.Json;
using Slipway.Engine;

namespace Slipway.Cli.LocalRun;

/// <summary>Writes <c>state.json</c>: who runs, and how far every job is. At most once a second, and at the end.</summary>
internal sealed class RunNotes(RunFolder run, TimeProvider time)
{
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);

    private readonly ArrayBufferWriter<byte> _text = new();
    private long? _last;

    public void Write(Coordinator coordinator, bool usedDocker, bool isLast)
    {
        if (!isLast && _last is { } last && time.GetElapsedTime(last) < Pause)
            return;
        _last = time.GetTimestamp();
        _text.ResetWrittenCount();
        using (var json = new Utf8JsonWriter(_text))
        {
            json.WriteStartObject();
            Head(json, coordinator, usedDocker, isLast);
            json.WriteStartArray("jobs");
            foreach (var pipeline in coordinator.Pipelines)
            {
                for (var number = 0; number < pipeline.Attempts.Count; number++)
                    Job(json, pipeline, number);
            }

            json.WriteEndArray();
            json.WriteEndObject();
        }

        _text.Write("\n"u8);
        run.WriteState(_text.WrittenSpan);
    }

    private void Head(Utf8JsonWriter json, Coordinator coordinator, bool usedDocker, bool isLast)
    {
        json.WriteNumber("run", run.Number);
        json.WriteString("started_at", run.StartedAt);
        json.WriteBoolean("finished", isLast);
        json.WriteBoolean("docker", usedDocker);
        json.WriteString("status", coordinator.Pipelines is [var root, ..] ? Statuses.Word(root.State.Status) : "created");
        json.WriteStartObject("owner");
        json.WriteNumber("pid", run.Owner.Pid);
        json.WriteString("started_at", run.Owner.StartedAt);
        json.WriteString("namespace", run.Owner.Namespace);
        json.WriteEndObject();
    }

    private static void Job(Utf8JsonWriter json, PipelineRun pipeline, int number)
    {
        var job = pipeline.State.Jobs[number];
        json.WriteStartObject();
        json.WriteString("name", pipeline.FullName(job.Job.Name));
        json.WriteString("stage", job.Job.Stage);
        json.WriteString("status", Statuses.Word(job.Status));
        json.WriteNumber("attempt", job.Attempt);
        if (job.ExitCode is { } code)
            json.WriteNumber("exit_code", code);
        if (job.FailureReason is { } reason)
            json.WriteString("failure_reason", reason);
        json.WriteEndObject();
    }
}
