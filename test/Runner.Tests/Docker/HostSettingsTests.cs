using System.Collections.Immutable;
using Slipway.Protocol.Jobs;
using Slipway.Runner.Config;
using Slipway.Runner.Executors.Docker;
using Xunit;

namespace Slipway.Runner.Tests.Docker;

public sealed class HostSettingsTests
{
    [Theory]
    [InlineData(null, null)]
    [InlineData("", null)]
    [InlineData("1048576", 1048576L)]
    [InlineData("4k", 4096L)]
    [InlineData("512m", 536870912L)]
    [InlineData("512MB", 536870912L)]
    [InlineData("1.5g", 1610612736L)]
    [InlineData("2GiB", 2147483648L)]
    [InlineData("-1", -1L)]
    public void A_size_is_read_with_its_unit(string? text, long? bytes) => Assert.Equal(bytes, HostSettings.Bytes(text, "memory"));

    [Theory]
    [InlineData("much")]
    [InlineData("m")]
    [InlineData("1e9")]
    public void A_size_that_is_none_is_the_configuration_s_fault(string text) =>
        Assert.Equal(FailureReason.RunnerConfiguration, Assert.Throws<JobFailedException>(() => HostSettings.Bytes(text, "memory")).Reason);

    [Fact]
    public void What_is_not_configured_is_not_asked_for()
    {
        var host = HostSettings.OfJob(new DockerConfig(), privileged: false, init: false);
        Assert.Equal(new Executors.Docker.Engine.HostSpec(), host);
    }

    [Fact]
    public void Limits_devices_and_ulimits_are_read()
    {
        var config = new DockerConfig
        {
            Resources = new DockerResources(Memory: "1g", Cpus: "1.5", Gpus: "device=0,2"),
            ServiceResources = new DockerResources(Memory: "64m"),
            Devices = ["/dev/kvm", "/dev/a:/dev/b", "/dev/c:r"],
            Ulimit = ImmutableDictionary<string, string>.Empty.Add("nofile", "1024:4096"),
        };
        var job = HostSettings.OfJob(config, privileged: true, init: true);
        Assert.Equal((1L << 30, 1_500_000_000L, true, true), (job.Memory, job.NanoCpus, job.Privileged, job.Init));
        Assert.Equal(
            ["/dev/kvm:/dev/kvm:rwm", "/dev/a:/dev/b:rwm", "/dev/c:/dev/c:r"],
            job.Devices!.Select(d => $"{d.PathOnHost}:{d.PathInContainer}:{d.CgroupPermissions}")
        );
        Assert.Equal(("nofile", 1024L, 4096L), (job.Ulimits![0].Name, job.Ulimits[0].Soft, job.Ulimits[0].Hard));
        Assert.Equal(["0", "2"], job.DeviceRequests![0].DeviceIDs!);
        Assert.Equal(
            (64L << 20, null),
            (HostSettings.OfService(config, false, []).Memory, HostSettings.OfService(config, false, []).Privileged)
        );
    }

    [Fact]
    public void A_seccomp_profile_is_sent_as_its_content()
    {
        var file = Path.GetTempFileName();
        try
        {
            File.WriteAllText(file, "{\"defaultAction\":\"SCMP_ACT_ALLOW\"}");
            var host = HostSettings.OfJob(
                new DockerConfig { SecurityOpt = ["seccomp=" + file, "seccomp:unconfined", "no-new-privileges"] },
                false,
                false
            );
            Assert.Equal(["seccomp={\"defaultAction\":\"SCMP_ACT_ALLOW\"}", "seccomp:unconfined", "no-new-privileges"], host.SecurityOpt!);
        }
        finally
        {
            File.Delete(file);
        }
    }

    [Theory]
    [InlineData("ruby:2.7", "ruby:*", true)]
    [InlineData("group/ruby:2.7", "ruby:*", false)]
    [InlineData("r.io/a/b/c:1", "r.io/a/**", true)]
    [InlineData("r.io/a/b/c:1", "r.io/a/*", false)]
    [InlineData("r.io/ab:1", "r.io/a/**", false)]
    [InlineData("alpine", "**", true)]
    [InlineData("alpine", "[", false)]
    [InlineData("node:22", "{node,ruby}:2[0-9]", true)]
    public void Images_are_allowed_by_doublestar_globs(string image, string glob, bool allowed) =>
        Assert.Equal(allowed, AllowList.Holds(image, [glob]));
}
