using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using Slipway.Cli.LocalRun;
using Slipway.Compiler;
using Slipway.Protocol.Jobs;

namespace Slipway.Scenarios;

/// <summary>What the local run tells of a step, as scenarios look at it.</summary>
internal static class LocalOutcome
{
    private static readonly JsonSerializerOptions s_compiled = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        Converters = { new JsonStringEnumConverter(JsonNamingPolicy.SnakeCaseLower) },
    };

    /// <param name="artifactsDir">Where each job's artifacts were unpacked, in a folder of its name.</param>
    public static Outcome Of(LocalRunResult result, RunRecord record, DateTimeOffset startedAt, string artifactsDir) =>
        new()
        {
            IsExplained = true,
            ExitCode = result.ExitCode,
            Status = result.Status is { } status ? Word(status) : null,
            Name = result.Pipeline?.Pipeline.Name,
            Refusal = result.Compilation.Refusal,
            Errors = [.. Told(result.Compilation, Severity.Error).Select(d => (d.Message, d.At))],
            Warnings = [.. Told(result.Compilation, Severity.Warning).Select(d => d.Message)],
            Excluded = result.Compilation.Decisions.Where(d => !d.Included).ToDictionary(d => d.Job, d => d.Reason),
            Merged = result.Compilation.MergedYaml ?? "",
            Undone = record.Undone,
            Jobs = result
                .Jobs.Where(job => !job.Retried)
                .ToDictionary(RunRecord.FullName, job => Of(job, result, record, startedAt, artifactsDir)),
        };

    private static JobOutcome Of(JobReport job, LocalRunResult result, RunRecord record, DateTimeOffset startedAt, string artifactsDir)
    {
        var seen = record.Jobs.GetValueOrDefault(RunRecord.FullName(job));
        return new JobOutcome
        {
            Status = Word(job.Status),
            Attempts = job.Attempt,
            Reason = job.FailureReason,
            ExitCode = job.ExitCode,
            AllowFailure = job.AllowFailure,
            Stage = job.Stage,
            Coverage = job.Coverage,
            Tests = TestsOf(job),
            Started = seen?.Started,
            Finished = seen?.Finished,
            After = seen?.At - startedAt,
            Lines = seen?.Lines ?? [],
            Artifacts = [.. FilesOf(Path.Combine(artifactsDir, job.Name))],
            Payload = record.Payloads.TryGetValue(job.Name, out var payload)
                ? JsonSerializer.SerializeToNode(payload, ProtocolJson.Default.JobPayload)
                : null,
            Compiled = result.Pipeline?.Pipeline.Jobs.FirstOrDefault(compiled => compiled.Name == RunRecord.FullName(job)) is { } known
                ? JsonSerializer.SerializeToNode(known, s_compiled)
                : null,
        };
    }

    private static IEnumerable<Diagnostic> Told(Compilation compilation, Severity severity) =>
        compilation.Diagnostics.Where(d => d.Severity == severity);

    private static string Word<T>(T status)
        where T : struct, Enum => JsonNamingPolicy.SnakeCaseLower.ConvertName(status.ToString());

    private static IEnumerable<string> FilesOf(string folder) =>
        Directory.Exists(folder)
            ? Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories).Select(path => Path.GetRelativePath(folder, path))
            : [];

    private static JsonObject TestsOf(JobReport report) =>
        new()
        {
            ["total"] = report.Tests?.Total,
            ["success"] = report.Tests?.Success,
            ["failures"] = report.Tests?.Failures,
            ["errors"] = report.Tests?.Errors,
            ["skipped"] = report.Tests?.Skipped,
            ["broken"] = report.Tests?.SuiteError is not null,
        };
}
