using Slipway.Protocol.Jobs;
using Slipway.Runner.Config;
using Slipway.Runner.Executors.Docker;
using Xunit;

namespace Slipway.Runner.Tests.Docker;

public sealed class VolumePlanTests
{
    private const string Owner = "runner-0123";

    [Fact]
    public void Without_configuration_there_is_one_volume_for_the_builds_and_it_ends_with_the_job()
    {
        var plan = Make(new DockerConfig());
        var mount = Assert.Single(plan.Mounts);
        Assert.Equal(("/builds", "volume"), (mount.Target, mount.Type));
        Assert.Equal(mount.Source, Assert.Single(plan.Temporary));
        Assert.False(plan.KeptBuilds);
    }

    [Fact]
    public void A_destination_alone_is_a_volume_that_later_jobs_of_the_slot_find_again()
    {
        var plan = Make(new DockerConfig { Volumes = ["/cache", "/certs/client"] });
        // md5("/cache"), as gitlab-runner names it.
        Assert.Contains(plan.Mounts, m => m.Target == "/cache" && m.Source == Owner + "-cache-3c3f060a0374fc8bc39395164f415a70");
        Assert.Equal(["/cache", "/certs/client", "/builds"], plan.Mounts.Select(m => m.Target));
        Assert.Single(plan.Temporary);
    }

    [Fact]
    public void Protected_refs_have_volumes_of_their_own() =>
        Assert.EndsWith("-protected", Make(new DockerConfig { Volumes = ["/cache"] }, isProtected: true).Mounts[0].Source);

    [Fact]
    public void Binds_are_passed_on_as_they_are()
    {
        var plan = Make(new DockerConfig { Volumes = ["/var/run/docker.sock:/var/run/docker.sock", "/a:/b:ro,z", "named:/c"] });
        Assert.Equal(["/var/run/docker.sock:/var/run/docker.sock", "/a:/b:ro,z", "named:/c"], plan.Binds);
    }

    [Fact]
    public void A_relative_destination_lies_in_the_project() =>
        Assert.Contains(
            Make(new DockerConfig { Volumes = ["vendor/cache"] }).Mounts,
            m => m.Target == "/builds/group/project/vendor/cache"
        );

    [Theory]
    [InlineData("/builds", true)]
    [InlineData("/host:/builds", true)]
    [InlineData("/builds/group", true)]
    [InlineData("/builds/group/project/vendor", false)]
    [InlineData("/buildsx", false)]
    public void A_configured_volume_may_take_the_builds_directory_s_place(string volume, bool keeps)
    {
        var plan = Make(
            new DockerConfig { Volumes = [volume] },
            buildsDir: volume.Contains("group") && keeps ? "/builds/group" : "/builds"
        );
        Assert.Equal(keeps, plan.KeptBuilds);
    }

    [Fact]
    public void Disable_cache_makes_all_volumes_end_with_the_job() =>
        Assert.Equal(2, Make(new DockerConfig { Volumes = ["/cache"], DisableCache = true }).Temporary.Length);

    [Fact]
    public void A_cache_folder_of_the_host_takes_the_place_of_volumes() =>
        Assert.Equal(
            [$"/srv/cache/{Owner}/3c3f060a0374fc8bc39395164f415a70:/cache"],
            Make(new DockerConfig { Volumes = ["/cache"], CacheDir = "/srv/cache/" }).Binds
        );

    [Theory]
    [InlineData("/")]
    [InlineData("/..")]
    [InlineData("/x:/")]
    [InlineData("")]
    [InlineData("a:b:c:d")]
    public void What_cannot_be_mounted_is_refused(string volume) =>
        Assert.Equal(
            FailureReason.RunnerConfiguration,
            Assert.Throws<JobFailedException>(() => Make(new DockerConfig { Volumes = [volume] })).Reason
        );

    [Fact]
    public void One_destination_cannot_be_mounted_twice() =>
        Assert.Contains(
            "already defined",
            Assert.Throws<JobFailedException>(() => Make(new DockerConfig { Volumes = ["/a", "/host:/a/"] })).Message
        );

    private static VolumePlan Make(DockerConfig config, bool isProtected = false, string buildsDir = "/builds") =>
        VolumePlan.Make(config, buildsDir, "/builds/group/project", Owner, "job-1", isProtected, (_, _) => []);
}
