using Xunit;

namespace Slipway.Lab.Tests.Seeds;

/// <summary>The pipelines of the documents Slipway is measured by, verbatim, on a real engine, each on a project that supplies what it names.</summary>
[Collection(nameof(LabEngine))]
public sealed class SeedPipelines(LabEngine lab)
{
    [Fact]
    public async Task The_minimal_pipeline_builds_and_tests_a_node_package()
    {
        using var project = await SeedAsync("01-minimal.yml", SeedProjects.Web());
        Green(await RunAsync(project, Plain), "build-app", "unit-tests");
    }

    [Fact]
    public async Task The_rules_pipeline_is_absent_from_a_feature_branch_and_waits_for_a_click_on_the_default_branch()
    {
        using var project = await SeedAsync("02-workflow-rules.yml", SeedProjects.ImageWithTests());
        await project.GitAsync("checkout", "-q", "-b", "feature");
        var feature = await RunAsync(project, Plain);
        Assert.Contains("Pipeline filtered out by workflow rules.", feature.All);

        await project.GitAsync("checkout", "-q", "main");
        var waiting = await RunAsync(project, Plain, "--json");
        Assert.Contains("\"status\":\"manual\"", waiting.Output);
        Assert.DoesNotContain("deployed", waiting.Output);

        var played = await RunAsync(project, Plain, "--manual", "deploy-prod");
        Assert.Contains("deployed", played.Output);
        Green(played, "deploy-prod");
    }

    [Fact]
    public async Task Docker_in_docker_over_tls_pushes_an_image_that_runs()
    {
        using var project = await SeedAsync("03-dind-tls.yml", SeedProjects.ImageWithTests());
        Green(await RunAsync(project, Privileged("/certs/client", "/cache"), Keep), "build-image");
        await RunsAsync(project, "$CI_REGISTRY_IMAGE:latest", "cat /built", "built");
        await RunsAsync(project, "$CI_REGISTRY_IMAGE:$CI_COMMIT_SHA", "cat /built", "built");
    }

    [Fact]
    public async Task A_registry_that_is_given_as_variables_is_pushed_to()
    {
        using var project = await SeedAsync("03-dind-tls.yml", SeedProjects.ImageWithTests());
        Green(await RunAsync(project, Privileged("/certs/client", "/cache"), Registry), "build-image");
        Assert.Equal("built\n", await lab.PullAndRunAsync($"{Image}:latest"));
    }

    [Fact]
    public async Task With_nothing_set_up_an_engine_beside_a_job_pushes_what_the_next_job_runs_in()
    {
        using var project = await SeedAsync("03-dind-tls.yml", SeedProjects.ImageWithTests());
        await lab.PutBusyboxAsync(project.Folder);
        project.Write("Dockerfile", "FROM scratch\nCOPY busybox /bin/sh\nCOPY busybox /bin/cat\nCOPY Dockerfile /built\n");
        var environment = new Dictionary<string, string>(Environment)
        {
            ["HOME"] = Path.Combine(lab.Folder, "home"),
            ["XDG_CONFIG_HOME"] = Path.Combine(lab.Folder, "home"),
        };
        Green(await SlipwayProcess.RunAsync(project.Folder, ["run", "--keep-registry"], environment), "build-image");
        project.Write("check.yml", "check:\n  image: $CI_REGISTRY_IMAGE:latest\n  script: [cat /built]\n");
        var check = await SlipwayProcess.RunAsync(project.Folder, ["run", "--file", "check.yml", "--keep-registry"], environment);
        Green(check, "check");
        Assert.Contains("FROM scratch", check.Output);
        Assert.DoesNotContain("/local/app", await lab.DockerAsync(["images"]));
    }

    [Fact]
    public async Task Kaniko_pushes_an_image_that_runs_without_privileges()
    {
        using var project = await SeedAsync("04-kaniko.yml", SeedProjects.ImageWithTests());
        var map = $"""
            environment = ["KANIKO_REGISTRY_MAP=index.docker.io={lab.Gateway}:5055"]
            """;
        Green(await RunAsync(project, Docker(map, privileged: false, "/cache"), Keep), "build-image-kaniko");
        await RunsAsync(project, "$CI_REGISTRY_IMAGE:latest", "cat /built", "built");
    }

