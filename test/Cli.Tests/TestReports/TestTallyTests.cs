using System.IO.Compression;
using System.Text;
using Slipway.Cli.TestReports;
using Xunit;

namespace Slipway.Cli.Tests.TestReports;

public sealed class TestTallyTests
{
    [Fact]
    public void Cases_of_nested_suites_are_counted_and_failures_named()
    {
        var summary = Read(
            """
            <?xml version="1.0" encoding="UTF-8"?>
            <testsuites><testsuite name="outer"><testsuite name="inner">
              <testcase classname="A" name="ok" time="1.5"/>
              <testcase classname="A" name="bad" time="0.5"><failure message="expected 1, got 2">at x</failure></testcase>
              <testcase classname="A" name="broken"><error><![CDATA[

                NullReference & more
                at y]]></error></testcase>
              <testcase classname="A" name="later"><skipped/></testcase>
              <testcase name="noisy"><system-out>failure</system-out></testcase>
            </testsuite></testsuite></testsuites>
            """
        );
        Assert.Equal((5, 2, 1, 1, 1), (summary.Total, summary.Success, summary.Skipped, summary.Failures, summary.Errors));
        Assert.Equal(2.0, summary.Seconds);
        Assert.Equal(
            [new FailedTest("A", "bad", "expected 1, got 2"), new FailedTest("A", "broken", "NullReference & more")],
            summary.Failed
        );
        Assert.Null(summary.SuiteError);
    }

    [Fact]
    public void The_first_of_two_cases_with_one_name_counts_and_failure_outweighs_the_rest()
    {
        var summary = Read(
            """
            <testsuite><testcase name="a"/><testcase name="a"><failure/></testcase>
            <testcase name="b"><skipped/><error/><failure message="f"/></testcase></testsuite>
            """
        );
        Assert.Equal((2, 1, 1), (summary.Total, summary.Success, summary.Failures));
    }

    [Fact]
    public void What_cannot_be_read_is_said_beside_what_could()
    {
        var summary = Read("<testsuite><testcase name='a'/>");
        Assert.Equal(1, summary.Total);
        Assert.StartsWith("the JUnit report cannot be read: ", summary.SuiteError);
    }

    private static TestSummary Read(string text)
    {
        var bytes = new MemoryStream();
        using (var gzip = new GZipStream(bytes, CompressionMode.Compress, leaveOpen: true))
            gzip.Write(Encoding.UTF8.GetBytes(text));
        bytes.Position = 0;
        return TestTally.ReadGzip(bytes);
    }
}
