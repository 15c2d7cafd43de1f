using System.Net;
using System.Net.NetworkInformation;
using System.Net.Sockets;
using Xunit;

namespace Slipway.Lab.Tests;

/// <summary>
/// The machine's Docker engine with the lab's images, and a registry of our own with a login, for as long as the tests run. Where any of it
/// is missing the tests skip and say what is missing.
/// </summary>
public sealed class LabEngine : IAsyncLifetime
{
    public const string User = "ci";
    public const string Password = "lab-secret-1";

    /// <summary>bcrypt of <see cref="Password"/>, as docker-registry's htpasswd file wants it.</summary>
    internal const string Htpasswd = "ci:$2y$05$abcdefghijklmnopqrstuu3jaEmwLif.GbeUPm8bbsapdNp8vA6dW\n";

    private System.Diagnostics.Process? _registry;
    private System.Diagnostics.Process? _openRegistry;

    /// <summary>Why nothing can run here; <see langword="null"/> when all is there.</summary>
    public string? Missing { get; private set; }

    public string Folder { get; } = Directory.CreateTempSubdirectory("slipway-lab-").FullName;

    /// <summary>The address that this machine, its containers and the containers inside those all reach: the bridge's own.</summary>
    public string Gateway { get; private set; } = "";

    public string Registry => $"{Gateway}:{RegistryPort}";
    private int RegistryPort { get; set; }
    private int OpenPort { get; set; }

    /// <summary>A <c>daemon.json</c> for engines in containers: our registries without TLS, the lab's mirror for Docker Hub's names.</summary>
    public string DaemonJson => Path.Combine(Folder, "daemon.json");

    public async ValueTask InitializeAsync()
    {
        Missing = await FindMissingAsync();
        if (Missing is not null)
            return;
        Gateway = BridgeAddress();
        (RegistryPort, OpenPort) = (FreePort(), FreePort());
        await File.WriteAllTextAsync(Path.Combine(Folder, "htpasswd"), Htpasswd);
        _registry = StartRegistry("locked", RegistryPort, $"auth: {{ htpasswd: {{ realm: lab, path: {Folder}/htpasswd }} }}");
        _openRegistry = StartRegistry("open", OpenPort, "");
        await AnswersAsync(RegistryPort);
        await AnswersAsync(OpenPort);
        await File.WriteAllTextAsync(
            DaemonJson,
            $$"""
            { "registry-mirrors": ["http://{{Gateway}}:{{OpenPort}}", "http://{{Gateway}}:5055"],
              "insecure-registries": ["{{Registry}}", "{{Gateway}}:{{OpenPort}}", "{{Gateway}}:5055"] }
            """
        );
    }

    /// <summary>Makes an image known to engines in containers by a Docker Hub name.</summary>
    public async Task PublishAsync(string name, string dockerfileFolder)
    {
        var tag = $"127.0.0.1:{OpenPort}/library/{name}:latest";
        await DockerAsync(["build", "-q", "-t", tag, dockerfileFolder]);
        await DockerAsync(["push", "-q", tag]);
        await DockerAsync(["rmi", "-f", tag]);
    }

    /// <summary>Puts <c>busybox</c> into a folder: a shell that needs no other file, for images made from nothing.</summary>
    public async Task PutBusyboxAsync(string folder)
    {
        var container = (await DockerAsync(["create", "busybox"])).Trim();
        await DockerAsync(["cp", container + ":/bin/busybox", folder]);
        await DockerAsync(["rm", container]);
    }

    /// <summary>Pulls an image that a pipeline pushed and runs it.</summary>
    public async Task<string> PullAndRunAsync(string image, params string[] command)
    {
        await DockerAsync(["login", "-u", User, "--password-stdin", Registry], Password);
        await DockerAsync(["pull", "-q", image]);
        var output = await DockerAsync(["run", "--rm", image, .. command]);
        await DockerAsync(["rmi", "-f", image]);
        return output;
    }

    internal async Task<string> DockerAsync(IReadOnlyList<string> arguments, string input = "")
    {
        var environment = new Dictionary<string, string>
        {
            ["DOCKER_CONFIG"] = Path.Combine(Folder, "docker-config"),
            ["DOCKER_BUILDKIT"] = "0",
        };
        var done = await SlipwayProcess.RunAsync("docker", Folder, arguments, environment, input);
        return done.ExitCode == 0 ? done.Output : throw new InvalidOperationException($"docker {string.Join(' ', arguments)}: {done.All}");
    }

    /// <summary>Takes away what a pipeline left in the machine's own engine: its image, and the containers it ran from it.</summary>
    public async Task RemoveImageAsync(string name)
    {
        var containers = await DockerAsync(["ps", "-aq", "--filter", $"ancestor={name}"]);
        if (containers.Split('\n', StringSplitOptions.RemoveEmptyEntries) is { Length: > 0 } ids)
            await DockerAsync(["rm", "-fv", .. ids]);
        await DockerAsync(["rmi", "-f", name]);
    }

    public ValueTask DisposeAsync()
    {
        foreach (var process in new[] { _registry, _openRegistry })
        {
            process?.Kill();
            process?.Dispose();
        }
        Directory.Delete(Folder, recursive: true);
        return ValueTask.CompletedTask;
    }

    private static async Task<string?> FindMissingAsync()
    {
        if (SharedFolder.Path is null)
            return "the folder with the seed pipelines is not here (SLIPWAY_SHARED)";
        if (!OperatingSystem.IsLinux())
            return "the lab runs on Linux";
        foreach (var program in new[] { "docker", "docker-registry" })
            if (!(Environment.GetEnvironmentVariable("PATH") ?? "").Split(':').Any(d => File.Exists(Path.Combine(d, program))))
                return $"{program} is not installed";
        var images = await SlipwayProcess.RunAsync(
            "docker",
            "/",
            ["image", "inspect", "docker:27-dind", "node:22-alpine", "python:3.12-slim"]
        );
        return images.ExitCode == 0 ? null : "no Docker engine answers, or it lacks the images the pipelines name";
    }

    private System.Diagnostics.Process StartRegistry(string name, int port, string auth)
    {
        var config = Path.Combine(Folder, name + ".yml");
        File.WriteAllText(
            config,
            $$"""
            version: 0.1
            log: { level: error, accesslog: { disabled: true } }
            storage: { filesystem: { rootdirectory: {{Folder}}/{{name}} }, delete: { enabled: true } }
            {{auth}}
            http: { addr: "0.0.0.0:{{port}}" }
            """
        );
        var start = new System.Diagnostics.ProcessStartInfo("sh", ["-c", "exec docker-registry serve \"$0\" >\"$0.log\" 2>&1", config]);
        return System.Diagnostics.Process.Start(start) ?? throw new InvalidOperationException("docker-registry did not start");
    }

    private static async Task AnswersAsync(int port)
    {
        using var http = new HttpClient();
        for (var tries = 0; ; tries++)
        {
            try
            {
                await http.GetAsync(new Uri($"http://127.0.0.1:{port}/v2/"));
                return;
            }
            catch (HttpRequestException) when (tries < 100)
            {
                await Task.Delay(50);
            }
        }
    }

    private static string BridgeAddress() =>
        NetworkInterface
            .GetAllNetworkInterfaces()
            .Where(i => i.Name is "docker0" or "lab0")
            .SelectMany(i => i.GetIPProperties().UnicastAddresses)
            .Select(a => a.Address)
            .First(a => a.AddressFamily == AddressFamily.InterNetwork)
            .ToString();

    internal static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Any, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
