using Slipway.Runner.Config;
using Xunit;

namespace Slipway.Runner.Tests.Config;

/// <summary>Changes to a <c>config.toml</c> that leave the rest as it is, and a file that nobody sees half of.</summary>
public sealed class ConfigEditTests
{
    private const string Three = """"
        # the fleet
        concurrent = 4   # at once
        unknown_here = "stays"

        # 1: docker
        [[runners]]
          name = "one"
          token = "a" # [[runners]] in a comment
          pre_build_script = """
        [[runners]]
          name = "not one"
        [runners.docker]
        """
          [runners.docker]
            image = "alpine" 
            volumes = [
              "/cache", # "[[runners]]"
            ]

        # 2: shell
        # with a second line
        [[ runners ]]
          name = "two"
          post_build_script = '''it's [[runners]]
        [[runners]]'''
          token = "b"
          [runners.custom_build_dir]
            enabled = true
            [runners.custom_build_dir.deeper]

        [session_server]
          session_timeout = 1800

        # 3
        [[runners]]
          name = "three\" # [[runners]]"

        """";

    private static ConfigFile Read(string text)
    {
        var reading = ConfigReader.Read(text, _ => null);
        Assert.True(reading.File is not null, string.Join("; ", reading.Problems.Select(p => p.Message)) + "\n" + text);
        return reading.File!;
    }

    [Fact]
    public void A_runner_is_removed_with_what_is_its_own_and_nothing_else()
    {
        var left = ConfigEdit.Remove(Three, new HashSet<int> { 1 });

        Assert.Equal(["one", "three\" # [[runners]]"], Read(left).Runners.Select(r => r.Name));
        Assert.DoesNotContain("second line", left);
        Assert.Contains("# 1: docker\n[[runners]]\n", left);
        Assert.Contains("\n[session_server]\n  session_timeout = 1800\n\n# 3\n[[runners]]\n", left);
        Assert.Contains("concurrent = 4   # at once\nunknown_here = \"stays\"\n", left);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(2)]
    [InlineData(0, 2)]
    [InlineData(0, 1, 2)]
    public void Any_of_them_can_go(params int[] numbers)
    {
        var names = Read(Three).Runners.Select(r => r.Name).ToList();
        var left = Read(ConfigEdit.Remove(Three, numbers.ToHashSet())).Runners.Select(r => r.Name);
        Assert.Equal(names.Where((_, i) => !numbers.Contains(i)), left);
    }

    [Fact]
    public void A_token_is_set_in_its_place_and_a_new_key_below_the_header()
    {
        var text = ConfigEdit.Set(
            Three,
            1,
            ("token", "new \"t\"\\"),
            ("token_expires_at", new DateTimeOffset(2030, 1, 2, 3, 4, 5, TimeSpan.Zero))
        );
        text = ConfigEdit.Set(text, 2, ("token", "c"));

        var runners = Read(text).Runners;
        Assert.Equal(["a", "new \"t\"\\", "c"], runners.Select(r => r.Token));
        Assert.Equal(new DateTimeOffset(2030, 1, 2, 3, 4, 5, TimeSpan.Zero), runners[1].TokenExpiresAt);
        Assert.Contains("[[ runners ]]\n  token_expires_at = 2030-01-02T03:04:05Z\n  name = \"two\"\n", text);
    }

    [Fact]
    public void A_first_runner_begins_a_file_as_gitlab_runner_does()
    {
        var text = ConfigEdit.Add(
            "",
            [
                ("name", "a \"b\""),
                ("id", 7L),
                ("token_expires_at", DateTimeOffset.MinValue),
                ("executor", "docker"),
                ("docker.image", "alpine"),
                ("docker.privileged", true),
                ("docker.volumes", (string[])["/certs/client", "/cache"]),
                ("cache.Type", "s3"),
            ]
        );
        Assert.Equal(
            """
            concurrent = 1
            check_interval = 0
            connection_max_age = "15m0s"
            shutdown_timeout = 0

            [session_server]
              session_timeout = 1800

            [[runners]]
              name = "a \"b\""
              id = 7
              token_expires_at = 0001-01-01T00:00:00Z
              executor = "docker"
              [runners.docker]
                image = "alpine"
                privileged = true
                volumes = ["/certs/client", "/cache"]
              [runners.cache]
                Type = "s3"

            """,
            text
        );
        Assert.Null(Read(text).Runners[0].TokenExpiresAt);
        Assert.Equal(["a \"b\"", "c"], Read(ConfigEdit.Add(text, [("name", "c"), ("executor", "shell")])).Runners.Select(r => r.Name));
    }

    [Fact]
    public void A_file_is_its_owners_alone_and_a_link_stays_one()
    {
        using var folder = new TemporaryFolder();
        var store = new ConfigStore(folder["deep/config.toml"]);
        Assert.Equal("", store.Read());
        store.Write("concurrent = 1\n");
        Assert.True(store.HasChanged());
        Assert.Equal("concurrent = 1\n", store.Read());
        Assert.False(store.HasChanged());
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(store.Path));
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute, File.GetUnixFileMode(folder["deep"]));

        File.CreateSymbolicLink(folder["link.toml"], store.Path);
        new ConfigStore(folder["link.toml"]).Write("concurrent = 2\n");
        Assert.Equal("concurrent = 2\n", File.ReadAllText(store.Path));
        Assert.NotNull(new FileInfo(folder["link.toml"]).LinkTarget);
        Assert.Single(Directory.GetFiles(folder["deep"]));
    }

    [Fact]
    public void What_cannot_be_written_leaves_the_old_file()
    {
        using var folder = new TemporaryFolder();
        folder.Write("not-a-folder", "x");
        Assert.ThrowsAny<IOException>(() => new ConfigStore(folder["not-a-folder/config.toml"]).Write("concurrent = 1\n"));
        Assert.Equal("x", File.ReadAllText(folder["not-a-folder"]));
    }
}
