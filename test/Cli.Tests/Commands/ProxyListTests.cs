using Slipway.Cli.Commands;
using Slipway.Cli.Commands.Serving;
using Xunit;

namespace Slipway.Cli.Tests.Commands;

public sealed class ProxyListTests
{
    [Theory]
    [InlineData("10.0.0.7", "10.0.0.7/32")]
    [InlineData("10.1.0.0/16", "10.1.0.0/16")]
    [InlineData("10.0.0.7/8", "10.0.0.0/8")]
    [InlineData("::1", "::1/128")]
    [InlineData("fd00::/8", "fd00::/8")]
    public void A_proxy_is_named_by_its_address_or_its_network(string text, string network) =>
        Assert.Equal(network, $"{Assert.Single(ProxyList.Read([text]))}");

    [Theory]
    [InlineData("")]
    [InlineData("proxy.example.com")]
    [InlineData("10.0.0.0/33")]
    [InlineData("10.0.0.7,10.0.0.8")]
    public void What_is_neither_is_refused(string text) => Assert.Throws<CommandException>(() => ProxyList.Read([text]));
}
