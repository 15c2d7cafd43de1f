using System.Collections.Immutable;
using Slipway.Engine.Reports;

namespace Slipway.Cli.TestReports;

/// <summary>Counts the test cases of a job's reports. Of two cases with one class and name the first counts.</summary>
internal sealed class TestTally
{
    private const int MostFailuresNamed = 1000;
    private const int LongestMessage = 200;

    private readonly HashSet<(string, string)> _seen = [];
    private readonly List<FailedTest> _failed = [];
    private readonly int[] _counts = new int[4];
    private double _seconds;

    /// <param name="gzip">One or several files, each a gzip member, as runners send them.</param>
    public static TestSummary ReadGzip(Stream gzip)
    {
        var tally = new TestTally();
        using var report = new JUnitReport(gzip);
        while (report.Next() is { } test)
            tally.Add(test);
        var counts = tally._counts;
        return new TestSummary(
            tally._seen.Count,
            counts[(int)JUnitReport.Verdict.Success],
            counts[(int)JUnitReport.Verdict.Skipped],
            counts[(int)JUnitReport.Verdict.Failure],
            counts[(int)JUnitReport.Verdict.Error],
            tally._seconds,
            [.. tally._failed]
        )
        {
            SuiteError = report.Error,
        };
    }

    private void Add(JUnitReport.Case test)
    {
        if (!_seen.Add((test.ClassName, test.Name)))
            return;
        _counts[(int)test.Verdict]++;
        _seconds += test.Seconds;
        if (test.Verdict is JUnitReport.Verdict.Failure or JUnitReport.Verdict.Error && _failed.Count < MostFailuresNamed)
            _failed.Add(new FailedTest(test.ClassName, test.Name, Message(test)));
    }

    /// <summary>The message, or else the first line of the text.</summary>
    private static string Message(JUnitReport.Case test)
    {
        var message = string.IsNullOrWhiteSpace(test.Message) ? test.Output : test.Message;
        var line = (message ?? "").Trim().Split('\n')[0].TrimEnd('\r');
        return line.Length <= LongestMessage ? line : line[..LongestMessage] + "…";
    }
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
