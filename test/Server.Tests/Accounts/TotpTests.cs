using Slipway.Server.Accounts;
using Xunit;

namespace Slipway.Server.Tests.Accounts;

public sealed class TotpTests
{
    /// <summary>RFC 6238, appendix B: the secret is "12345678901234567890"; the last six of its eight digits.</summary>
    private const string Secret = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ";

    [Theory]
    [InlineData(59, "287082")]
    [InlineData(1111111109, "081804")]
    [InlineData(1111111111, "050471")]
    [InlineData(1234567890, "005924")]
    [InlineData(2000000000, "279037")]
    [InlineData(20000000000, "353130")]
    public void The_codes_are_those_of_the_RFC(long seconds, string code) =>
        Assert.Equal(code, Totp.CodeAt(Secret, Totp.StepAt(DateTimeOffset.FromUnixTimeSeconds(seconds))));

    [Theory]
    [InlineData(-2, false)]
    [InlineData(-1, true)]
    [InlineData(0, true)]
    [InlineData(1, true)]
    [InlineData(2, false)]
    public void A_clock_may_be_half_a_minute_off(int steps, bool good)
    {
        var now = DateTimeOffset.FromUnixTimeSeconds(1111111111);
        var step = Totp.StepAt(now) + steps;
        Assert.Equal(good ? step : null, Totp.Match(Secret, Totp.CodeAt(Secret, step), now));
    }

    [Theory]
    [InlineData("")]
    [InlineData("000000")]
    [InlineData("05047")]
    [InlineData("0504711")]
    [InlineData("Ѐ50471")]
    public void Another_code_is_none(string code) => Assert.Null(Totp.Match(Secret, code, DateTimeOffset.FromUnixTimeSeconds(1111111111)));

    [Fact]
    public void Each_secret_is_new_and_can_be_typed()
    {
        var secret = Totp.NewSecret();
        Assert.Matches("^[A-Z2-7]{32}$", secret);
        Assert.NotEqual(secret, Totp.NewSecret());
        Assert.StartsWith("otpauth://totp/Slipway:ada%20l?secret=", Totp.Link(secret, "Slipway", "ada l"));
    }
}
