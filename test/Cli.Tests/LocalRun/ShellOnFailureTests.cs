using Slipway.Cli.Tests.Support;
using Xunit;

namespace Slipway.Cli.Tests.LocalRun;

public sealed class ShellOnFailureTests
{
    [Fact]
    public void A_shell_opens_where_the_job_failed_with_its_variables()
    {
        using var repository = TemporaryFolder.Repository(
            (".gitlab-ci.yml", "bad:\n  variables: {GREETING: hello from yaml}\n  script: [echo x > made, exit 3]\n")
        );
        // script(1) gives the program a terminal of its own.
        var command =
            $"printf 'echo \"<$GREETING>\" $(ls made) ; pwd; exit\\n' | script -qec \"{SlipwayProcess.Executable} run --executor shell --shell-on-failure --cwd {repository.Path}\" /dev/null";
        var (exit, output) = SlipwayProcess.Shell("bash", "-c", "export TERM=xterm; unset CI; " + command);
        Assert.True(exit == 1, output);
        Assert.Contains("failed with exit code 3. This shell is where it ran", output);
        Assert.Contains("<hello from yaml> made", output);
        Assert.Contains("/.slipway/runs/1/builds/", output);
        Assert.Empty(Directory.GetFileSystemEntries(Path.Combine(repository.Path, ".slipway", "runs", "1", "builds")));
    }

    [Fact]
    public void In_a_container_it_reaches_the_services_and_leaves_nothing_behind()
    {
        Assert.SkipUnless(
            SlipwayProcess.Shell("sh", "-c", "docker image inspect busybox").Exit == 0,
            "no docker command, or no image busybox"
        );
        using var repository = TemporaryFolder.Repository(
            (
                ".gitlab-ci.yml",
                """
                bad:
                  image: busybox
                  services:
                    - {name: busybox, alias: neighbour, command: [nc, -ll, -p, "7000", -e, echo, from the service], variables: {HEALTHCHECK_TCP_PORT: "7000"}}
                  script: [echo x > made, exit 3]

                """
            )
        );
        var command =
            $"printf 'echo \"<$(nc neighbour 7000 </dev/null)>\" $(ls made) $CI_JOB_STATUS; exit\\n' | script -qec \"{SlipwayProcess.Executable} run --executor docker --shell-on-failure --cwd {repository.Path}\" /dev/null";
        var (exit, output) = SlipwayProcess.Shell("bash", "-c", "export TERM=xterm; unset CI; " + command);
        Assert.True(exit == 1, output);
        Assert.Contains("<from the service> made failed", output);
        // The framework's console would switch the keypad into its application mode, and leave it so.
        Assert.DoesNotContain("\e[?1h", output);
        var (_, left) = SlipwayProcess.Shell("sh", "-c", "docker images --quiet --filter label=slipway.shell");
        Assert.Equal("", left);
    }

    [Fact]
    public void Without_a_terminal_it_is_refused()
    {
        using var folder = new TemporaryFolder();
        folder.Write(".gitlab-ci.yml", "job:\n  script: [echo x]\n");
        var (exit, _, error) = FakeSurroundings.Run(folder.Path, "run", "--shell-on-failure");
        Assert.Equal(ExitCode.Usage, exit);
        Assert.Contains("needs a terminal", error);
    }
}
