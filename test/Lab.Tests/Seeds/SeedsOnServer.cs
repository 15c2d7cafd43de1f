using System.Diagnostics;
using Xunit;

namespace Slipway.Lab.Tests.Seeds;

/// <summary>
/// The seed pipelines verbatim, by a push to a server, with a runner of its own for each as its document describes it, and the server's registry. Those that push no
/// image run here with <c>SLIPWAY_SEEDS=all</c> alone: in a local run they are the same.
/// </summary>
[Collection(nameof(LabEngine))]
public sealed class SeedsOnServer(LabEngine lab, SeedServer server) : IClassFixture<SeedServer>
{
    private static readonly string[] Dind = ["/certs/client", "/cache"];
    private static readonly string[] Cache = ["/cache"];

    /// <param name="Project">Its name on the server.</param>
    /// <param name="Status">The pipeline's, when nothing moves by itself any more.</param>
    /// <param name="Jobs">That have passed.</param>
    public sealed record Seed(string File, string Project, string Status, params string[] Jobs)
    {
        public string Branch { get; init; } = "main";
        public string Executor { get; init; } = "docker";
        public bool Privileged { get; init; } = true;
        public string[] Volumes { get; init; } = Dind;

        /// <summary>An image it has pushed, below the project's path, and what that prints.</summary>
        public (string Image, string Prints)[] Images { get; init; } = [];

        /// <summary>In a job's log.</summary>
        public string Says { get; init; } = "Job succeeded";

        public override string ToString() => File;
    }

    private static readonly Seed[] Pushing =
    [
        new("03-dind-tls.yml", "dind-tls", "success", "build-image") { Images = [(":latest", "built\n")] },
        new("04-kaniko.yml", "kaniko", "success", "build-image-kaniko")
        {
            Privileged = false,
            Volumes = Cache,
            Images = [(":latest", "built\n")],
        },
        new("05-realistic.yml", "realistic", "manual", "build", "test", "package") { Images = [(":latest", "slipway\n")] },
        new("07-build-push.yml", "build-push", "success", "build_image", "push_image")
        {
            Images = [(":main", "built\n"), (":latest", "built\n")],
        },
        new("10-layer-cache.yml", "layer-cache", "success", "build") { Images = [(":latest", "built\n")] },
        new("12-nested-image-path.yml", "project", "success", "build", "build-by-slug")
        {
            Images = [("/image:latest", "built\n"), (":main", "built\n")],
        },
        new("13-build-test-release-deploy.yml", "four-stages", "success", "build", "test1", "test2", "release-image", "deploy")
        {
            Branch = "master",
            Images = [(":latest", "built\n"), (":master", "built\n")],
            Says = "another test passed in the image",
        },
    ];

    private static readonly Seed[] Others =
    [
        new("01-minimal.yml", "minimal", "success", "build-app", "unit-tests") { Privileged = false, Volumes = Cache },
        new("06-dind-plain.yml", "dind-plain", "success", "build") { Says = "tests passed in the image" },
        new("08-shell-executor.yml", "shell", "success", "build_image") { Executor = "shell", Says = "tests passed in the image" },
        new("09-socket-binding.yml", "socket", "success", "build")
        {
            Privileged = false,
            Volumes = ["/var/run/docker.sock:/var/run/docker.sock", "/cache"],
            Says = "tests passed in the image",
        },
        new("11-mount-point.yml", "mount-point", "success", "build") { Volumes = ["/builds", "/cache"], Says = "built" },
    ];

    public static IEnumerable<TheoryDataRow<Seed>> Seeds =>
        (Environment.GetEnvironmentVariable("SLIPWAY_SEEDS") == "all" ? [.. Pushing, .. Others] : Pushing).Select(
            seed => new TheoryDataRow<Seed>(seed)
        );