    [Fact]
    public async Task The_realistic_pipeline_builds_tests_and_packages_and_waits_before_it_deploys()
    {
        using var project = await SeedAsync("05-realistic.yml", SeedProjects.Python());
        var run = await RunAsync(project, Privileged("/certs/client", "/cache"), Keep);
        Green(run, "build", "test", "package");
        Assert.Contains("deploy-prod", run.All);
        await RunsAsync(project, "$CI_REGISTRY_IMAGE:latest", "cd /app; python -c \"import app; print(app.index())\"", "slipway");
    }

    [Fact]
    public async Task Docker_in_docker_without_tls_builds_and_runs_an_image()
    {
        using var project = await SeedAsync("06-dind-plain.yml", SeedProjects.ImageWithTests());
        var run = await RunAsync(project, Privileged("/certs/client", "/cache"));
        Green(run, "build");
        Assert.Contains("tests passed in the image", run.Output);
    }

    [Fact]
    public async Task Two_stages_push_and_retag_by_branch_slug()
    {
        using var project = await SeedAsync("07-build-push.yml", SeedProjects.ImageWithTests());
        Green(await RunAsync(project, Privileged("/certs/client", "/cache"), Keep), "build_image", "push_image");
        await RunsAsync(project, "$CI_REGISTRY_IMAGE:main", "cat /built", "built");
        await RunsAsync(project, "$CI_REGISTRY_IMAGE:latest", "cat /built", "built");
    }

    [Fact]
    public async Task The_shell_executor_uses_the_engine_of_this_machine()
    {
        using var project = await SeedAsync("08-shell-executor.yml", SeedProjects.ImageWithTests());
        var config = Config(
            project,
            """
            [[runners]]
              name = "My Runner"
              executor = "shell"
            """
        );
        var run = await SlipwayProcess.RunAsync(project.Folder, ["run", "--executor", "shell", "--config", config], Environment);
        Green(run, "build_image");
        Assert.Contains("tests passed in the image", run.Output);
        await lab.RemoveImageAsync("my-docker-image");
    }

    [Fact]
    public async Task Socket_binding_uses_the_engine_of_the_runner()
    {
        using var project = await SeedAsync("09-socket-binding.yml", SeedProjects.ImageWithTests());
        var run = await RunAsync(project, Docker("", privileged: false, "/var/run/docker.sock:/var/run/docker.sock", "/cache"));
        Green(run, "build");
        Assert.Contains("tests passed in the image", run.Output);
        await lab.RemoveImageAsync("my-docker-image");
    }

    [Fact]
    public async Task Layers_are_cached_from_the_image_pushed_before()
    {
        using var project = await SeedAsync("10-layer-cache.yml", SeedProjects.ImageWithTests());
        Green(await RunAsync(project, Privileged("/certs/client", "/cache"), Keep), "build");
        await RunsAsync(project, "$CI_REGISTRY_IMAGE:latest", "cat /built", "built");
        var again = await RunAsync(project, Privileged("/certs/client", "/cache"), Keep);
        Green(again, "build");
        Assert.Contains("Downloaded newer image for", again.Output);
    }

    [Fact]
    public async Task A_folder_of_the_build_is_mounted_into_a_container_of_the_job()
    {
        using var project = await SeedAsync("11-mount-point.yml", SeedProjects.ImageWithTests());
        await lab.PublishAsync("my-docker-image", project.Folder);
        var run = await RunAsync(project, Privileged("/builds", "/cache"));
        Green(run, "build");
        Assert.Contains("built", run.Output);
    }

    [Fact]
    public async Task Images_below_the_projects_path_are_pushed()
    {
        using var project = await SeedAsync("12-nested-image-path.yml", SeedProjects.ImageWithTests());
        Green(await RunAsync(project, Privileged("/certs/client", "/cache"), Keep), "build", "build-by-slug");
        await RunsAsync(project, "$CI_REGISTRY/group/project/image:latest", "cat /built", "built");
        await RunsAsync(project, "$CI_REGISTRY_IMAGE:main", "cat /built", "built");
    }

