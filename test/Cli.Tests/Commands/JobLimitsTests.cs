using Slipway.Cli.Commands.Serving;
using Slipway.Server.Jobs;
using Xunit;

namespace Slipway.Cli.Tests.Commands;

public sealed class JobLimitsTests
{
    [Fact]
    public void A_silent_runner_is_waited_for_as_long_as_GitLab_does_when_nobody_says() =>
        Assert.Equal(new JobOptions(), JobLimits.Read(null));

    [Theory]
    [InlineData("5 minutes", 5)]
    [InlineData("20m", 20)]
    [InlineData("1h 30m", 90)]
    [InlineData("1 day", 24 * 60)]
    public void A_silent_runner_is_waited_for_as_long_as_is_said(string text, int minutes) =>
        Assert.Equal(new JobOptions { Silence = TimeSpan.FromMinutes(minutes) }, JobLimits.Read(text));

    /// <summary>A job whose runner is well must not fail.</summary>
    [Theory]
    [InlineData("long")]
    [InlineData("")]
    [InlineData("never")]
    [InlineData("4m 59s")]
    [InlineData("2 years")]
    public void A_wait_that_cannot_be_meant_is_refused(string text) =>
        Assert.Equal(ExitCode.Usage, Assert.Throws<CommandException>(() => JobLimits.Read(text)).ExitCode);
}
