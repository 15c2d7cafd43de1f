using System.Net.Http.Json;
using Xunit;

namespace Slipway.Lab.Tests.Clients;

/// <summary>The clients that people push and pull with, against our server, each as they come.</summary>
[Collection(nameof(LabEngine))]
public sealed class RegistryTests(LabEngine lab, ClientServer server) : IClassFixture<ClientServer>
{
    private string Host => new Uri(server.Url).Authority;

    [Fact]
    public async Task Docker_logs_in_pushes_pulls_and_is_refused()
    {
        Assert.SkipWhen(lab.Missing is not null, lab.Missing ?? "");
        var image = $"{Host}/{await ProjectAsync("docker")}/web:1.0";
        Assert.Contains(
            "unauthorized",
            (await FailedAsync("login", "-u", "root", "--password-stdin", Host)).All,
            StringComparison.OrdinalIgnoreCase
        );
        await lab.DockerAsync(["login", "-u", "root", "--password-stdin", Host], server.Token);
        await lab.DockerAsync(["tag", "python:3.12-slim", image]);
        var pushed = await lab.DockerAsync(["push", image]);
        Assert.Contains("digest: sha256:", pushed);
        Assert.Contains("Layer already exists", await lab.DockerAsync(["push", image]));
        // Its layers are taken over from the other repository, not sent again.
        var other = $"{Host}/{await ProjectAsync("other")}:1.0";
        await lab.DockerAsync(["tag", image, other]);
        Assert.Contains("Mounted from", await lab.DockerAsync(["push", other]));
        await lab.DockerAsync(["rmi", "-f", image, other]);
        await lab.DockerAsync(["pull", "-q", image]);
        Assert.Equal("42\n", await lab.DockerAsync(["run", "--rm", image, "python3", "-c", "print(6 * 7)"]));
        await lab.DockerAsync(["rmi", "-f", image]);

        Assert.Contains("denied", (await FailedAsync("pull", $"{Host}/root/none:1.0")).All);
        await lab.DockerAsync(["logout", Host]);
        Assert.Contains("denied", (await FailedAsync("pull", image)).All);
        Assert.DoesNotContain(": 500, request", server.Said);
    }

    [Fact]
    public async Task Skopeo_copies_lists_and_deletes()
    {
        var version = await TryAsync("skopeo", "--version");
        Assert.SkipWhen(version is null, "skopeo is not installed");
        Assert.SkipWhen(lab.Missing is not null, lab.Missing ?? "");
        var (image, folder) = ($"docker://{Host}/{await ProjectAsync("skopeo")}", Path.Combine(lab.Folder, "skopeo"));
        var archive = Path.Combine(lab.Folder, "image.tar");
        await lab.DockerAsync(["save", "-o", archive, "python:3.12-slim"]);
        string[] login = ["--dest-tls-verify=false", "--dest-creds", $"root:{server.Token}"];
        string[] read = ["--tls-verify=false", "--creds", $"root:{server.Token}"];

        await SkopeoAsync(["copy", .. login, $"docker-archive:{archive}", $"{image}:1.0"]);
        await SkopeoAsync(["copy", .. login, "--format", "oci", $"docker-archive:{archive}", $"{image}:oci"]);
        await SkopeoAsync(["copy", "--src-tls-verify=false", "--src-creds", $"root:{server.Token}", $"{image}:oci", $"dir:{folder}"]);
        Assert.Contains("\"1.0\",\n        \"oci\"", await SkopeoAsync(["list-tags", .. read, image]));
        await SkopeoAsync(["delete", .. read, $"{image}:oci"]);
        Assert.DoesNotContain("oci", await SkopeoAsync(["list-tags", .. read, image]));
        Assert.Contains("\"Architecture\"", await SkopeoAsync(["inspect", .. read, $"{image}:1.0"]));
        var wrong = await SlipwayProcess.RunAsync(
            "skopeo",
            lab.Folder,
            ["inspect", "--tls-verify=false", "--creds", "root:no", $"{image}:1.0"]
        );
        Assert.NotEqual(0, wrong.ExitCode);
        Assert.DoesNotContain(": 500, request", server.Said);
    }

    /// <returns>Its path.</returns>
    private async Task<string> ProjectAsync(string name)
    {
        using var http = new HttpClient();
        http.DefaultRequestHeaders.Add("PRIVATE-TOKEN", server.Token);
        using var made = await http.PostAsJsonAsync(new Uri($"{server.Url.TrimEnd('/')}/api/v4/projects"), new { name });
        Assert.True(made.IsSuccessStatusCode, await made.Content.ReadAsStringAsync());
        return $"root/{name}";
    }

    private async Task<Finished> FailedAsync(params string[] arguments)
    {
        var environment = new Dictionary<string, string> { ["DOCKER_CONFIG"] = Path.Combine(lab.Folder, "docker-config") };
        var done = await SlipwayProcess.RunAsync("docker", lab.Folder, arguments, environment, "wrong");
        Assert.NotEqual(0, done.ExitCode);
        return done;
    }

    private async Task<string> SkopeoAsync(IReadOnlyList<string> arguments)
    {
        var done = await SlipwayProcess.RunAsync("skopeo", lab.Folder, arguments);
        return done.ExitCode == 0 ? done.Output : throw new InvalidOperationException($"skopeo {string.Join(' ', arguments)}: {done.All}");
    }

    private static async Task<Finished?> TryAsync(string program, string argument)
    {
        try
        {
            return await SlipwayProcess.RunAsync(program, "/", [argument]);
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return null;
        }
    }
}