    [Theory]
    [MemberData(nameof(Seeds), DisableDiscoveryEnumeration = true)]
    public async Task A_seed_pipeline_runs_by_a_push_and_its_images_can_be_pulled_and_run(Seed seed)
    {
        Assert.SkipWhen(lab.Missing is not null, lab.Missing ?? "");
        await server.StartAsync(lab);
        using var files = await FilesAsync(seed);
        if (seed.File.StartsWith("11-", StringComparison.Ordinal))
            await lab.PublishAsync("my-docker-image", files.Folder);
        var (project, token) = await server.ProjectAsync(seed.Project);
        using var runner = await RunnerAsync(seed, token);
        try
        {
            await server.PushAsync(files, seed.Project);
            Passed(seed, await server.EndAsync(project, seed.Branch), runner);
            if (seed.File.StartsWith("10-", StringComparison.Ordinal))
                await CachedAsync(seed, files, project, runner);
        }
        finally
        {
            await runner.StopAsync();
            if (seed.Executor == "shell" || seed.Volumes[0].Contains(".sock"))
                await lab.RemoveImageAsync("my-docker-image");
        }

        foreach (var (image, prints) in seed.Images)
            Assert.Equal(prints, await PullAndRunAsync($"{server.Host}/group/{seed.Project}{image}"));
        Assert.DoesNotContain(": 500, request", server.Said);
    }

    [Fact]
    public async Task The_deployment_waits_for_a_click_and_a_feature_branch_has_no_pipeline()
    {
        Assert.SkipWhen(lab.Missing is not null, lab.Missing ?? "");
        await server.StartAsync(lab);
        var seed = new Seed("02-workflow-rules.yml", "rules", "manual") { Privileged = false, Volumes = Cache };
        using var files = await FilesAsync(seed);
        var (project, token) = await server.ProjectAsync(seed.Project);
        using var runner = await RunnerAsync(seed, token);
        try
        {
            await server.PushAsync(files, seed.Project);
            var (status, jobs) = await server.EndAsync(project, "main");
            Assert.Equal(("manual", "manual"), (status, Assert.Single(jobs).Status));
            await server.PlayAsync(project, jobs[0].Id);
            var played = await server.JobEndAsync(project, jobs[0].Id);
            Assert.True(played.Status == "success", played.Log);
            Assert.Contains("deployed", played.Log);
            await files.GitAsync("checkout", "-q", "-b", "feature");
            await server.PushAsync(files, seed.Project);
            await files.GitAsync("checkout", "-q", "main");
            files.Write("more", "more\n");
            await CommitAsync(files);
            await server.PushAsync(files, seed.Project);
            // The later push's pipeline is there, so the earlier one's would be.
            while ((await server.EndAsync(project, "main")).Status != "manual")
                await Task.Delay(TimeSpan.FromMilliseconds(100));
            Assert.False(await server.HasPipelineAsync(project, "feature"));
        }
        finally
        {
            await runner.StopAsync();
        }
    }

    private async Task CachedAsync(Seed seed, TestProject files, long project, SeedRunner runner)
    {
        files.Write("more", "more\n");
        await CommitAsync(files);
        var before = (await server.EndAsync(project, seed.Branch)).Jobs[0].Id;
        await server.PushAsync(files, seed.Project);
        (string Status, IReadOnlyList<SeenJob> Jobs) again;
        do again = await server.EndAsync(project, seed.Branch);
        while (again.Jobs[0].Id == before);
        Passed(seed, again, runner);
        Assert.Contains("Downloaded newer image for", again.Jobs[0].Log);
    }

    private static void Passed(Seed seed, (string Status, IReadOnlyList<SeenJob> Jobs) end, SeedRunner runner)
    {
        var all = string.Join("\n", end.Jobs.Select(job => $"== {job.Name}: {job.Status}\n{job.Log}"));
        Assert.True(end.Status == seed.Status, $"{end.Status}\n{all}\n{runner.Said}");
        Assert.Equal(seed.Jobs.Order(), end.Jobs.Where(job => job.Status == "success").Select(job => job.Name).Order());
        Assert.Contains(seed.Says, all);
    }

