using System.IO.Compression;
using System.Text;
using Slipway.Engine.Reports;
using Xunit;
using static Slipway.Engine.Reports.JUnitReport;

namespace Slipway.Engine.Tests.Reports;

/// <summary>How reports are read, and what hostile ones may not do (reliability-security S15).</summary>
public sealed class JUnitReportTests
{
    [Fact]
    public void A_case_has_what_its_heaviest_child_says()
    {
        var (cases, error) = Read(
            """
            <?xml version="1.0" encoding="UTF-8"?>
            <testsuites><testsuite name="outer"><testsuite name="inner">
              <testcase classname="A" name="ok" time="1,001.5" file="a.rb"/>
              <testcase classname="A" name="bad"><skipped/><failure message="expected 1" type="x">at <![CDATA[<x>]]></failure><system-out>noise</system-out></testcase>
              <testcase name="broken"><error>why</error><failure/></testcase>
              <testcase><skipped message="later"/></testcase>
            </testsuite></testsuite></testsuites>
            """
        );
        Assert.Null(error);
        Assert.Equal(
            [
                new Case("A", "ok", Verdict.Success, 1001.5) { File = "a.rb" },
                new Case("A", "bad", Verdict.Failure, 0) { Message = "expected 1", Output = "at <x>" },
                new Case("", "broken", Verdict.Failure, 0),
                new Case("", "", Verdict.Skipped, 0) { Message = "later" },
            ],
            cases
        );
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
        var (cases, error) = Read(bytes);
        Assert.Null(error);
        Assert.Equal(["a", "b"], cases.Select(test => test.Name));
    }

    [Theory]
    [InlineData("<testsuite><testcase name='a'/>", 1)]
    [InlineData("not xml", 0)]
    [InlineData("", 0)]
    [InlineData("<testsuite><testcase name='a'/></testsuite><oops", 1)]
    public void What_stands_before_a_mistake_counts(string text, int count)
    {
        var (cases, error) = Read(text);
        Assert.Equal(count, cases.Count);
        Assert.NotNull(error);
    }

    [Theory]
    [InlineData("<!DOCTYPE x [<!ENTITY a \"b\">]><testsuite><testcase name=\"&a;\"/></testsuite>")]
    [InlineData(
        """
            <?xml version="1.0"?><!DOCTYPE l [<!ENTITY l "lol"><!ENTITY m "&l;&l;&l;&l;&l;&l;&l;&l;"><!ENTITY n "&m;&m;&m;&m;&m;&m;&m;&m;">]>
            <testsuite><testcase name="&n;"/></testsuite>
            """
    )]
    [InlineData("<!DOCTYPE x SYSTEM \"http://127.0.0.1:1/canary.dtd\"><testsuite><testcase name='a'/></testsuite>")]
    [InlineData(
        "<!DOCTYPE x [<!ENTITY f SYSTEM \"file:///etc/passwd\">]><testsuite><testcase><failure>&f;</failure></testcase></testsuite>"
    )]
    [InlineData("<testsuite><testcase><failure>&undefined;</failure></testcase></testsuite>")]
    public void Entities_and_document_types_are_not_looked_at(string text)
    {
        var (cases, error) = Read(text);
        Assert.Empty(cases);
        Assert.NotNull(error);
    }

    [Fact]
    public void A_million_cases_are_too_many()
    {
        var text = string.Concat("<testsuite>", string.Concat(Enumerable.Repeat("<testcase name='a'/>", 1_000_000)), "</testsuite>");
        var (cases, error) = Read(text);
        Assert.Equal(MostCases, cases.Count);
        Assert.Contains("more than 500000 test cases", error);
    }

    [Fact]
    public void A_text_is_kept_up_to_its_limit()
    {
        var (cases, error) = Read(
            $"<testsuite><testcase name='{Long(2000)}'><failure message='{Long(20_000)}'>{Long(5_000_000)}</failure></testcase></testsuite>"
        );
        Assert.Null(error);
        var test = Assert.Single(cases);
        Assert.Equal(
            (LongestName + 1, LongestOutput + 1, LongestOutput + 1),
            (test.Name.Length, test.Message!.Length, test.Output!.Length)
        );
    }

    [Theory]
    [InlineData("<testsuite>", " ", "", 31, 1, "a file of it is larger than 30 MiB")]
    [InlineData("", "<a>  </a>", "", 31, 4, "it is larger than 100 MiB")]
    public void No_more_is_unpacked_than_may_be(string before, string repeated, string after, int mebibytes, int files, string expected)
    {
        var piece = Encoding.UTF8.GetBytes(string.Concat(Enumerable.Repeat(repeated, (1 << 20) / repeated.Length)));
        var packed = Gzip(stream =>
        {
            for (var file = 0; file < files; file++)
            {
                stream.Write(Encoding.UTF8.GetBytes(before));
                for (var i = 0; i < mebibytes; i++)
                    stream.Write(piece);
                stream.Write(Encoding.UTF8.GetBytes(after));
            }
        });
        Assert.Contains(expected, Read(packed).Error);
    }

    [Fact]
    public void Neither_depth_nor_names_without_end_take_memory()
    {
        Assert.Contains("nests deeper", Read(string.Concat(Enumerable.Repeat("<a>", 1_000_000))).Error);
        Assert.Contains("different names", Read(string.Concat(Enumerable.Range(0, 20_000).Select(n => $"<a{n}/>"))).Error);
    }

    private static string Long(int length) => new('x', length);

    private static (List<Case> Cases, string? Error) Read(string text)
    {
        return Read(Gzip(stream => stream.Write(Encoding.UTF8.GetBytes(text))));
    }

    private static (List<Case> Cases, string? Error) Read(Stream gzip)
    {
        using var report = new JUnitReport(gzip);
        var cases = new List<Case>();
        while (report.Next() is { } test)
            cases.Add(test);
        return (cases, report.Error);
    }

    private static MemoryStream Gzip(Action<Stream> write)
    {
        var bytes = new MemoryStream();
        using (var gzip = new GZipStream(bytes, CompressionLevel.Fastest, leaveOpen: true))
            write(gzip);
        bytes.Position = 0;
        return bytes;
    }
}
