using Xunit;

namespace Slipway.Lab.Tests.Clients;

/// <summary>
/// The clients that people push and pull with, as Debian has them, against our registry: each a script in <c>registry/</c>, which logs in, pushes, pulls and lists in all
/// the ways its client has, and is refused with a wrong password and in a project that is not its own.
/// </summary>
[Collection(nameof(LabEngine))]
public sealed class RegistryTests(LabEngine lab, ClientServer server) : IClassFixture<ClientServer>
{
    private const string Image = "lab/registry-clients";

    /// <summary>Engine 20.10 of Debian 12, the machine's own.</summary>
    [Fact]
    public async Task Docker_of_the_machine()
    {
        var socket = new Uri(Environment.GetEnvironmentVariable("DOCKER_HOST") ?? "unix:///var/run/docker.sock");
        Assert.SkipUnless(socket.Scheme == "unix", "the engine has no socket here");
        await PassesAsync("docker.sh engine", "-v", $"{socket.LocalPath}:/var/run/docker.sock");
    }

    /// <summary>Engine 26, with buildx and compose.</summary>
    [Theory]
    [InlineData("classic")]
    [InlineData("containerd")]
    public Task Docker_26(string store) => PassesAsync($"docker.sh {store}", "-v", "/var/lib/docker");

    [Theory]
    [InlineData("skopeo")]
    [InlineData("buildah")]
    [InlineData("oras")]
    [InlineData("cosign")]
    public Task Clients(string name) => PassesAsync($"{name}.sh");

    private async Task PassesAsync(string script, params string[] arguments)
    {
        Assert.SkipWhen(lab.Missing is not null, lab.Missing ?? "");
        var scripts = Path.Combine(AppContext.BaseDirectory, "Clients");
        // Once: after that the engine has it.
        await lab.DockerAsync(["build", "-q", "-t", Image, Path.Combine(scripts, "registry")]);
        var done = await SlipwayProcess.RunAsync(
            "docker",
            "/",
            [
                "run",
                "--rm",
                "--privileged",
                "--network",
                "host",
                "-e",
                $"SERVER={server.Url}",
                "-e",
                $"TOKEN={server.Token}",
                "-v",
                $"{scripts}:/c:ro",
                .. arguments,
                Image,
                "sh",
                "-c",
                $"sh /c/registry/{script}",
            ]
        );
        Assert.True(done.ExitCode == 0, $"{done.All}\n\nThe server said:\n{server.Said}");
        Assert.Matches(@"\bPASS [0-9]{2,} checks\s*$", done.Output);
        Assert.DoesNotContain(": 500, request", server.Said);
    }
}
