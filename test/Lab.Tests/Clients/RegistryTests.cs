using System.Net;
using Xunit;

namespace Slipway.Lab.Tests.Clients;

/// <summary>
/// The clients that people push and pull with, as Debian has them, against our registry: each a script in <c>registry/</c>, which logs in, pushes, pulls and lists in all
/// the ways its client has, and is refused with a wrong password and in a project that is not its own.
/// </summary>
[Collection(nameof(LabEngine))]
public sealed class RegistryTests(LabEngine lab, OpenServer server) : IClassFixture<OpenServer>
{
    private const string Loopback = "127.0.0.1";

    /// <summary>Engine 20.10 of Debian 12, the machine's own.</summary>
    [Fact]
    public Task Docker_of_the_machine() => MachinePassesAsync("docker.sh engine");

    /// <summary>From a second registry, through the dependency proxy.</summary>
    [Fact]
    public Task Docker_of_the_machine_through_the_dependency_proxy() =>
        MachinePassesAsync(
            "proxy.sh",
            "-e",
            $"UPSTREAM={server.Upstream}",
            "-e",
            $"UPSTREAM_CREDENTIALS={LabEngine.User}:{LabEngine.Password}",
            "-e",
            $"UPSTREAM_HTPASSWD={LabEngine.Htpasswd.Trim()}"
        );

    private static readonly string[] Scripts =
    [
        "docker.sh classic",
        "docker.sh containerd",
        "skopeo.sh",
        "buildah.sh",
        "oras.sh",
        "cosign.sh",
    ];

    /// <summary>Of Debian 13 always; every night the newest that Debian has too.</summary>
    public static TheoryData<string, string> Rows { get; } =
        new([
            .. Scripts.Select(script => ("trixie", script)),
            .. Environment.GetEnvironmentVariable("SLIPWAY_SOAK_SECONDS") is null
                ? []
                : Scripts.Append("crane.sh").Select(script => ("sid", script)),
        ]);

    [Theory, MemberData(nameof(Rows))]
    public Task Clients_of_Debian(string debian, string script) =>
        // An engine in a container has a network of the container's own.
        script.StartsWith("docker", StringComparison.Ordinal)
            ? PassesAsync(script, lab.Gateway, debian, "-v", "/var/lib/docker")
            : PassesAsync(script, Loopback, debian, "--network", "host");

    private async Task MachinePassesAsync(string script, params string[] arguments)
    {
        var socket = new Uri(Environment.GetEnvironmentVariable("DOCKER_HOST") ?? "unix:///var/run/docker.sock");
        Assert.SkipUnless(socket.Scheme == "unix", "the engine has no socket here");
        await PassesAsync(
            script,
            Loopback,
            "trixie",
            ["--network", "host", "-v", $"{socket.LocalPath}:/var/run/docker.sock", .. arguments]
        );
    }

    /// <param name="host">By which the script reaches the server.</param>
    /// <param name="debian">Whose clients.</param>
    /// <param name="arguments">Of <c>docker run</c>.</param>
    private async Task PassesAsync(string script, string host, string debian, params string[] arguments)
    {
        Assert.SkipWhen(lab.Missing is not null, lab.Missing ?? "");
        var (scripts, image) = (Path.Combine(AppContext.BaseDirectory, "Clients"), $"lab/registry-clients:{debian}");
        var folder = Path.Combine(scripts, "registry");
        // Once: after that the engine has it.
        await lab.DockerAsync(["build", "-q", "-t", image, "-f", Path.Combine(folder, $"{debian}.Dockerfile"), folder]);
        var done = await SlipwayProcess.RunAsync(
            "docker",
            "/",
            [
                "run",
                "--rm",
                "--privileged",
                "-e",
                $"SERVER=http://{host}:{server.Port}",
                "-e",
                $"TOKEN={server.Server.Token}",
                "-e",
                $"DEBIAN={debian}",
                "-v",
                $"{scripts}:/c:ro",
                .. arguments,
                // An ENTRYPOINT of none is made anew by each build, and leaves the image before without a name.
                "--entrypoint",
                "sh",
                image,
                "-c",
                $"sh /c/registry/{script}",
            ]
        );
        Assert.True(done.ExitCode == 0, $"{done.All}\n\nThe server said:\n{server.Server.Said}");
        Assert.Matches(@"\bPASS [0-9]{2,} checks\s*$", done.Output);
        Assert.DoesNotContain(": 500, request", server.Server.Said);
    }
}

/// <summary>A server that containers on the engine's bridge reach too.</summary>
public sealed class OpenServer : IAsyncLifetime
{
    public OpenServer()
    {
        Upstream = $"{IPAddress.Loopback}:{LabEngine.FreePort()}";
        Server = new ClientServer(
            "0.0.0.0:0",
            "off",
            ["--registry-upstream", $"http://{Upstream}", "--allow-outbound", $"{IPAddress.Loopback}"],
            new Dictionary<string, string>
            {
                ["SLIPWAY_UPSTREAM_USER"] = LabEngine.User,
                ["SLIPWAY_UPSTREAM_PASSWORD"] = LabEngine.Password,
            }
        );
    }

    internal ClientServer Server { get; }

    public int Port => new Uri(Server.Url).Port;

    /// <summary>Where its dependency proxy fetches images, when somebody starts a registry there.</summary>
    public string Upstream { get; }

    public ValueTask InitializeAsync() => Server.InitializeAsync();

    public ValueTask DisposeAsync() => Server.DisposeAsync();
}
