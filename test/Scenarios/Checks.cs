using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using Slipway.Compiler;
using Slipway.Engine;
using Slipway.Protocol.Jobs;

namespace Slipway.Scenarios;

/// <summary>Compares what happened with what a scenario expects; every difference is a sentence.</summary>
internal sealed class Checks
{
    private static readonly JsonSerializerOptions Compiled = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        Converters = { new JsonStringEnumConverter(JsonNamingPolicy.SnakeCaseLower) },
    };
    private readonly List<string> _differences = [];

    public IReadOnlyList<string> Differences => _differences;

    public void Of(Expectation expected, StepOutcome outcome)
    {
        var result = outcome.Result;
        Equal("exit code", expected.Exit ?? ExitOf(expected), result.ExitCode);
        Equal("pipeline status", expected.Status, result.Status is { } status ? Word(status) : null);
        if (expected.Name is not null)
            Equal("pipeline name", expected.Name, result.Pipeline?.Pipeline.Name);
        Equal("refusal", expected.Refusal, result.Compilation.Refusal);
        OfDiagnostics(expected, result.Compilation);
        OfExcluded(expected, result.Compilation);
        OfMerged(expected, result.Compilation);
        foreach (var deed in outcome.Record.Undone)
            _differences.Add($"never came to: {deed.Do}");
        var latest = outcome.Result.Jobs.Where(job => !job.Retried).ToDictionary(RunRecord.FullName);
        Equal("jobs", Listed(expected.Jobs.Keys), Listed(latest.Keys));
        foreach (var (name, job) in expected.Jobs)
            if (latest.TryGetValue(name, out var report))
                new JobChecks(this, name, outcome).Of(job, report);
    }

    public void Equal(string what, object? expected, object? actual)
    {
        if (!Equals(expected, actual))
            _differences.Add($"{what}: expected {expected ?? "none"}, got {actual ?? "none"}");
    }

    public void Add(string difference) => _differences.Add(difference);

    public void Part(string what, JsonNode? expected, JsonNode? actual)
    {
        switch (expected)
        {
            case JsonObject map:
                foreach (var (key, value) in map)
                    Part($"{what}.{key}", value, (actual as JsonObject)?[key]);
                break;
            case JsonArray list:
                var others = actual as JsonArray ?? [];
                Equal($"{what} length", list.Count, others.Count);
                for (var i = 0; i < Math.Min(list.Count, others.Count); i++)
                    Part($"{what}[{i}]", list[i], others[i]);
                break;
            default:
                Equal(what, expected?.ToString(), actual?.ToString());
                break;
        }
    }

    public static JsonNode? Tree(CompiledJob job) => JsonSerializer.SerializeToNode(job, Compiled);

    public static JsonNode? Tree(JobPayload payload) => JsonSerializer.SerializeToNode(payload, ProtocolJson.Default.JobPayload);

    public static string Word(Status status) => JsonNamingPolicy.SnakeCaseLower.ConvertName(status.ToString());

    public static string Listed(IEnumerable<string> names) => string.Join(" | ", names.Order(StringComparer.Ordinal));

    private static int ExitOf(Expectation expected) =>
        expected.Errors.Count > 0 ? 3
        : expected.Status is "failed" ? 1
        : 0;

    private void OfDiagnostics(Expectation expected, Compilation compilation)
    {
        string[] told = [.. Messages(compilation, Severity.Error)];
        if (!told.SequenceEqual(expected.Errors.Select(e => e.Message), StringComparer.OrdinalIgnoreCase))
            Equal("errors", Told(expected.Errors.Select(e => e.Message)), Told(told));
        foreach (var (error, found) in expected.Errors.Zip(compilation.Diagnostics.Where(d => d.Severity == Severity.Error)))
        {
            if (error.Line is not null || error.File is not null)
                Equal(
                    $"place of \"{found.Message}\"",
                    new Position(error.File ?? ".gitlab-ci.yml", error.Line ?? 1, error.Column ?? found.At?.Column ?? 0),
                    found.At
                );
        }
        if (expected.Warnings is not { } warnings)
            return;
        var warned = Messages(compilation, Severity.Warning).ToArray();
        if (
            warned.Length != warnings.Count
            || !warnings.Zip(warned).All(pair => pair.Second.Contains(pair.First, StringComparison.OrdinalIgnoreCase))
        )
            Equal("warnings", Told(warnings), Told(warned));
    }

    private void OfExcluded(Expectation expected, Compilation compilation)
    {
        if (expected.Excluded is not { } excluded)
            return;
        var decisions = compilation
            .Decisions.Where(decision => !decision.Included)
            .ToDictionary(decision => decision.Job, decision => decision.Reason);
        Equal("excluded", Listed(excluded.Keys), Listed(decisions.Keys));
        foreach (var (job, reason) in excluded)
            if (decisions.TryGetValue(job, out var told) && !told.Contains(reason))
                Add($"{job} is excluded because: expected \"{reason}\", got \"{told}\"");
    }

    private void OfMerged(Expectation expected, Compilation compilation)
    {
        var lines = (compilation.MergedYaml ?? "").Split('\n').Select(line => line.TrimEnd()).ToHashSet();
        foreach (var line in expected.Merged.Where(line => !lines.Contains(line)))
            Add($"merged configuration lacks \"{line}\":\n{compilation.MergedYaml}");
    }

    private static IEnumerable<string> Messages(Compilation compilation, Severity severity) =>
        compilation.Diagnostics.Where(d => d.Severity == severity).Select(d => d.Message);

    private static string Told(IEnumerable<string> messages) => string.Concat(messages.Select(message => "\n    " + message));
}
