using Slipway.Cli.Tests.Support;
using Xunit;

namespace Slipway.Cli.Tests.Project.Includes;

public sealed class WebFilesTests
{
    private static readonly HurriedTime s_time = new(DateTimeOffset.UnixEpoch.AddYears(60));

    private static (IncludeWorld World, GitHost Host) World(string path, string more = "")
    {
        var world = new IncludeWorld("x: {script: y}\n");
        var host = new GitHost(world.Remotes);
        world.App.Write(".gitlab-ci.yml", $"include: {{remote: '{host.Url}{path}'{more}}}\n");
        host.Serve("/ci.yml", "web: {script: w}\n");
        return (world, host);
    }

    [Fact]
    public void A_file_of_the_web_is_fetched_through_redirects()
    {
        var (world, host) = World("/old.yml");
        using (world)
        using (host)
        {
            host.Serve("/old.yml", "", 302, "/ci.yml");
            Assert.Equal("web", world.Jobs());
            Assert.Equal(["/old.yml", "/ci.yml"], host.Requests);
        }
    }

    [Theory]
    [InlineData("/none.yml", 404, 1, "could not be fetched after 1 attempt because of HTTP code `404` error!")]
    [InlineData("/down.yml", 503, 3, "could not be fetched after 3 attempts because of HTTP code `503` error!")]
    [InlineData("/gone.yml", 410, 1, "could not be fetched after 1 attempt because of HTTP code `410` error!")]
    public void What_does_not_come_is_told_and_a_server_in_trouble_asked_three_times(string path, int status, int requests, string message)
    {
        var (world, host) = World(path);
        using (world)
        using (host)
        {
            host.Serve(path, "no", status);
            Assert.Contains($"Remote file `{host.Url}{path}` {message}", world.Run(s_time, false, "lint").Out);
            Assert.Equal(requests, host.Requests.Count);
        }
    }

    [Fact]
    public void A_circle_of_redirects_ends()
    {
        var (world, host) = World("/a.yml");
        using (world)
        using (host)
        {
            host.Serve("/a.yml", "", 302, "/a.yml");
            Assert.Contains("because of HTTP code `302` error!", world.Run("lint").Out);
            Assert.Equal(11, host.Requests.Count);
        }
    }

    [Fact]
    public void A_redirect_leads_to_no_file_of_this_machine()
    {
        var (world, host) = World("/a.yml");
        using (world)
        using (host)
        {
            host.Serve("/a.yml", "", 302, "file:///etc/passwd");
            Assert.Contains("because of HTTP code `302` error!", world.Run("lint").Out);
        }
    }

    [Fact]
    public void A_file_that_is_too_long_is_told_and_not_read_to_its_end()
    {
        var (world, host) = World("/long.yml");
        using (world)
        using (host)
        {
            host.Serve("/long.yml", new string('#', 5 * 1024 * 1024));
            Assert.Contains($"`{host.Url}/long.yml`: The parsed YAML is too big", world.Run("lint").Out);
        }
    }

    [Fact]
    public void Nobody_listening_is_told()
    {
        var (world, host) = World("/ci.yml");
        using (world)
        {
            host.Dispose();
            Assert.Contains(
                $"Remote file could not be fetched because Failed to open TCP connection to 127.0.0.1:{host.Port} (Connection refused)!",
                world.Run("lint").Out
            );
        }
    }

    [Fact]
    public void A_copy_serves_as_long_as_cache_says()
    {
        var (world, host) = World("/ci.yml", ", cache: 2 hours");
        using (world)
        using (host)
        {
            var time = new HurriedTime(DateTimeOffset.UnixEpoch.AddYears(60));
            Assert.Equal(0, world.Run(time, false, "list").Exit);
            time.Now += TimeSpan.FromMinutes(119);
            Assert.Equal(0, world.Run(time, false, "list").Exit);
            Assert.Single(host.Requests);
            time.Now += TimeSpan.FromMinutes(2);
            Assert.Equal(0, world.Run(time, false, "list").Exit);
            Assert.Equal(2, host.Requests.Count);
            Assert.Equal("web", world.Jobs("--offline"));
            Assert.Equal(2, host.Requests.Count);
        }
    }

    [Fact]
    public void Without_cache_it_is_fetched_each_time_and_offline_says_so()
    {
        var (world, host) = World("/ci.yml");
        using (world)
        using (host)
        {
            Assert.Equal("web", world.Jobs());
            Assert.Equal("web", world.Jobs());
            Assert.Equal(2, host.Requests.Count);
            Assert.Contains(
                "Remote file could not be fetched because of --offline, and it is not kept",
                world.Run("lint", "--offline").Out
            );
        }
    }

    [Fact]
    public void On_a_terminal_a_slow_fetch_is_announced()
    {
        var (world, host) = World("/down.yml");
        using (world)
        using (host)
        {
            host.Serve("/down.yml", "no", 503);
            var (_, _, error) = world.Run(s_time, true, "lint");
            Assert.Contains($"note: fetching a file from 127.0.0.1:{host.Port}\n", error);
            Assert.Equal("", world.Run(s_time, false, "lint").Error);
        }
    }
}
