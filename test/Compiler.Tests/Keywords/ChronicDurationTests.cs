using Slipway.Compiler.Keywords.Durations;
using Xunit;

namespace Slipway.Compiler.Tests.Keywords;

public sealed class ChronicDurationTests
{
    [Theory]
    [InlineData("10", 10)]
    [InlineData("3600", 3600)]
    [InlineData("1 s", 1)]
    [InlineData("90 seconds", 90)]
    [InlineData("1 min", 60)]
    [InlineData("10 min", 600)]
    [InlineData("1h", 3600)]
    [InlineData("1h 30m", 5400)]
    [InlineData("1h30m", 5400)]
    [InlineData("2h20min", 8400)]
    [InlineData("3 mins 4 sec", 184)]
    [InlineData("3 minutes, 4 seconds", 184)]
    [InlineData("3 hours 30 minutes", 12_600)]
    [InlineData("1.5 hours", 5400)]
    [InlineData(".5 hours", 1800)]
    [InlineData("1 day", 86_400)]
    [InlineData("day", 86_400)]
    [InlineData("1 week", 604_800)]
    [InlineData("3 weeks and 2 days", 1_987_200)]
    [InlineData("1 month", 2_592_000)]
    [InlineData("6 mos 1 day", 15_638_400)]
    [InlineData("1 yr", 31_557_600)]
    [InlineData("47 yrs 6 mos and 4d", 1_499_104_800)]
    [InlineData("2 Hours", 7200)]
    [InlineData("  2   hours  ", 7200)]
    [InlineData("1:30", 90)]
    [InlineData("1:30:00", 5400)]
    [InlineData("3:41:59", 13_319)]
    [InlineData("one hour", 3600)]
    [InlineData("two days plus 3 hours", 183_600)]
    public void Durations_are_understood(string text, double seconds)
    {
        Assert.True(ChronicDuration.TryParse(text, out var parsed));
        Assert.Equal(seconds, parsed);
    }

    [Theory]
    [InlineData("")]
    [InlineData("   ")]
    [InlineData("0")]
    [InlineData("0 days")]
    [InlineData("never")]
    [InlineData("soon")]
    [InlineData("7 elephants")]
    [InlineData("-1 hour")]
    [InlineData("1 hour!")]
    [InlineData("1:2:3:4:5:6:7")]
    [InlineData("1::2")]
    [InlineData("$TIMEOUT")]
    [InlineData("200 years")]
    [InlineData("99999999999999999999999999999 hours")]
    public void Anything_else_is_no_duration(string text) => Assert.False(ChronicDuration.TryParse(text, out _));

    [Fact]
    public void A_text_of_any_length_is_answered_at_once() => Assert.False(ChronicDuration.TryParse(new string('1', 1_000_000), out _));
}
