using System.Text.Json.Nodes;
using Slipway.Compiler;

namespace Slipway.Scenarios;

/// <summary>Compares what happened with what a scenario expects; every difference is a sentence.</summary>
internal sealed class Checks
{
    private readonly List<string> _differences = [];

    public IReadOnlyList<string> Differences => _differences;

    public void Of(Expectation expected, Outcome outcome)
    {
        Equal("pipeline status", expected.Status, outcome.Status);
        if (expected.Name is not null)
            Equal("pipeline name", expected.Name, outcome.Name);
        OfErrors(expected, outcome);
        OfWarnings(expected, outcome);
        OfMerged(expected, outcome);
        if (outcome.IsExplained)
        {
            Equal("exit code", expected.Exit ?? ExitOf(expected), outcome.ExitCode);
            Equal("refusal", expected.Refusal, outcome.Refusal);
            OfExcluded(expected, outcome);
        }

        foreach (var deed in outcome.Undone)
            _differences.Add($"never came to: {deed.Do}");
        Equal("jobs", Listed(expected.Jobs.Keys), Listed(outcome.Jobs.Keys));
        foreach (var (name, job) in expected.Jobs)
            if (outcome.Jobs.TryGetValue(name, out var found))
                new JobChecks(this, name, outcome).Of(job, found);
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

    public static string Listed(IEnumerable<string> names) => string.Join(" | ", names.Order(StringComparer.Ordinal));

    private static int ExitOf(Expectation expected) =>
        expected.Errors.Count > 0 ? 3
        : expected.Status is "failed" ? 1
        : 0;

    private void OfErrors(Expectation expected, Outcome outcome)
    {
        var wanted = string.Join("\n    ", expected.Errors.Select(error => error.Message));
        var told = string.Join("\n    ", outcome.Errors.Select(error => error.Message.Replace("\n", "\n    ")));
        if (!string.Equals(wanted.ReplaceLineEndings("\n    "), told, StringComparison.OrdinalIgnoreCase) && wanted != told)
            Equal("errors", "\n    " + wanted, "\n    " + told);
        if (!outcome.IsExplained)
            return;
        foreach (var (error, (message, at)) in expected.Errors.Zip(outcome.Errors))
        {
            if (error.Line is not null || error.File is not null)
                Equal(
                    $"place of \"{message}\"",
                    new Position(error.File ?? ".gitlab-ci.yml", error.Line ?? 1, error.Column ?? at?.Column ?? 0),
                    at
                );
        }
    }

    private void OfWarnings(Expectation expected, Outcome outcome)
    {
        if (expected.Warnings is not { } warnings)
            return;
        if (
            outcome.Warnings.Count != warnings.Count
            || !warnings.Zip(outcome.Warnings).All(pair => pair.Second.Contains(pair.First, StringComparison.OrdinalIgnoreCase))
        )
            Equal("warnings", string.Join("\n    ", warnings), string.Join("\n    ", outcome.Warnings));
    }

    private void OfExcluded(Expectation expected, Outcome outcome)
    {
        if (expected.Excluded is not { } excluded)
            return;
        Equal("excluded", Listed(excluded.Keys), Listed(outcome.Excluded.Keys));
        foreach (var (job, reason) in excluded)
            if (outcome.Excluded.TryGetValue(job, out var told) && !told.Contains(reason))
                Add($"{job} is excluded because: expected \"{reason}\", got \"{told}\"");
    }

    private void OfMerged(Expectation expected, Outcome outcome)
    {
        var lines = outcome.Merged.Split('\n').Select(line => line.TrimEnd()).ToHashSet();
        foreach (var line in expected.Merged.Where(line => !lines.Contains(line)))
            Add($"merged configuration lacks \"{line}\":\n{outcome.Merged}");
    }
}
