using Slipway.Cli.Commands.Serving;
using Xunit;

namespace Slipway.Cli.Tests.Commands;

public sealed class RegistryLimitsTests
{
    [Theory]
    [InlineData("0", 0L)]
    [InlineData("1000", 1000L)]
    [InlineData("2k", 2048L)]
    [InlineData("500m", 500L << 20)]
    [InlineData("20g", 20L << 30)]
    [InlineData("20GiB", 20L << 30)]
    [InlineData("20 GB", 20L << 30)]
    [InlineData("1.5t", 3L << 39)]
    [InlineData("999999999t", long.MaxValue)]
    [InlineData("", null)]
    [InlineData("g", null)]
    [InlineData("-1", null)]
    [InlineData("20x", null)]
    [InlineData("1e3", null)]
    [InlineData("1000000000000", null)]
    public void A_size_has_a_number_and_perhaps_a_unit(string text, long? bytes) => Assert.Equal(bytes, RegistryLimits.Bytes(text));

    [Fact]
    public void The_bounds_of_the_registry_are_read_or_refused()
    {
        var limits = RegistryLimits.Read("20g", "2 days");
        Assert.Equal((20L << 30, TimeSpan.FromDays(2)), (limits.ProjectBytes, limits.Grace));
        Assert.Equal(5L << 30, RegistryLimits.Read(null, null, proxyQuota: "5g").ProxyBytes);
        Assert.Equal(new(), RegistryLimits.Read(null, null));
        Assert.Equal(ExitCode.Usage, Assert.Throws<CommandException>(() => RegistryLimits.Read("much", null)).ExitCode);
        Assert.Equal(ExitCode.Usage, Assert.Throws<CommandException>(() => RegistryLimits.Read(null, "long")).ExitCode);
        Assert.Equal(ExitCode.Usage, Assert.Throws<CommandException>(() => RegistryLimits.Read(null, null, proxyQuota: "all")).ExitCode);
    }
}
