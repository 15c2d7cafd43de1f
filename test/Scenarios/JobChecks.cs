using System.Text.Json.Nodes;
using Slipway.Cli.LocalRun;

namespace Slipway.Scenarios;

/// <summary>The part of <see cref="Checks"/> that looks at one job.</summary>
internal sealed class JobChecks(Checks checks, string name, StepOutcome outcome)
{
    private SeenJob? Seen => outcome.Record.Jobs.GetValueOrDefault(name);

    public void Of(JobExpectation expected, JobReport report)
    {
        Equal("status", expected.Status, Checks.Word(report.Status));
        Equal("attempts", expected.Attempts, report.Attempt);
        if (expected.Reason is not null)
            Equal("reason", expected.Reason, report.FailureReason);
        if (expected.ExitCode is not null)
            Equal("exit code", expected.ExitCode, report.ExitCode);
        if (expected.AllowFailure is not null)
            Equal("allow_failure", expected.AllowFailure, report.AllowFailure);
        if (expected.Stage is not null)
            Equal("stage", expected.Stage, report.Stage);
        if (expected.Coverage is not null)
            Equal("coverage", expected.Coverage, report.Coverage);
        if (expected.Tests is not null)
            checks.Part($"{name} tests", expected.Tests, TestsOf(report));
        OfOrder(expected);
        OfLog(expected);
        OfArtifacts(expected);
        if (expected.Payload is not null)
            checks.Part(
                $"{name} payload",
                expected.Payload,
                outcome.Record.Payloads.TryGetValue(LastName, out var payload) ? Checks.Tree(payload) : null
            );
        if (expected.Compiled is not null)
            checks.Part(
                $"{name} compiled",
                expected.Compiled,
                outcome.Result.Pipeline?.Pipeline.Jobs.FirstOrDefault(job => job.Name == name) is { } job ? Checks.Tree(job) : null
            );
    }

    private string LastName => name.Split(" > ")[^1];

    private void OfOrder(JobExpectation expected)
    {
        foreach (var earlier in expected.After)
            if (!(outcome.Record.Jobs.TryGetValue(earlier, out var other) && other.Finished < Seen?.Started))
                checks.Add($"{name} does not start after {earlier}");
        foreach (var later in expected.NotAfter)
            if (!(outcome.Record.Jobs.TryGetValue(later, out var other) && other.Finished > Seen?.Started))
                checks.Add($"{name} does not start before {later} has ended");
        foreach (var apart in expected.Apart)
            if (
                !outcome.Record.Jobs.TryGetValue(apart, out var other)
                || Seen is null
                || !(other.Finished < Seen.Started || Seen.Finished < other.Started)
            )
                checks.Add($"{name} runs at the same time as {apart}");
        if (expected.NotBefore is { } seconds && !((Seen?.At - outcome.StartedAt)?.TotalSeconds >= seconds))
            checks.Add($"{name} starts {(Seen?.At - outcome.StartedAt)?.TotalSeconds ?? -1} s after the run");
    }

    private void OfLog(JobExpectation expected)
    {
        var lines = Seen?.Lines ?? [];
        foreach (var wanted in expected.Log.Where(wanted => !Holds(lines, wanted)))
            checks.Add($"{name} log lacks \"{wanted}\":\n{string.Join('\n', lines)}");
        foreach (var unwanted in expected.LogLacks.Where(unwanted => Holds(lines, unwanted)))
            checks.Add($"{name} log has \"{unwanted}\":\n{string.Join('\n', lines)}");
    }

    private static bool Holds(string[] lines, string wanted) =>
        wanted.StartsWith("~ ") ? lines.Any(line => line.Contains(wanted[2..])) : lines.Contains(wanted);

    private void OfArtifacts(JobExpectation expected)
    {
        if (expected.Artifacts is not { } wanted)
            return;
        var folder = Path.Combine(outcome.ArtifactsDir, LastName);
        var files = Directory.Exists(folder)
            ? Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories).Select(path => Path.GetRelativePath(folder, path))
            : [];
        Equal("artifacts", Checks.Listed(wanted), Checks.Listed(files));
    }

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

    private void Equal(string what, object? expected, object? actual) => checks.Equal($"{name} {what}", expected, actual);
}