    private async Task<string> PullAndRunAsync(string image)
    {
        await lab.DockerAsync(["login", "-u", "root", "--password-stdin", server.Host], server.Token);
        await lab.DockerAsync(["pull", "-q", image]);
        var output = await lab.DockerAsync(["run", "--rm", image]);
        await lab.DockerAsync(["rmi", "-f", image]);
        return output;
    }

    private static async Task<TestProject> FilesAsync(Seed seed)
    {
        var files =
            seed.File[..2] == "01" ? SeedProjects.Web()
            : seed.File[..2] == "05" ? SeedProjects.Python()
            : SeedProjects.ImageWithTests();
        files[".gitlab-ci.yml"] = await File.ReadAllTextAsync(Path.Combine(SharedFolder.Path!, "seed-pipelines", seed.File));
        return await TestProject.CreateAsync(seed.Project, seed.Branch, files);
    }

    private static async Task CommitAsync(TestProject files)
    {
        await files.GitAsync("add", "-A");
        await files.GitAsync("-c", "user.name=Seed", "-c", "user.email=seed@example.com", "commit", "-qm", "More");
    }

    private Task<SeedRunner> RunnerAsync(Seed seed, string token)
    {
        var folder = Directory.CreateTempSubdirectory("slipway-seed-runner-").FullName;
        var daemon = Path.Combine(folder, "daemon.json");
        File.WriteAllText(
            daemon,
            File.ReadAllText(lab.DaemonJson).Replace("\"insecure-registries\": [", $"\"insecure-registries\": [\"{server.Host}\", ")
        );
        string[] volumes = seed.Privileged ? [.. seed.Volumes, $"{daemon}:/etc/docker/daemon.json:ro"] : seed.Volumes;
        File.WriteAllText(
            Path.Combine(folder, "config.toml"),
            $"""
            concurrent = 2
            check_interval = 1
            [[runners]]
              name = "{seed.Project}"
              url = "http://{server.Host}/"
              token = "{token}"
              executor = "{seed.Executor}"
              environment = ["KANIKO_REGISTRY_MAP=index.docker.io={lab.Gateway}:5055"]
              [runners.docker]
                image = "docker:24.0.5-cli"
                privileged = {(seed.Privileged ? "true" : "false")}
                pull_policy = ["if-not-present"]
                volumes = [{string.Join(", ", volumes.Select(v => $"\"{v}\""))}]
            """
        );
        return SeedRunner.StartAsync(folder);
    }
}

/// <summary><c>slipway runner run</c> with one entry.</summary>
internal sealed class SeedRunner : IDisposable
{
    private readonly Process _process;
    private readonly string _folder;
    private readonly Task<string> _said;

    private SeedRunner(Process process, string folder) =>
        (_process, _folder, _said) = (process, folder, process.StandardError.ReadToEndAsync());

    public string Said => _said.IsCompletedSuccessfully ? _said.Result : "";

    public static Task<SeedRunner> StartAsync(string folder)
    {
        var start = new ProcessStartInfo(SlipwayProcess.Path, ["runner", "run", "--config", Path.Combine(folder, "config.toml")])
        {
            WorkingDirectory = folder,
            UseShellExecute = false,
            RedirectStandardError = true,
        };
        start.Environment["DOCKER_CONFIG"] = Path.Combine(folder, "docker-config");
        var process = Process.Start(start) ?? throw new InvalidOperationException("slipway did not start");
        return Task.FromResult(new SeedRunner(process, folder));
    }

    /// <summary>Lets it end what it has.</summary>
    public async Task StopAsync()
    {
        using var kill = Process.Start("kill", ["-TERM", $"{_process.Id}"]);
        await kill.WaitForExitAsync();
        using var limit = new CancellationTokenSource(TimeSpan.FromMinutes(1));
        await _process.WaitForExitAsync(limit.Token);
        await _said;
    }

    public void Dispose()
    {
        if (!_process.HasExited)
            _process.Kill(entireProcessTree: true);
        _process.Dispose();
        Directory.Delete(_folder, recursive: true);
    }
}
