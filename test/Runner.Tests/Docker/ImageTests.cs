using System.Text;
using Slipway.Protocol.Jobs;
using Slipway.Protocol.Variables;
using Slipway.Runner.Config;
using Slipway.Runner.Executors.Docker.Engine;
using Xunit;

namespace Slipway.Runner.Tests.Docker;

/// <summary>Images that the real engine pulls from a registry of this test's own.</summary>
[Collection(EngineTests.Name)]
public sealed class ImageTests(TestEngine engine) : IAsyncDisposable
{
    private readonly List<string> _pulled = [];

    // An image that another test has too has that one's names as well.
    private readonly string _own = Guid.NewGuid().ToString("N");

    public async ValueTask DisposeAsync()
    {
        foreach (var image in _pulled)
            try
            {
                await engine.Client.CallAsync(HttpMethod.Delete, $"/images/{image}?force=1", default);
            }
            catch (EngineException e) when (e.NotFound) { }
    }

    [Fact]
    public async Task An_image_without_a_shell_is_told_in_words()
    {
        await using var registry = Registry();
        await using var job = Job(Add(registry, "1"), "if-not-present");
        await job.Executor.PrepareAsync(default);
        var error = await Assert.ThrowsAsync<JobFailedException>(() => job.StageAsync("true"));
        Assert.Equal(FailureReason.RunnerSystem, error.Reason);
        Assert.Contains("no shell", error.Message);
    }

    [Fact]
    public async Task Always_brings_what_the_tag_means_now_and_if_not_present_what_is_there()
    {
        await using var registry = Registry();
        var first = await IdAsync(Add(registry, "1"), "always");
        var name = Add(registry, "2");
        Assert.Equal(first, await IdAsync(name, "if-not-present"));
        Assert.Equal(first, await IdAsync(name, "never"));
        var second = await IdAsync(name, "always");
        Assert.NotEqual(first, second);
        Assert.Equal(second, await IdAsync(name, "if-not-present"));
        Assert.Equal(2, registry.Pulls);
    }

    [Fact]
    public async Task The_next_policy_is_tried_when_one_fails()
    {
        await using var registry = Registry();
        await using var job = Job(registry.Address + "/none:1", "always", "never");
        var error = await Assert.ThrowsAsync<JobFailedException>(() => job.Executor.PrepareAsync(default));
        Assert.Equal(FailureReason.ImagePull, error.Reason);
        Assert.Contains("[always never]", error.Message);
        Assert.Contains("Failed to pull image with policy \"always\": ", job.Log);
        Assert.Contains("Attempt #2: Trying \"never\" pull policy", job.Log);
    }

    [Fact]
    public async Task A_login_is_shown_to_its_registry()
    {
        await using var registry = Registry("me:s3cret");
        var name = Add(registry, "1");
        var auth = Convert.ToBase64String(Encoding.UTF8.GetBytes("me:s3cret"));
        var config = "{\"auths\":{\"" + registry.Address + "\":{\"auth\":\"" + auth + "\"}}}";
        await using var without = Job(name, "always");
        Assert.Equal(
            FailureReason.ImagePull,
            (await Assert.ThrowsAsync<JobFailedException>(() => without.Executor.PrepareAsync(default))).Reason
        );
        await using var with = Job(s => s with { Variables = [new("DOCKER_AUTH_CONFIG", config, File: true)] }, name, "always");
        await with.Executor.PrepareAsync(default);
        Assert.Contains("Authenticating with credentials from $DOCKER_AUTH_CONFIG", with.Log);
        Assert.Contains($"with digest {registry.Address}/image@sha256:", with.Log);
    }

    [Fact]
    public async Task The_project_s_registry_is_logged_in_to_with_the_job_s_variables()
    {
        await using var registry = Registry("ci:pass");
        Variable[] variables = [new("CI_REGISTRY", registry.Address), new("CI_REGISTRY_USER", "ci"), new("CI_REGISTRY_PASSWORD", "pass")];
        await using var job = Job(s => s with { Variables = variables }, Add(registry, "1"), "always");
        await job.Executor.PrepareAsync(default);
        Assert.Contains("Authenticating with credentials from job payload (GitLab Registry)", job.Log);
    }

    [Fact]
    public async Task The_run_s_own_registry_is_pulled_from_by_the_engine_s_name_for_it_and_each_time_anew()
    {
        await using var registry = Registry("ci:pass");
        var own = new OwnRegistry("registry.test:5000", registry.Address, "");
        Variable[] variables = [new("CI_REGISTRY", own.Name), new("CI_REGISTRY_USER", "ci"), new("CI_REGISTRY_PASSWORD", "pass")];
        foreach (var content in (string[])["1", "2"])
        {
            Add(registry, content);
            await using var job = Job(s => s with { Variables = variables, Registry = own }, $"{own.Name}/image:latest", "if-not-present");
            await job.Executor.PrepareAsync(default);
            Assert.Contains($"Pulling docker image {own.Name}/image:latest ...", job.Log);
            Assert.Contains($"with digest {registry.Address}/image@sha256:", job.Log);
            _pulled.Add(IdIn(job.Log));
        }

        Assert.Equal(2, registry.Pulls);
    }

    [Fact]
    public async Task An_image_that_is_not_allowed_is_refused_before_anything_is_made()
    {
        await using var job = Job(s => s with { Config = new DockerConfig { AllowedImages = ["ruby:*"] } }, "alpine", "never");
        Assert.Equal(
            FailureReason.RunnerConfiguration,
            (await Assert.ThrowsAsync<JobFailedException>(() => job.Executor.PrepareAsync(default))).Reason
        );
    }

    private TestRegistry Registry(string? login = null)
    {
        Assert.SkipUnless(
            engine.Client.Address is EngineAddress.UnixSocket,
            "the engine may be elsewhere and not see this machine's loopback"
        );
        return new TestRegistry(login);
    }

    private string Add(TestRegistry registry, string content)
    {
        var name = registry.Add("image", "latest", "file", content + _own);
        _pulled.Add(name);
        return name;
    }

    private async Task<string> IdAsync(string image, string policy)
    {
        await using var job = Job(image, policy);
        await job.Executor.PrepareAsync(default);
        var id = IdIn(job.Log);
        // A tag that has moved on leaves the image it meant.
        _pulled.Add(id);
        return id;
    }

    private static string IdIn(string log)
    {
        var from = log.IndexOf("Using docker image ") + "Using docker image ".Length;
        return log[from..log.IndexOf(' ', from)];
    }

    private TestJob Job(string image, params string[] policies) => Job(s => s, image, policies);

    private TestJob Job(Func<TestJob.Setup, TestJob.Setup> change, string image, params string[] policies) =>
        new(engine.Executors, image, s => change(s with { Config = new DockerConfig { PullPolicy = [.. policies] } }));
}
