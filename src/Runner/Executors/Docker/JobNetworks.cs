using System.Globalization;
using Slipway.Protocol.Jobs;
using Slipway.Runner.Config;
using Slipway.Runner.Executors.Docker.Engine;

namespace Slipway.Runner.Executors.Docker;

/// <param name="Name">What <c>CI_BUILD_NETWORK_NAME</c> says.</param>
internal sealed record JobNetwork(string Id, string Name);

/// <summary>
/// The networks that jobs have to themselves. Making and removing one costs more than starting a container, so a network whose job is over
/// serves the next one; never two at a time.
/// </summary>
internal sealed class JobNetworks(EngineClient engine, OwnerLock owner, DockerConfig config) : IAsyncDisposable
{
    private readonly Lock _gate = new();
    private readonly Stack<JobNetwork> _free = [];
    private int _made;

    public async Task<JobNetwork> TakeAsync(CancellationToken ct)
    {
        int number;
        lock (_gate)
        {
            if (_free.TryPop(out var free))
                return free;
            number = ++_made;
        }

        var labels = new Dictionary<string, string>
        {
            ["com.gitlab.gitlab-runner.managed"] = "true",
            ["com.gitlab.gitlab-runner.type"] = "network",
            [DockerExecutors.OwnerLabel] = owner.Name,
        };
        var spec = new NetworkSpec
        {
            Name = string.Create(CultureInfo.InvariantCulture, $"slipway-{owner.Name}-{number}"),
            EnableIPv6 = config.EnableIpv6 ? true : null,
            Options =
                config.NetworkMtu > 0
                    ? new() { ["com.docker.network.driver.mtu"] = config.NetworkMtu.ToString(CultureInfo.InvariantCulture) }
                    : null,
            Labels = labels,
        };
        try
        {
            return new JobNetwork(await engine.CreateNetworkAsync(spec, ct), spec.Name);
        }
        catch (EngineException e) when (e.Message.Contains("address pool", StringComparison.Ordinal))
        {
            throw new JobFailedException(
                FailureReason.RunnerSystem,
                $"the engine has no addresses left for another network ({e.Message}); remove unused ones (docker network prune), run fewer jobs at once, or widen default-address-pools"
            );
        }
    }

    /// <summary>Takes a network back when its job's containers are gone. One that strangers have joined (containers that the job made itself) is left to them.</summary>
    public async Task ReturnAsync(JobNetwork network, CancellationToken ct)
    {
        if (await engine.InspectNetworkAsync(network.Id, ct) is not { } details)
            return;
        if (details.Containers is { Count: > 0 })
        {
            owner.LeaveSomething();
            return;
        }

        lock (_gate)
            _free.Push(network);
    }

    public async ValueTask DisposeAsync()
    {
        JobNetwork[] all;
        lock (_gate)
        {
            all = [.. _free];
            _free.Clear();
        }

        var gone = await Task.WhenAll(all.Select(network => engine.RemoveNetworkAsync(network.Id, CancellationToken.None)));
        if (gone.Contains(false))
            owner.LeaveSomething();
    }
}