    [Fact]
    public async Task Four_stages_release_and_deploy_from_master_only()
    {
        using var project = await SeedAsync("13-build-test-release-deploy.yml", SeedProjects.ImageWithTests(), "master");
        var run = await RunAsync(project, Privileged("/certs/client", "/cache"), Keep);
        Green(run, "build", "test1", "test2", "release-image", "deploy");
        Assert.Contains("another test passed in the image", run.Output);
        Assert.Contains("deployed", run.Output);
        await RunsAsync(project, "$CI_REGISTRY_IMAGE:latest", "cat /built", "built");

        await project.GitAsync("checkout", "-q", "-b", "feature");
        var list = await SlipwayProcess.RunAsync(project.Folder, ["list", "--json"]);
        Assert.DoesNotContain("\"name\":\"release-image\",\"stage\"", list.Output);
    }

    /// <summary>No registry is given: the run has its own, and keeps what it was sent.</summary>
    private static string[] Keep => ["--keep-registry"];

    private string Image => $"{lab.Registry}/seed/app";

    private static Func<TestProject, string[]> Plain => _ => [];

    private string[] Registry =>
        [
            "--variable",
            $"CI_REGISTRY={lab.Registry}",
            "--variable",
            $"CI_REGISTRY_IMAGE={Image}",
            "--variable",
            $"CI_REGISTRY_USER={LabEngine.User}",
            "--variable",
            $"CI_REGISTRY_PASSWORD={LabEngine.Password}",
        ];

    private Dictionary<string, string> Environment =>
        new(StringComparer.Ordinal) { ["DOCKER_CONFIG"] = Path.Combine(lab.Folder, "empty-config"), ["NO_COLOR"] = "1" };

    private async Task<TestProject> SeedAsync(string pipeline, Dictionary<string, string> files, string branch = "main")
    {
        Assert.SkipWhen(lab.Missing is not null, lab.Missing ?? "");
        files[".gitlab-ci.yml"] = await File.ReadAllTextAsync(Path.Combine(SharedFolder.Path!, "seed-pipelines", pipeline));
        return await TestProject.CreateAsync("app", branch, files);
    }

    private Func<TestProject, string[]> Privileged(params string[] volumes) =>
        Docker("", privileged: true, [.. volumes, $"{lab.DaemonJson}:/etc/docker/daemon.json:ro"]);

    private static Func<TestProject, string[]> Docker(string runnerLine, bool privileged, params string[] volumes) =>
        project =>
            [
                "--executor",
                "docker",
                "--config",
                Config(
                    project,
                    $"""
                    [[runners]]
                      name = "seed"
                      executor = "docker"
                      {runnerLine}
                      [runners.docker]
                        image = "docker:24.0.5-cli"
                        privileged = {(privileged ? "true" : "false")}
                        pull_policy = ["if-not-present"]
                        volumes = [{string.Join(", ", volumes.Select(v => $"\"{v}\""))}]
                    """
                ),
            ];

    private static string Config(TestProject project, string toml)
    {
        var path = Path.Combine(Path.GetDirectoryName(project.Folder)!, "config.toml");
        File.WriteAllText(path, toml);
        return path;
    }

    private Task<Finished> RunAsync(TestProject project, Func<TestProject, string[]> runner, params string[] more) =>
        SlipwayProcess.RunAsync(project.Folder, ["run", .. runner(project), .. more], Environment);

    /// <summary>The next run has a job in an image that one before has pushed.</summary>
    private async Task RunsAsync(TestProject project, string image, string script, string expected)
    {
        project.Write("check.yml", $"check:\n  image: {image}\n  script:\n    - |\n      {script}\n");
        var run = await RunAsync(project, Docker("", privileged: false, "/cache"), ["--file", "check.yml", .. Keep]);
        Green(run, "check");
        Assert.Contains($"[check] {expected}\n", run.Output);
    }

    private static void Green(Finished run, params string[] jobs)
    {
        Assert.True(run.ExitCode == 0, run.All);
        foreach (var job in jobs)
            Assert.Contains(job, run.All);
        Assert.DoesNotContain("Job failed", run.All);
    }
}
