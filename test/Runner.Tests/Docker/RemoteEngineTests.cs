using System.Formats.Tar;
using Slipway.Protocol.Jobs;
using Slipway.Runner.Config;
using Slipway.Runner.Executors.Docker;
using Slipway.Runner.Executors.Docker.Engine;
using Xunit;

namespace Slipway.Runner.Tests.Docker;

/// <summary>An engine that is not on this machine: a newer one, over TCP with TLS, whose containers cannot be reached from here.</summary>
[Collection(EngineTests.Name)]
public sealed class RemoteEngineTests(TestEngine engine) : IAsyncLifetime
{
    private readonly string _certs = Directory.CreateTempSubdirectory().FullName;
    private string? _container;

    public ValueTask InitializeAsync() => ValueTask.CompletedTask;

    public async ValueTask DisposeAsync()
    {
        if (_container is not null)
            await engine.Client.RemoveContainerAsync(_container, withVolumes: true, default);
        Directory.Delete(_certs, recursive: true);
    }

    [Fact]
    public async Task A_job_and_its_service_run_on_an_engine_far_away()
    {
        await engine.NeedAsync("docker:27-dind", "busybox");
        Assert.SkipUnless(
            engine.Client.Address is EngineAddress.UnixSocket,
            "containers of an engine elsewhere cannot be reached from here"
        );
        var host = await StartAsync();
        var config = new DockerConfig
        {
            Host = $"tcp://{host}:2376",
            TlsCertPath = _certs,
            TlsVerify = true,
            PullPolicy = ["never"],
        };
        await using var executors = await DockerExecutors.ConnectAsync(config, null, default);
        Assert.Equal($"tcp://{host}:2376", executors.Address);
        await CopyImageAsync(config);
        var service = new JobImage
        {
            Name = "busybox",
            Alias = "web",
            Command = ["sh", "-c", "mkdir /www; echo far away > /www/index.html; exec busybox httpd -f -p 8080 -h /www"],
            Variables = [new("HEALTHCHECK_TCP_PORT", "8080")],
        };
        await using var job = new TestJob(
            executors,
            "busybox",
            s => s with { Config = config with { MacAddress = "02:42:ac:11:00:99" }, Services = [service] }
        );
        Assert.Equal(3, await job.RunAsync("wget -qO- http://web:8080/; cat /sys/class/net/eth0/address; exit 3"));
        Assert.Contains("far away\n", job.Log);
        Assert.Contains("02:42:ac:11:00:99\n", job.Log);
        Assert.DoesNotContain("WARNING", job.Log);
    }

    /// <returns>The engine's address.</returns>
    private async Task<string> StartAsync()
    {
        var spec = new ContainerSpec
        {
            Image = "docker:27-dind",
            Env = ["DOCKER_TLS_CERTDIR=/certs"],
            HostConfig = new HostSpec { Privileged = true, Mounts = [new MountSpec("volume", null, "/certs")] },
        };
        _container = await engine.Client.CreateContainerAsync("slipway-test-" + Guid.NewGuid().ToString("N")[..12], spec, null, default);
        await engine.Client.StartContainerAsync(_container, default);
        var details = await engine.Client.InspectContainerAsync(_container, default);
        var address = details.NetworkSettings!.Networks!.Values.First().IPAddress!;
        var probe = new Executors.Docker.Services.ServiceProbe(engine.Client, details);
        var port = new Executors.Docker.Services.ServiceCheck.AnyPort([2376]);
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        while (await probe.TryAsync(port, limit.Token) is not null)
            await Task.Delay(100, limit.Token);
        using var archive = await engine.Client.GetArchiveAsync(_container, "/certs/client", default);
        await using var tar = new TarReader(await archive!.Content.ReadAsStreamAsync());
        while (await tar.GetNextEntryAsync() is { } entry)
            if (entry.EntryType == TarEntryType.RegularFile)
                await entry.ExtractToFileAsync(Path.Combine(_certs, Path.GetFileName(entry.Name)), overwrite: true);
        return address;
    }

    private async Task CopyImageAsync(DockerConfig config)
    {
        using var far = await EngineLocator.ConnectAsync(config.Host, config.TlsCertPath, config.TlsVerify, _ => null, default);
        Assert.True(far.ApiVersion > engine.Client.ApiVersion || far.ApiVersion == EngineClient.Newest);
        using var image = await engine.Client.SendAsync(HttpMethod.Get, "/images/busybox/get", null, default);
        await using var bytes = await image.Content.ReadAsStreamAsync();
        using var content = new StreamContent(bytes);
        content.Headers.ContentType = new("application/x-tar");
        using var loaded = await far.SendAsync(HttpMethod.Post, "/images/load", content, default);
        await loaded.Content.ReadAsStringAsync();
    }
}
