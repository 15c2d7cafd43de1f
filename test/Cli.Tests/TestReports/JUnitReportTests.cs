using System.IO.Compression;
using System.Text;
using Slipway.Cli.TestReports;
using Xunit;

namespace Slipway.Cli.Tests.TestReports;

public sealed class JUnitReportTests
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
    public void Several_files_come_as_gzip_members_each_with_its_declaration()
    {
        var bytes = new MemoryStream();
        foreach (var name in (string[])["a", "b"])
        {
            using var gzip = new GZipStream(bytes, CompressionMode.Compress, leaveOpen: true);
            gzip.Write(Encoding.UTF8.GetBytes($"\uFEFF<?xml version=\"1.0\"?>\n<testsuite><testcase name=\"{name}\"/></testsuite>\n"));
        }

        bytes.Position = 0;
        Assert.Equal(2, JUnitReport.ReadGzip(bytes).ToSummary().Total);
    }

    [Theory]
    [InlineData("<testsuite><testcase name='a'/>")]
    [InlineData("not xml")]
    [InlineData("<!DOCTYPE x [<!ENTITY a \"b\">]><testsuite><testcase name=\"&a;\"/></testsuite>")]
    public void What_cannot_be_read_is_said_and_does_no_harm(string text) => Assert.NotNull(Read(text).SuiteError);

    [Fact]
    public void A_bomb_is_not_unpacked()
    {
        var bytes = new MemoryStream();
        using (var gzip = new GZipStream(bytes, CompressionLevel.Fastest, leaveOpen: true))
        {
            for (var i = 0; i < 40; i++)
                gzip.Write(new byte[1024 * 1024]);
        }

        bytes.Position = 0;
        Assert.Contains("30 MiB", JUnitReport.ReadGzip(bytes).Error);
    }

    private static TestSummary Read(string text)
    {
        var bytes = new MemoryStream();
        using (var gzip = new GZipStream(bytes, CompressionMode.Compress, leaveOpen: true))
            gzip.Write(Encoding.UTF8.GetBytes(text));
        bytes.Position = 0;
        return JUnitReport.ReadGzip(bytes).ToSummary();
    }
}
