using Slipway.Cli.Project;
using Xunit;

namespace Slipway.Cli.Tests.Project;

public sealed class RemoteUrlTests
{
    [Theory]
    [InlineData("https://gitlab.example.com/group/project.git", "https://gitlab.example.com/", "group/project")]
    [InlineData("https://user:secret@gitlab.example.com:8443/a/b/c", "https://gitlab.example.com:8443/", "a/b/c")]
    [InlineData("http://localhost:3000/a/b.git/", "http://localhost:3000/", "a/b")]
    [InlineData("git@gitlab.example.com:group/sub/project.git", "https://gitlab.example.com/", "group/sub/project")]
    [InlineData("ssh://git@gitlab.example.com:2222/group/project.git", "https://gitlab.example.com/", "group/project")]
    public void A_remote_tells_server_and_path(string url, string server, string path)
    {
        var remote = RemoteUrl.Parse(url)!;
        Assert.Equal(server, remote.Server.AbsoluteUri);
        Assert.Equal(path, remote.Path);
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("/srv/git/project.git")]
    [InlineData("../project")]
    [InlineData("file:///srv/git/a/b.git")]
    [InlineData("C:/repos/project")]
    [InlineData("https://gitlab.example.com/only")]
    [InlineData("https://gitlab.example.com/a/$(id)")]
    [InlineData("git@host:a/-b")]
    [InlineData("ext::sh -c id")]
    public void Folders_and_nonsense_are_no_remote(string? url) => Assert.Null(RemoteUrl.Parse(url));
}
