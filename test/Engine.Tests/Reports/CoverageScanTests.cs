using System.Text;
using Slipway.Engine.Reports;
using Xunit;

namespace Slipway.Engine.Tests.Reports;

public sealed class CoverageScanTests
{
    [Theory]
    [InlineData("TOTAL 10 2 80%\nTOTAL 10 1 90.5%\nbye\n", @"TOTAL.*\s(\d+(?:\.\d+)?)%", 90.5)]
    [InlineData("Coverage: 12%\nCoverage: 93.25 %\n", @"Coverage: \d+(?:\.\d+)? ?%", 93.25)]
    [InlineData("Lines: 10 Branches: 20\n", @"Lines: (\d+) Branches: (\d+)", 20.0)]
    [InlineData("50%\n% of nothing\n", @"(\d*)%", 50.0)]
    [InlineData("a 1% b 2%", @"\d+%", 2.0)]
    [InlineData("Coverage: 88%\r\n", "Coverage: .*", 88.0)]
    [InlineData("2026-01-02T03:04:05.123456Z 01O Coverage: 7%\n", @"^Coverage: \d+%", 7.0)]
    [InlineData("nothing here\n", @"\d+%", null)]
    [InlineData("covered\n", "covered", null)]
    [InlineData("x 5%\n", "(unclosed", null)]
    [InlineData("", @"\d+%", null)]
    public void The_last_match_of_the_last_line_that_matches_counts(string log, string pattern, double? expected) =>
        Assert.Equal(expected, CoverageScan.Find(new MemoryStream(Encoding.UTF8.GetBytes(log)), pattern));

    [Fact]
    public void A_line_is_found_wherever_the_pieces_of_the_file_are_cut()
    {
        for (var before = 65_500; before < 65_560; before += 7)
        {
            var log = new string('x', before) + "\nCoverage: 42%\n" + string.Concat(Enumerable.Repeat("noise\n", 11_000));
            Assert.Equal(42, CoverageScan.Find(new MemoryStream(Encoding.UTF8.GetBytes(log)), @"Coverage: \d+%"));
        }
    }
}
