using Slipway.Protocol.Jobs;
using Slipway.Runner.Sources.Git;
using Xunit;

namespace Slipway.Runner.Tests.Git;

public sealed class GitAddressTests
{
    private static GitAddress Of(string url, string? cloneUrl = null, (string, string?)? ssh = null) =>
        GitAddress.Of(
            new JobPayload
            {
                Id = 1,
                Token = "t",
                JobInfo = new JobInfo
                {
                    Name = "a",
                    Stage = "b",
                    ProjectFullPath = "g/p",
                },
                GitInfo = new GitInfo
                {
                    RepoUrl = url,
                    Ref = "main",
                    Sha = "0123456789",
                },
                RunnerInfo = new RunnerInfo { Timeout = 1 },
            },
            cloneUrl,
            ssh
        );

    [Theory]
    [InlineData("https://u:pw@h/g/p.git", null, "https://h/g/p.git", "https://u:pw@h/", "https://h/")]
    [InlineData("http://u:pw@h:8080/x/g/p.git", null, "http://h:8080/x/g/p.git", "http://u:pw@h:8080/", "http://h:8080/")]
    [InlineData("https://u:pw@h/x/g/p.git", "http://in:1/y", "http://in:1/y/g/p.git", "http://u:pw@in:1/y/", "http://in:1/y/ https://h/x/")]
    [InlineData("https://u:pw@h/g/p.git", "ssh://git@in:22", "ssh://git@in:22/g/p.git", "", "")]
    [InlineData("https://h/g/p.git", null, "https://h/g/p.git", "", "")]
    [InlineData("file:///srv/p.git", null, "file:///srv/p.git", "", "")]
    public void The_remote_has_no_login_and_only_whole_hosts_get_it(string url, string? clone, string remote, string login, string instead)
    {
        var address = Of(url, clone);
        Assert.Equal((remote, login, instead), (address.Remote, address.WithLogin, string.Join(' ', address.Instead)));
    }

    [Theory]
    [InlineData(null, "https://h/ git@h: ssh://git@h/")]
    [InlineData("22", "https://h/ git@h: ssh://git@h/")]
    [InlineData("2222", "https://h/ ssh://git@h:2222/")]
    public void Ssh_urls_of_the_server_are_fetched_over_http_when_the_job_wants_it(string? port, string instead) =>
        Assert.Equal(instead, string.Join(' ', Of("https://u:pw@h/g/p.git", null, ("h", port)).Instead));

    [Theory]
    [InlineData("ext::sh -c id", null)]
    [InlineData("ssh://git@h/g/p.git", null)]
    [InlineData("--upload-pack=x", null)]
    [InlineData("https://h/g/p.git", "ext::sh")]
    [InlineData("https://h/g/p.git", "/srv")]
    public void Other_urls_are_refused(string url, string? clone) =>
        Assert.Equal(FailureReason.RunnerConfiguration, Assert.Throws<JobFailedException>(() => Of(url, clone)).Reason);
}
