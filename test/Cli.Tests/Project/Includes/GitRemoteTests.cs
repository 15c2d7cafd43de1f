using Slipway.Cli.Project.Includes;
using Slipway.Cli.Tests.Support;
using Xunit;

namespace Slipway.Cli.Tests.Project.Includes;

public sealed class GitRemoteTests
{
    [Theory]
    [InlineData("https://gitlab.com/group/app.git", "https://gitlab.com/a/b.git", "gitlab.com")]
    [InlineData("https://oauth2:token@gitlab.com/group/app", "https://oauth2:token@gitlab.com/a/b.git", "gitlab.com")]
    [InlineData("http://localhost:8080/group/sub/app.git", "http://localhost:8080/a/b.git", "localhost:8080")]
    [InlineData("ssh://git@gitlab.example.com:2222/group/app.git", "ssh://git@gitlab.example.com:2222/a/b.git", "gitlab.example.com:2222")]
    [InlineData("git@gitlab.com:group/app.git", "git@gitlab.com:a/b.git", "gitlab.com")]
    [InlineData("git@gitlab.com:/group/app.git", "git@gitlab.com:/a/b.git", "gitlab.com")]
    [InlineData("host:group/app", "host:a/b.git", "host")]
    public void Another_project_has_the_same_address_with_its_own_path(string url, string other, string name)
    {
        var remote = GitRemote.Parse(url, "/top");
        Assert.Equal(other, remote!.UrlOf("a/b"));
        Assert.Equal(name, remote.Name);
    }

    [Theory]
    [InlineData("")]
    [InlineData("-oProxyCommand=x:y")]
    [InlineData("ext::sh -c x")]
    [InlineData("ftp://host/group/app.git")]
    [InlineData("https://")]
    [InlineData("https:///group/app.git")]
    [InlineData("file://host/share/app.git")]
    [InlineData("git@host:a\nb")]
    public void From_other_addresses_none_is_derived(string url) => Assert.Null(GitRemote.Parse(url, "/top"));

    [Fact]
    public void Beside_a_folder_the_nearest_repository_counts()
    {
        using var folder = new TemporaryFolder();
        folder.Write("x/a/b/.git/HEAD", "");
        folder.Write("a/b.git/HEAD", "");
        foreach (
            var url in (string[])
                [
                    Path.Combine(folder.Path, "x/group/app.git"),
                    "../x/group/app.git",
                    "file://" + Path.Combine(folder.Path, "x/group/app.git"),
                ]
        )
        {
            var remote = GitRemote.Parse(url, Path.Combine(folder.Path, "top"));
            Assert.Equal(Path.Combine(folder.Path, "x/a/b"), remote!.UrlOf("a/b"));
            Assert.Null(remote.UrlOf("a/c"));
        }

        Assert.Equal(Path.Combine(folder.Path, "a/b.git"), GitRemote.Parse(Path.Combine(folder.Path, "group/app.git"), "/")!.UrlOf("a/b"));
    }

    [Fact]
    public void A_folders_name_tells_addresses_apart_but_not_users()
    {
        var name = GitRemote.FolderNameOf("https://gitlab.com/a/b.git");
        Assert.StartsWith("gitlab.com-a-b.git-", name);
        Assert.Equal(name, GitRemote.FolderNameOf("https://ada:secret@gitlab.com/a/b.git"));
        Assert.NotEqual(name, GitRemote.FolderNameOf("https://gitlab.com/a-b.git"));
        Assert.NotEqual(name, GitRemote.FolderNameOf("http://gitlab.com/a/b.git"));
        Assert.Matches("^[A-Za-z0-9._-]{1,100}$", GitRemote.FolderNameOf("/" + new string('ü', 300) + "/../x"));
        Assert.NotEqual('.', GitRemote.FolderNameOf("/../../x")[0]);
    }

    [Theory]
    [InlineData("fatal: repository 'https://ada:pw@host/a/b.git/' not found", "repository 'https://host/a/b.git/' not found")]
    [InlineData(
        "remote: \nERROR: The project you were looking for could not be found.\nfatal: Could not read",
        "The project you were looking for could not be found."
    )]
    [InlineData(
        "warning: x\nssh: connect to host h port 22: Connection refused\nfatal: Could not read from remote repository.",
        "ssh: connect to host h port 22: Connection refused"
    )]
    [InlineData("", "git says nothing")]
    public void A_complaint_is_one_line_without_passwords(string text, string line) => Assert.Equal(line, ProjectFetch.Complaint(text));

    [Theory]
    [InlineData("main", true)]
    [InlineData("feature/x.y_z-1", true)]
    [InlineData("v1.0", true)]
    [InlineData("ünïcode", true)]
    [InlineData("", false)]
    [InlineData("-main", false)]
    [InlineData("a..b", false)]
    [InlineData("a b", false)]
    [InlineData("a\nb", false)]
    [InlineData("a:b", false)]
    [InlineData("a^", false)]
    [InlineData("a.lock", false)]
    [InlineData("a/.b", false)]
    [InlineData("@{u}", false)]
    [InlineData("/a", false)]
    [InlineData("a/", false)]
    [InlineData("~latest", false)]
    public void Only_what_git_takes_for_a_name_is_one(string name, bool isName) => Assert.Equal(isName, RefNames.IsName(name));
}
