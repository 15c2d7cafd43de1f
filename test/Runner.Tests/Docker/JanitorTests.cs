using Slipway.Runner.Executors.Docker;
using Slipway.Runner.Executors.Docker.Engine;
using Xunit;

namespace Slipway.Runner.Tests.Docker;

[Collection(EngineTests.Name)]
public sealed class JanitorTests(TestEngine engine) : IAsyncDisposable
{
    private readonly string _name = "slipway-test-" + Guid.NewGuid().ToString("N")[..12];

    public async ValueTask DisposeAsync()
    {
        if (!engine.Answers)
            return;
        foreach (var which in new[] { "dead", "alive", "foreign" })
        {
            await engine.Client.RemoveContainerAsync($"{_name}-{which}", withVolumes: true, default);
            await engine.Client.RemoveNetworkAsync($"{_name}-{which}", default);
            await engine.Client.RemoveVolumeAsync($"{_name}-{which}", default);
        }
    }

    [Fact]
    public async Task Only_what_a_dead_process_of_this_machine_left_is_removed()
    {
        await engine.NeedAsync("busybox");
        var alive = OwnerMark.OfThisProcess(_name);
        // A machine of its own, so that a run beside this test does not come first, and nothing of anybody else's is touched.
        var here = alive.Machine with
        {
            Name = _name,
        };
        await MakeAsync("dead", alive with { Machine = here, Pid = int.MaxValue });
        await MakeAsync("alive", alive with { Machine = here });
        await MakeAsync("foreign", null);

        Assert.Equal(3, await Janitor.SweepAsync(engine.Client, here, default));
        Assert.Equal(["alive", "foreign"], await LeftAsync());
        Assert.Equal(0, await Janitor.SweepAsync(engine.Client, here, default));
    }

    [Fact]
    public async Task The_copy_of_a_container_that_its_user_looked_around_in_goes_too_and_no_image_of_a_job()
    {
        await engine.NeedAsync("busybox");
        var here = OwnerMark.OfThisProcess(_name).Machine with { Name = _name };
        await MakeAsync("dead", new OwnerMark(_name, here, int.MaxValue, "0"));
        await CommitAsync("copy", $"LABEL {DockerExecutors.ShellLabel}=true");
        await CommitAsync("own", "LABEL made=by-job");
        try
        {
            Assert.Equal(4, await Janitor.SweepAsync(engine.Client, here, default));
            var left = Assert.Single(await engine.Client.ListImagesAsync([_name], default));
            Assert.Equal("by-job", left.Labels!["made"]);
        }
        finally
        {
            foreach (var image in await engine.Client.ListImagesAsync([_name], default))
                await engine.Client.RemoveImageAsync(image.Id, default);
        }
    }

    private Task CommitAsync(string tag, string change) =>
        engine.Client.CallAsync(
            HttpMethod.Post,
            $"/commit?container={_name}-dead&repo={_name}&tag={tag}&changes={Uri.EscapeDataString(change)}",
            default
        );

    private async Task MakeAsync(string which, OwnerMark? owner)
    {
        var labels = new Dictionary<string, string> { [_name] = which };
        owner?.WriteTo(labels);
        var network = await engine.Client.CreateNetworkAsync(new NetworkSpec { Name = $"{_name}-{which}", Labels = labels }, default);
        var spec = new ContainerSpec
        {
            Image = "busybox",
            Labels = labels,
            Cmd = ["sleep", "100"],
            HostConfig = new HostSpec
            {
                NetworkMode = network,
                Mounts = [new MountSpec("volume", $"{_name}-{which}", "/v", VolumeOptions: new VolumeSpec(labels, null))],
            },
        };
        await engine.Client.StartContainerAsync(await engine.Client.CreateContainerAsync($"{_name}-{which}", spec, null, default), default);
    }

    private async Task<IEnumerable<string>> LeftAsync()
    {
        var containers = (await engine.Client.ListContainersAsync([_name], default)).Select(c => c.Labels![_name]);
        var networks = (await engine.Client.ListNetworksAsync([_name], default)).Select(n => n.Labels![_name]);
        var volumes = (await engine.Client.ListVolumesAsync([_name], default)).Select(v => v.Labels![_name]);
        Assert.Equal(containers.Order(), networks.Order());
        Assert.Equal(containers.Order(), volumes.Order());
        return containers.Order();
    }
}
