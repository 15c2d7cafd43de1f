using Slipway.Runner.Config;
using Slipway.Runner.Executors.Docker;
using Slipway.Runner.Executors.Docker.Engine;
using Xunit;

namespace Slipway.Runner.Tests.Docker;

/// <summary>The machine's real engine, shared by all tests of this folder. Where none answers the test is skipped, and says so.</summary>
public sealed class TestEngine : IAsyncLifetime
{
    private EngineClient? _client;
    private DockerExecutors? _executors;
    private string _why = "";

    /// <summary>For what a test clears away: a skip there would hide the test's own.</summary>
    internal bool Answers => _client is not null;

    internal EngineClient Client => _client ?? Skip<EngineClient>();

    internal DockerExecutors Executors => _executors ?? Skip<DockerExecutors>();

    public async ValueTask InitializeAsync()
    {
        try
        {
            _client = await EngineLocator.ConnectAsync(null, null, false, Environment.GetEnvironmentVariable, CancellationToken.None);
            _executors = await DockerExecutors.ConnectAsync(new DockerConfig(), null, CancellationToken.None);
        }
        catch (EngineUnreachableException e)
        {
            _why = e.Message;
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (_executors is not null)
            await _executors.DisposeAsync();
        _client?.Dispose();
    }

    /// <summary>Skips the test unless the engine has the image: nothing is pulled in tests that are not about pulling.</summary>
    internal async Task NeedAsync(params string[] images)
    {
        foreach (var image in images)
            Assert.SkipWhen(await Client.InspectImageAsync(image, CancellationToken.None) is null, $"the engine has no image {image}");
    }

    private T Skip<T>()
    {
        Assert.Skip(_why);
        throw new InvalidOperationException();
    }
}

[CollectionDefinition(Name)]
public sealed class EngineTests : ICollectionFixture<TestEngine>
{
    public const string Name = "engine";
}
