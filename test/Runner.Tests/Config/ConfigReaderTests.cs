using Slipway.Runner.Config;
using Xunit;

namespace Slipway.Runner.Tests.Config;

public sealed class ConfigReaderTests
{
    private const string Three = """
        concurrent = 4
        check_interval = 1
        [[runners]]
          name = "My Docker Runner"
          url = "http://127.0.0.1:8080/"
          token = "$RUNNER_TOKEN"
          executor = "docker"
          environment = ["DOCKER_DRIVER=overlay2"]
          token_expires_at = 0001-01-01T00:00:00Z
          [runners.docker]
            tls_verify = false
            image = "docker:24.0.5-cli"
            privileged = true
            disable_cache = false
            volumes = ["/certs/client", "/cache"]
            pull_policy = "if-not-present"
            memory = "512m"
            service_memory = "1g"
            [runners.docker.sysctls]
              "net.ipv4.ip_forward" = "1"
            [[runners.docker.services]]
              name = "postgres:16"
              alias = "db"
          [runners.cache]
            Insecure = false
        [[runners]]
          name = "shell"
          executor = "shell"
          prepare_timeout = "1h30m"
          [runners.feature_flags]
            FF_NETWORK_PER_BUILD = true
        """;

    [Fact]
    public void A_file_as_gitlab_runner_writes_it_is_read_without_a_word()
    {
        var reading = Read(Three);

        Assert.Empty(reading.Problems);
        var file = reading.File!;
        Assert.Equal((4, TimeSpan.FromSeconds(1)), (file.Concurrent, file.CheckInterval));
        var docker = file.Runners[0];
        Assert.Equal(("My Docker Runner", "docker", "secret"), (docker.Name, docker.Executor, docker.Token));
        Assert.Null(docker.TokenExpiresAt);
        Assert.Equal(["DOCKER_DRIVER=overlay2"], docker.Environment);
        Assert.True(docker.Docker.Privileged);
        Assert.Equal(["/certs/client", "/cache"], docker.Docker.Volumes);
        Assert.Equal(["if-not-present"], docker.Docker.PullPolicy);
        Assert.Equal(("512m", "1g"), (docker.Docker.Resources.Memory, docker.Docker.ServiceResources.Memory));
        Assert.Equal("1", docker.Docker.Sysctls["net.ipv4.ip_forward"]);
        Assert.Equal("db", Assert.Single(docker.Docker.Services).Alias);
        Assert.Equal(TimeSpan.FromMinutes(90), file.Runners[1].PrepareTimeout);
        Assert.True(file.Runners[1].FeatureFlags["FF_NETWORK_PER_BUILD"]);
    }

    [Fact]
    public void An_unknown_key_is_a_warning_at_its_place()
    {
        var reading = Read("[[runners]]\n  [runners.docker]\n    privileges = true\n");

        Assert.NotNull(reading.File);
        Assert.Equal(new ConfigProblem(false, "unknown key 'runners.docker.privileges' is ignored", 3, 5), Assert.Single(reading.Problems));
    }

    [Theory]
    [InlineData("concurrent = 'many'", "'concurrent' should be a whole number", 1, 1)]
    [InlineData("[[runners]]\nname = 1", "'runners.name' should be a string", 2, 1)]
    [InlineData("[[runners]]\n[runners.docker]\nprivileged = 'yes'", "'runners.docker.privileged' should be true or false", 3, 1)]
    [InlineData("[[runners]]\n[runners.docker]\nvolumes = '/cache'", "'runners.docker.volumes' should be a list of strings", 3, 1)]
    [InlineData("[runners]\nname = 'x'", "'runners' should be a list of tables", 1, 1)]
    [InlineData("[[runners]]\nunhealthy_interval = 'soon'", "'runners.unhealthy_interval' should be a duration such as \"1h30m\"", 2, 1)]
    public void A_value_of_the_wrong_type_is_an_error_at_its_place(string text, string message, int line, int column)
    {
        var reading = Read(text);

        Assert.Null(reading.File);
        Assert.Equal(new ConfigProblem(true, message, line, column), Assert.Single(reading.Problems));
    }

    [Theory]
    [InlineData("1h30m", 5400)]
    [InlineData("90s", 90)]
    [InlineData("1.5h", 5400)]
    [InlineData("250ms", 0.25)]
    [InlineData("0", 0)]
    [InlineData("-2m", -120)]
    public void Go_durations_are_understood(string text, double seconds)
    {
        Assert.True(GoDuration.TryParse(text, out var duration));
        Assert.Equal(TimeSpan.FromSeconds(seconds), duration);
    }

    [Theory]
    [InlineData("")]
    [InlineData("90")]
    [InlineData("1 h")]
    [InlineData("h")]
    [InlineData("1d")]
    public void What_is_no_Go_duration_is_refused(string text) => Assert.False(GoDuration.TryParse(text, out _));

    private static ConfigReading Read(string text) => ConfigReader.Read(text, name => name == "RUNNER_TOKEN" ? "secret" : null);
}
