using Slipway.Runner.Executors;
using Slipway.Runner.Executors.Docker;
using Slipway.Runner.Executors.Docker.Engine;
using Xunit;

namespace Slipway.Runner.Tests.Docker;

[Collection(EngineTests.Name)]
public sealed class JanitorTests(TestEngine engine) : IAsyncDisposable
{
    private readonly string _name = "slipway-test-" + Guid.NewGuid().ToString("N")[..12];
    private readonly TemporaryFolder _owners = new();

    public async ValueTask DisposeAsync()
    {
        _owners.Dispose();
        if (!engine.Answers)
            return;
        foreach (var which in new[] { "dead", "alive", "elsewhere", "foreign" })
        {
            await engine.Client.RemoveContainerAsync($"{_name}-{which}", withVolumes: true, default);
            await engine.Client.RemoveNetworkAsync($"{_name}-{which}", default);
            await engine.Client.RemoveVolumeAsync($"{_name}-{which}", default);
        }
    }

    [Fact]
    public async Task Only_what_a_dead_process_of_this_folder_left_is_removed()
    {
        await engine.NeedAsync("busybox");
        using var alive = OwnerLock.Take(_owners.Path);
        await MakeAsync("dead", Dead());
        await MakeAsync("alive", alive.Name);
        await MakeAsync("elsewhere", "0123456789ab");
        await MakeAsync("foreign", null);

        Assert.Equal("1 container, 1 network and 1 volume", (await SweepAsync()).ToString());
        Assert.Equal(["alive", "elsewhere", "foreign"], await LeftAsync());
        Assert.Equal("", (await SweepAsync()).ToString());
    }

    [Fact]
    public async Task The_copy_of_a_container_that_its_user_looked_around_in_goes_too_and_no_image_of_a_job()
    {
        await engine.NeedAsync("busybox");
        await MakeAsync("dead", Dead());
        await CommitAsync("copy", $"LABEL {DockerExecutors.ShellLabel}=true");
        await CommitAsync("own", "LABEL made=by-job");
        try
        {
            Assert.Equal(new Leftovers(1, 1, 1, 1), await SweepAsync());
            var left = Assert.Single(await engine.Client.ListImagesAsync([_name], default));
            Assert.Equal("by-job", left.Labels!["made"]);
        }
        finally
        {
            foreach (var image in await engine.Client.ListImagesAsync([_name], default))
                await engine.Client.RemoveImageAsync(image.Id, default);
        }
    }

    [Fact]
    public async Task What_cannot_be_removed_yet_holds_up_nothing_else_and_is_not_forgotten()
    {
        await engine.NeedAsync("busybox");
        var dead = Dead();
        await MakeAsync("dead", dead);
        // A container that the job made itself is on its network.
        await MakeAsync("foreign", null, network: $"{_name}-dead");
        Assert.Equal(new Leftovers(1, 0, 1, 0), await SweepAsync());
        await engine.Client.RemoveContainerAsync($"{_name}-foreign", withVolumes: true, default);
        Assert.Equal(new Leftovers(0, 1, 0, 0), await SweepAsync());
    }

    private string Dead()
    {
        var name = Guid.NewGuid().ToString("N")[..12];
        _owners.Write(name + ".lock", MachineMark.Here().ToString());
        return name;
    }

    private async Task<Leftovers> SweepAsync()
    {
        var dead = OwnerLock.TakeDead(_owners.Path);
        var removed = await Janitor.SweepAsync(engine.Client, dead, withVolumes: true, TimeProvider.System, default);
        dead.ForEach(one => one.Dispose());
        return removed;
    }

    private Task CommitAsync(string tag, string change) =>
        engine.Client.CallAsync(
            HttpMethod.Post,
            $"/commit?container={_name}-dead&repo={_name}&tag={tag}&changes={Uri.EscapeDataString(change)}",
            default
        );

    private async Task MakeAsync(string which, string? owner, string? network = null)
    {
        var labels = new Dictionary<string, string> { [_name] = which };
        if (owner is not null)
            labels[DockerExecutors.OwnerLabel] = owner;
        network ??= await engine.Client.CreateNetworkAsync(new NetworkSpec { Name = $"{_name}-{which}", Labels = labels }, default);
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
