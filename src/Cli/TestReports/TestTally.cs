using System.Collections.Immutable;

namespace Slipway.Cli.TestReports;

/// <summary>In rising weight: of several children of a test case the heaviest counts.</summary>
internal enum Verdict
{
    Success,
    Skipped,
    Error,
    Failure,
}

/// <summary>Counts the test cases of a job's reports.</summary>
internal sealed class TestTally
{
    private readonly HashSet<(string, string)> _seen = [];
    private readonly List<FailedTest> _failed = [];
    private readonly int[] _counts = new int[4];
    private double _seconds;

    /// <summary>Why a report could not be read.</summary>
    public string? Error { get; set; }

    public int Total => _seen.Count;

    public void Add(string className, string name, Verdict verdict, string message, double seconds, int mostNamed)
    {
        if (!_seen.Add((className, name)))
            return;
        _counts[(int)verdict]++;
        if (double.IsFinite(seconds) && seconds > 0)
            _seconds += seconds;
        if (verdict is Verdict.Failure or Verdict.Error && _failed.Count < mostNamed)
            _failed.Add(new FailedTest(className, name, message));
    }

    public TestSummary ToSummary() =>
        new(Total, _counts[0], _counts[1], _counts[(int)Verdict.Failure], _counts[(int)Verdict.Error], _seconds, [.. _failed])
        {
            SuiteError = Error,
        };
}

/// <summary>What a job's JUnit reports say.</summary>
/// <param name="Failed">Failed and broken test cases in file order, at most 1,000 of them.</param>
internal sealed record TestSummary(
    int Total,
    int Success,
    int Skipped,
    int Failures,
    int Errors,
    double Seconds,
    ImmutableArray<FailedTest> Failed
)
{
    /// <summary>A report that could not be read, in a sentence; the counts are what could be read.</summary>
    public string? SuiteError { get; init; }
}

/// <param name="ClassName">May be empty.</param>
/// <param name="Message">The first line of what went wrong, at most 200 characters; may be empty.</param>
internal sealed record FailedTest(string ClassName, string Name, string Message);
