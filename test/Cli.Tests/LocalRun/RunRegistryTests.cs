using Slipway.Cli.LocalRun;
using Slipway.Cli.Project;
using Slipway.Cli.Tests.Support;
using Slipway.Compiler;
using Slipway.Runner.Config;
using Xunit;

namespace Slipway.Cli.Tests.LocalRun;

/// <summary>The registry of a run's own, for jobs in the shell.</summary>
public sealed class RunRegistryTests
{
    [Fact]
    public void A_job_that_uses_the_registry_finds_one_and_another_job_is_told_nothing_of_it()
    {
        using var repository = Repository(
            """
            stages: [one, two]
            push:
              stage: one
              variables: {IMAGE: "$CI_REGISTRY_IMAGE:$CI_COMMIT_REF_SLUG"}
              script:
                - exec 3<>/dev/tcp/127.0.0.1/${CI_REGISTRY##*:}; printf 'GET /v2/ HTTP/1.0\r\n\r\n' >&3; head -1 <&3
                - echo "registry=$CI_REGISTRY image=$IMAGE user=$CI_REGISTRY_USER same=$([ "$CI_REGISTRY_PASSWORD" = "$CI_JOB_TOKEN" ] && echo yes)"
                - echo "SEEN=$IMAGE" > seen.env
              artifacts: {reports: {dotenv: seen.env}}
            only if there is one:
              stage: two
              rules: [if: $CI_REGISTRY_IMAGE =~ /local.slipway-cli/]
              dependencies: []
              script: ['env | grep -c ^CI_REGI || true']
            told by an earlier job:
              stage: two
              script: ['echo "$SEEN in $(env | grep -c ^CI_REGI)"']
            """
        );
        var (exit, output, error) = Run(repository);
        Assert.True(exit == 0, output + error);
        Assert.Contains("[push] HTTP/1.1 401 Unauthorized", output);
        Assert.Matches(
            @"\[push\] registry=(127\.0\.0\.1:\d+) image=\1/local/slipway-cli-[a-z0-9]+:main user=gitlab-ci-token same=yes",
            output
        );
        Assert.Contains("[only if there is one] 0\n", output);
        Assert.Matches(@"\[told by an earlier job\] 127\.0\.0\.1:\d+/local/slipway-cli-[a-z0-9]+:main in 4\n", output);
        Assert.False(Directory.Exists(Path.Combine(repository.Path, ".slipway", "runs", "1", "registry")));
    }

    [Theory]
    [InlineData("", "--variable", "CI_REGISTRY=registry.example.com")]
    [InlineData("variables: {CI_REGISTRY: registry.example.com}\n")]
    public void A_registry_that_is_given_is_the_one(string variables, params string[] options)
    {
        using var repository = Repository(
            variables + "push:\n  script: ['echo \"[$CI_REGISTRY][$CI_REGISTRY_IMAGE][$CI_REGISTRY_USER]\"']\n"
        );
        var (exit, output, error) = Run(repository, options);
        Assert.True(exit == 0, output + error);
        Assert.Contains("[push] [registry.example.com][][]\n", output);
        Assert.DoesNotContain("registry of this run's own", error + output);
    }

    // https://docs.gitlab.com/user/packages/dependency_proxy/#authenticate-within-cicd
    [Fact]
    public void Images_of_the_dependency_proxy_come_from_Docker_Hub_and_who_logs_in_there_is_let_in()
    {
        using var repository = Repository(
            """
            pull:
              script: ['env | grep ^CI_DEPENDENCY_PROXY | sort']
            login:
              script:
                - exec 3<>/dev/tcp/127.0.0.1/${CI_DEPENDENCY_PROXY_SERVER##*:}
                - word=$(printf '%s' "$CI_DEPENDENCY_PROXY_USER:$CI_DEPENDENCY_PROXY_PASSWORD" | base64 -w0)
                - printf 'GET /v2/ HTTP/1.0\r\nAuthorization:Basic %s\r\n\r\n' "$word" >&3; head -1 <&3
            """
        );
        var (exit, output, error) = Run(repository);
        Assert.True(exit == 0, output + error);
        Assert.Contains(
            "[pull] CI_DEPENDENCY_PROXY_DIRECT_GROUP_IMAGE_PREFIX=docker.io\n[pull] CI_DEPENDENCY_PROXY_GROUP_IMAGE_PREFIX=docker.io\n",
            string.Concat(output.Split('\n').Where(line => line.StartsWith("[pull] CI_")).Select(line => line + "\n"))
        );
        Assert.DoesNotContain("[pull] CI_DEPENDENCY_PROXY_SERVER", output);
        Assert.Contains("[login] HTTP/1.1 200 OK", output);
    }

