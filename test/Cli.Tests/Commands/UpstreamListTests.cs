using Slipway.Cli.Commands;
using Slipway.Cli.Commands.Serving;
using Xunit;

namespace Slipway.Cli.Tests.Commands;

/// <summary>Where images of other registries come from, as it is typed.</summary>
public sealed class UpstreamListTests
{
    [Theory]
    [InlineData("", "docker.io https://registry-1.docker.io/")]
    [InlineData("http://mirror:5000", "docker.io http://mirror:5000/")]
    [InlineData("quay.io=https://quay.io", "docker.io https://registry-1.docker.io/; quay.io https://quay.io/")]
    [InlineData(
        "docker.io=https://hub.example.com|ghcr.io=https://ghcr.io",
        "docker.io https://hub.example.com/; ghcr.io https://ghcr.io/"
    )]
    public void One_stands_in_Docker_Hubs_place_or_besides(string texts, string expected)
    {
        var all = UpstreamList.Read(texts.Split('|', StringSplitOptions.RemoveEmptyEntries), "us", "secret");
        Assert.Equal(expected, string.Join("; ", all.Select(one => $"{one.Name} {one.Url}")));
        Assert.Equal(("us", "secret"), (all[0].User, all[0].Password));
        Assert.All(all.Skip(1), one => Assert.Null(one.Password));
    }

    [Theory]
    [InlineData("quay.io")]
    [InlineData("ftp://quay.io")]
    [InlineData("quay=https://quay.io")]
    [InlineData("Quay.io=https://quay.io")]
    [InlineData("https://us:secret@quay.io")]
    public void What_is_none_is_refused(string text) =>
        Assert.Equal(ExitCode.Usage, Assert.Throws<CommandException>(() => UpstreamList.Read([text], null, null)).ExitCode);
}
