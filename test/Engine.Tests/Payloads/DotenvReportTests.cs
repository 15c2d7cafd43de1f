using System.Text;
using FsCheck.Fluent;
using Slipway.Engine.Payloads;
using Slipway.Engine.Tests.Support;
using Xunit;

namespace Slipway.Engine.Tests.Payloads;

public class DotenvReportTests
{
    private static string Read(string file) => Read(Encoding.UTF8.GetBytes(file));

    private static string Read(byte[] file)
    {
        var report = DotenvReport.Parse(file);
        return report.Error ?? string.Join('|', report.Variables.Select(variable => $"{variable.Key}={variable.Value}"));
    }

    [Theory]
    [InlineData("", "")]
    [InlineData("A=1", "A=1")]
    [InlineData("A=1\n", "A=1")]
    [InlineData("A=1\r\nB=2\r\n", "A=1|B=2")]
    [InlineData(" A = 1 \n\tB=\t2", "A=1|B=2")]
    [InlineData("A=1=2", "A=1=2")]
    [InlineData("A=", "A=")]
    [InlineData("A=\"quoted\"", "A=\"quoted\"")]
    [InlineData("A='x y'", "A='x y'")]
    [InlineData("A=$B", "A=$B")]
    [InlineData("A=1\nB=2\nA=3", "A=3|B=2")]
    [InlineData("9_a=1", "9_a=1")]
    [InlineData("A=é", "A=é")]
    public void Lines_are_keys_and_values(string file, string expected) => Assert.Equal(expected, Read(file));

    [Theory]
    [InlineData("A")]
    [InlineData("A=1\n\nB=2")]
    [InlineData("# comment\nA=1")]
    [InlineData("A=1\n\n")]
    [InlineData("A=1\nB")]
    [InlineData("A=\0")]
    public void Anything_else_is_an_invalid_format(string file) => Assert.Equal("Invalid Format", Read(file));

    [Theory]
    [InlineData("# a=b")]
    [InlineData("export A=1")]
    [InlineData("A-B=1")]
    [InlineData("Ä=1")]
    public void A_key_has_letters_digits_and_underscores(string file) =>
        Assert.Equal("Validation failed: Key can contain only letters, digits and '_'.", Read(file));

    [Fact]
    public void A_key_is_there_and_not_too_long()
    {
        Assert.Equal("Validation failed: Key can't be blank, Key can contain only letters, digits and '_'.", Read("=1"));
        Assert.Equal("Validation failed: Key is too long (maximum is 255 characters)", Read(new string('A', 256) + "=1"));
        Assert.Equal(new string('A', 255) + "=1", Read(new string('A', 255) + "=1"));
    }

    [Fact]
    public void There_are_at_most_twenty_variables_and_a_repeated_key_counts_once()
    {
        static string File(int keys) => string.Join('\n', Enumerable.Range(0, keys).Select(i => $"K{i}=v")) + "\nK0=w";

        Assert.Equal(20, DotenvReport.Parse(Encoding.UTF8.GetBytes(File(20))).Variables.Length);
        Assert.Equal("Dotenv files cannot have more than 20 variables", Read(File(21)));
        Assert.Null(DotenvReport.Parse(Encoding.UTF8.GetBytes(File(21)), maxVariables: 21).Error);
    }

    [Fact]
    public void A_file_is_smaller_than_five_kibibytes()
    {
        Assert.Equal(5119, Read("A=" + new string('x', 5117)).Length);
        Assert.Equal("Dotenv Artifact Too Big. Maximum Allowable Size: 5120", Read("A=" + new string('x', 5118)));
    }

    [Fact]
    public void Marks_of_the_encoding_are_understood()
    {
        Assert.Equal("A=é", Read([0xFF, 0xFE, .. Encoding.Unicode.GetBytes("A=é\r\n")]));
        Assert.Equal("A=é", Read([0xFE, 0xFF, .. Encoding.BigEndianUnicode.GetBytes("A=é")]));
        Assert.Equal("A=é", Read([0xEF, 0xBB, 0xBF, .. Encoding.UTF8.GetBytes("A=é")]));
        Assert.Equal("A=\uFFFD", Read([(byte)'A', (byte)'=', 0xFF]));
    }

    [Fact]
    public void No_bytes_are_too_strange_to_be_answered() =>
        Fuzz.Check(
            Arb.From(Gen.Elements<byte>(0, 9, 10, 13, 32, 61, 65, 66, 95, 0xC3, 0xA9, 0xEF, 0xBB, 0xBF, 0xFE, 0xFF).ArrayOf()),
            file =>
            {
                var report = DotenvReport.Parse(file);
                Assert.True(report.Error is null || report.Variables.IsEmpty);
                Assert.All(report.Variables, variable => Assert.Matches("^[A-Za-z0-9_]{1,255}$", variable.Key));
                Assert.All(report.Variables, variable => Assert.DoesNotContain('\n', variable.Value));
                Assert.Equal(report.Variables.Length, report.Variables.Select(variable => variable.Key).Distinct().Count());
            }
        );

    [Fact]
    public void A_value_is_not_raw_and_not_public()
    {
        var variable = Assert.Single(DotenvReport.Parse("A=1"u8).Variables);

        Assert.False(variable.Raw || variable.Public || variable.Masked || variable.File);
    }
}
