using Xunit;

namespace Slipway.Lab.Tests.Clients;

/// <summary>
/// GitLab's own clients against our server, as people and programs use them: each a script beside this file, which checks what it sees and says PASS at its end.
/// </summary>
[Collection(nameof(LabEngine))]
public sealed class ClientTests(LabEngine lab, ClientServer server) : IClassFixture<ClientServer>
{
    private const string Clients = "lab/gitlab-clients";

    [Fact]
    public Task Glab() => PassesAsync(Clients, "sh /c/glab.sh");

    [Fact]
    public Task Python_gitlab() => PassesAsync(Clients, "python3 /c/python_gitlab.py");

    [Fact]
    public Task Gitbeaker() =>
        PassesAsync(
            "node:22-alpine",
            "mkdir /w && cp /c/gitbeaker/* /w && cd /w && npm ci --no-audit --no-fund --loglevel=error && node run.mjs"
        );

    /// <param name="script">For a shell in the image; <c>/c</c> is the folder of scripts.</param>
    private async Task PassesAsync(string image, string script)
    {
        Assert.SkipWhen(lab.Missing is not null, lab.Missing ?? "");
        Assert.SkipWhen(!await HasAsync(image), $"the engine has no image {image}");
        var done = await SlipwayProcess.RunAsync(
            "docker",
            "/",
            [
                "run",
                "--rm",
                "--network",
                "host",
                "-e",
                $"SERVER={server.Url}",
                "-e",
                $"TOKEN={server.Token}",
                "-e",
                "CONFIG=/c/project.gitlab-ci.yml",
                "-v",
                $"{Path.Combine(AppContext.BaseDirectory, "Clients")}:/c:ro",
                image,
                "sh",
                "-c",
                script,
            ]
        );
        Assert.True(done.ExitCode == 0, $"{done.All}\n\nThe server said:\n{server.Said}");
        Assert.Matches(@"\bPASS [0-9]{2,} checks\s*$", done.Output);
        Assert.DoesNotContain(": 500, request", server.Said);
    }

    private static async Task<bool> HasAsync(string image) =>
        (await SlipwayProcess.RunAsync("docker", "/", ["image", "inspect", image])).ExitCode == 0;
}
