namespace Slipway.Scenarios;

/// <summary>The part of <see cref="Checks"/> that looks at one job.</summary>
internal sealed class JobChecks(Checks checks, string name, Outcome outcome)
{
    public void Of(JobExpectation expected, JobOutcome job)
    {
        Equal("status", expected.Status, job.Status);
        Equal("attempts", expected.Attempts, job.Attempts);
        if (expected.Reason is not null)
            Equal("reason", expected.Reason, job.Reason);
        if (expected.ExitCode is not null)
            Equal("exit code", expected.ExitCode, job.ExitCode);
        if (expected.AllowFailure is not null)
            Equal("allow_failure", expected.AllowFailure, job.AllowFailure);
        if (expected.Stage is not null)
            Equal("stage", expected.Stage, job.Stage);
        if (expected.Coverage is not null)
            Equal("coverage", expected.Coverage, job.Coverage);
        if (expected.Tests is not null)
            checks.Part($"{name} tests", expected.Tests, job.Tests);
        OfOrder(expected, job);
        OfLog(expected, job);
        if (expected.Artifacts is { } artifacts)
            Equal("artifacts", Checks.Listed(artifacts), Checks.Listed(job.Artifacts));
        if (expected.Payload is not null)
            checks.Part($"{name} payload", expected.Payload, job.Payload);
        if (expected.Compiled is not null && outcome.IsExplained)
            checks.Part($"{name} compiled", expected.Compiled, job.Compiled);
    }

    private void OfOrder(JobExpectation expected, JobOutcome job)
    {
        foreach (var earlier in expected.After)
            if (!(outcome.Jobs.GetValueOrDefault(earlier)?.Finished <= job.Started))
                checks.Add($"{name} does not start after {earlier}");
        foreach (var later in expected.NotAfter)
            if (!((outcome.Jobs.GetValueOrDefault(later) is { } other ? other.Finished ?? long.MaxValue : null) > job.Started))
                checks.Add($"{name} does not start before {later} has ended");
        foreach (var apart in expected.Apart)
            if (!outcome.Jobs.TryGetValue(apart, out var other) || !(other.Finished <= job.Started || job.Finished <= other.Started))
                checks.Add($"{name} runs at the same time as {apart}");
        if (expected.NotBefore is { } seconds && !(job.After?.TotalSeconds >= seconds))
            checks.Add($"{name} starts {job.After?.TotalSeconds ?? -1} s after the run");
    }

    private void OfLog(JobExpectation expected, JobOutcome job)
    {
        foreach (var wanted in expected.Log.Where(wanted => !Holds(job.Lines, wanted)))
            checks.Add($"{name} log lacks \"{wanted}\":\n{string.Join('\n', job.Lines)}");
        foreach (var unwanted in expected.LogLacks.Where(unwanted => Holds(job.Lines, unwanted)))
            checks.Add($"{name} log has \"{unwanted}\":\n{string.Join('\n', job.Lines)}");
    }

    private static bool Holds(IReadOnlyList<string> lines, string wanted) =>
        wanted.StartsWith("~ ") ? lines.Any(line => line.Contains(wanted[2..])) : lines.Contains(wanted);

    private void Equal(string what, object? expected, object? actual) => checks.Equal($"{name} {what}", expected, actual);
}
