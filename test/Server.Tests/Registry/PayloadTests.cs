using Slipway.Server.Tests.Runners;
using Slipway.Server.Tests.Support;
using Xunit;

namespace Slipway.Server.Tests.Registry;

/// <summary>What jobs know of the registry.</summary>
public sealed class PayloadTests
{
    [Fact]
    public async Task A_job_knows_where_its_images_go_and_its_runner_may_pull_them()
    {
        await using var room = await StarterRoom.OpenAsync(DatabaseKind.Sqlite);
        var started = await room.Owner.Client.PostApiAsync($"{room.Path}/pipeline", new { @ref = "main" });
        Assert.Equal(201, started.Status);
        var made = await room.Owner.Client.PostApiAsync("user/runners", new { runner_type = "project_type", project_id = room.Project.Id });
        using var runner = new WireRunner(room.Server.Client(null), made["token"].GetString()!, "s_0123456789ab");
        var job = await runner.StartAsync();
        var host = room.Server.Address.Authority;

        Assert.Equal((host, $"{host}/ada/app"), (job.Variable("CI_REGISTRY"), job.Variable("CI_REGISTRY_IMAGE")));
        Assert.Equal(("gitlab-ci-token", job.Token), (job.Variable("CI_REGISTRY_USER"), job.Variable("CI_REGISTRY_PASSWORD")));
        var credential = Assert.Single(job.Payload.GetProperty("credentials").EnumerateArray());
        Assert.Equal(("registry", host, "gitlab-ci-token", job.Token), (Text("type"), Text("url"), Text("username"), Text("password")));
        // The same host, so one login is enough.
        Assert.Equal((host, "gitlab-ci-token", job.Token), (Proxy("SERVER"), Proxy("USER"), Proxy("PASSWORD")));
        Assert.Equal(
            ($"{host}/ada/dependency_proxy/containers", Proxy("GROUP_IMAGE_PREFIX")),
            (Proxy("DIRECT_GROUP_IMAGE_PREFIX"), Proxy("GROUP_IMAGE_PREFIX"))
        );
        using var client = new RegistryClient(room.Server.Address, job.Variable("CI_REGISTRY_USER"), job.Variable("CI_REGISTRY_PASSWORD"));
        await client.PushImageAsync("ada/app/built");
        Assert.Equal(200, (await client.GetAsync("/v2/ada/app/built/manifests/latest")).Status);

        string? Proxy(string name) => job.Variable("CI_DEPENDENCY_PROXY_" + name);

        string? Text(string name) => credential.GetProperty(name).GetString();
    }
}