    [Fact]
    public void A_job_that_only_names_images_of_the_dependency_proxy_starts_no_registry()
    {
        using var repository = Repository("pull:\n  script: ['echo \"[$CI_DEPENDENCY_PROXY_GROUP_IMAGE_PREFIX/alpine]\"']\n");
        var (exit, output, error) = Run(repository);
        Assert.True(exit == 0, output + error);
        Assert.Contains("[pull] [docker.io/alpine]\n", output);
        Assert.DoesNotContain("registry of this run's own", error + output);
    }

    [Fact]
    public void A_dependency_proxy_that_is_given_is_the_one()
    {
        using var repository = Repository(
            "pull:\n  script: ['echo \"[$CI_DEPENDENCY_PROXY_SERVER][$CI_DEPENDENCY_PROXY_USER][$CI_DEPENDENCY_PROXY_GROUP_IMAGE_PREFIX]\"']\n"
        );
        var (exit, output, error) = Run(
            repository,
            "--variable",
            "CI_DEPENDENCY_PROXY_SERVER=ci.example.com:443",
            "--variable",
            "CI_DEPENDENCY_PROXY_GROUP_IMAGE_PREFIX=ci.example.com:443/team/dependency_proxy/containers"
        );
        Assert.True(exit == 0, output + error);
        Assert.Contains("[pull] [ci.example.com:443][][ci.example.com:443/team/dependency_proxy/containers]\n", output);
        Assert.DoesNotContain("registry of this run's own", error + output);
    }

    [Fact]
    public void Images_that_are_kept_are_one_run_s_at_a_time()
    {
        using var repository = Repository("push:\n  script: ['echo \"$CI_REGISTRY\"']\n");
        var (exit, output, error) = Run(repository, "--keep-registry");
        Assert.True(exit == 0, output + error);
        var kept = Path.Combine(repository.Path, ".slipway", "registry");
        Assert.True(Directory.Exists(Path.Combine(kept, "blobs")));
        using (new FileStream(Path.Combine(kept, "lock"), FileMode.Open, FileAccess.ReadWrite, FileShare.None))
            (exit, output, error) = Run(repository, "--keep-registry");
        Assert.Equal(1, exit);
        Assert.Contains($"another run with --keep-registry uses {kept}", output);
        Assert.Equal(0, Run(repository, "--keep-registry").Exit);
    }

    [Fact]
    public void Docker_s_own_engine_as_a_service_is_privileged_and_nothing_else_is()
    {
        foreach (
            var name in (string[])
                [
                    "docker:27-dind",
                    "docker:dind",
                    "docker:${VERSION}-dind",
                    "docker.io/library/docker:dind-rootless",
                    "${CI_DEPENDENCY_PROXY_GROUP_IMAGE_PREFIX}/docker:27-dind",
                    "$CI_DEPENDENCY_PROXY_DIRECT_GROUP_IMAGE_PREFIX/docker:dind",
                ]
        )
        {
            var docker = SettingsWith(name);
            Assert.Equal((false, (bool?)true), (docker.Privileged, docker.ServicesPrivileged));
            Assert.NotEmpty(docker.AllowedPrivilegedServices);
            Assert.Contains("/certs/client", docker.Volumes);
        }

        foreach (var name in (string[])["alpine", "docker:27-cli", "evil/docker:dind", "registry.example.com/docker:dind"])
        {
            var docker = SettingsWith(name);
            Assert.Equal((false, (bool?)null), (docker.Privileged, docker.ServicesPrivileged));
            Assert.Equal(["/cache"], docker.Volumes);
        }
    }

    private static DockerConfig SettingsWith(string service)
    {
        using var repository = Repository($"job: {{image: alpine, services: [\"{service}\"], script: ['true']}}\n");
        using var surroundings = new FakeSurroundings(repository.Path);
        var project = ProjectReader.Read(new ProjectOptions { Directory = repository.Path }, surroundings.Value);
        var compiled = PipelineCompiler.Compile(project.Config, project.Tree, project.Context, CancellationToken.None);
        return new RunnerSettings(null).For(ExecutorChoice.Auto, compiled.Pipeline!.Jobs[0]).Docker;
    }

    private static TemporaryFolder Repository(string configuration) => TemporaryFolder.Repository((".gitlab-ci.yml", configuration));

    private static (int Exit, string Out, string Error) Run(TemporaryFolder repository, params string[] options) =>
        FakeSurroundings.Run(repository.Path, ["run", "--executor", "shell", .. options]);
}
