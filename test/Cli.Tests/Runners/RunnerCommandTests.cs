using System.Text.Json;
using Slipway.Cli.Tests.Support;
using Slipway.Runner.Config;
using Xunit;

namespace Slipway.Cli.Tests.Runners;

/// <summary><c>slipway runner</c>'s verbs that write and ask, against a server on this machine.</summary>
public sealed class RunnerCommandTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly FakeServer _server = new()
    {
        Answer = (method, path) =>
            (method, path) switch
            {
                ("POST", "runners") => (201, """{"id":9,"token":"registered","token_expires_at":null}"""),
                ("POST", "runners/verify") => (200, """{"id":7,"token":"glrt-new","token_expires_at":"2030-01-02T03:04:05.000Z"}"""),
                ("DELETE", _) => (204, ""),
                _ => (404, ""),
            },
    };

    public void Dispose()
    {
        _server.Dispose();
        _folder.Dispose();
    }

    private string ConfigPath => Path.Combine(_folder.Path, "config.toml");

    private (int Exit, string Out, string Error) Run(string line, string input = "", params (string Name, string Value)[] environment)
    {
        var words = line.Split(' ', StringSplitOptions.RemoveEmptyEntries)
            .Select(w => w.Replace("URL", _server.Url, StringComparison.Ordinal));
        using var fake = new FakeSurroundings(
            _folder.Path,
            input,
            environment.Append(("CONFIG_FILE", "config.toml")).ToDictionary(e => e.Item1, e => e.Item2)
        );
        var exit = SlipwayProgram.Run(["runner", .. words], fake.Value);
        return (exit, fake.Out, fake.Error);
    }

    private ConfigFile Config => ConfigReader.Read(File.ReadAllText(ConfigPath), _ => null).File!;

    [Fact]
    public void A_runner_that_was_created_on_the_server_is_verified_and_written_down()
    {
        var (exit, output, error) = Run(
            "register -n --url URL/ --token glrt-new --executor shell --name build --limit 3 --env A=1 --env B=2"
        );

        Assert.Equal((0, ""), (exit, output));
        Assert.Contains("runner 7 is registered as \"build\" in " + ConfigPath, error);
        Assert.DoesNotContain("glrt-new", error);
        var runner = Config.Runners.Single();
        Assert.Equal(
            ("build", _server.Url + "/", "glrt-new", 7, "shell", 3),
            (runner.Name, runner.Url, runner.Token, runner.Id, runner.Executor, runner.Limit)
        );
        Assert.Equal(["A=1", "B=2"], runner.Environment);
        Assert.Equal(2030, runner.TokenExpiresAt!.Value.Year);
        var asked = _server.Calls.Single().Body;
        Assert.Equal(File.ReadAllText(Path.Combine(_folder.Path, ".runner_system_id")), asked.GetProperty("system_id").GetString());
        if (!OperatingSystem.IsWindows())
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(ConfigPath));
    }

    [Theory]
    [InlineData("--locked")]
    [InlineData("--locked=false")]
    [InlineData("--access-level ref_protected")]
    [InlineData("--run-untagged")]
    [InlineData("--maximum-timeout 600")]
    [InlineData("--paused")]
    [InlineData("--tag-list a")]
    [InlineData("--maintenance-note x")]
    public void What_the_server_decides_cannot_be_given_with_a_runners_own_token(string flag)
    {
        var (exit, _, error) = Run($"register -n --url URL --registration-token glrt-new --executor shell {flag}");
        Assert.Equal(ExitCode.Usage, exit);
        Assert.Contains($"{flag.Split(' ', '=')[0]} cannot be given with a runner's own token", error);
        Assert.Empty(_server.Calls);
    }

    [Fact]
    public void A_registration_token_makes_a_runner_with_the_flags_of_the_handbooks()
    {
        var (exit, _, error) = Run(
            "register -n --url URL --registration-token GR1348941x --executor docker --description dind --tag-list a,b --docker-image docker:24.0.5-cli --docker-privileged --docker-volumes /certs/client --docker-pull-policy if-not-present --locked=false"
        );

        Assert.True(exit == 0, error);
        var (call, body) = _server.Calls.Single();
        Assert.Equal("POST runners", call);
        Assert.Equal(("a,b", "dind"), (body.GetProperty("tag_list").GetString(), body.GetProperty("description").GetString()));
        Assert.False(body.GetProperty("run_untagged").GetBoolean());
        Assert.False(body.GetProperty("locked").GetBoolean());
        Assert.Equal("docker", body.GetProperty("info").GetProperty("executor").GetString());
        var runner = Config.Runners.Single();
        Assert.Equal(("registered", "docker:24.0.5-cli", true), (runner.Token, runner.Docker.Image, runner.Docker.Privileged));
        Assert.Equal(["/certs/client", "/cache"], runner.Docker.Volumes);
    }

    [Fact]
    public void The_environment_says_what_flags_do_not()
    {
        var (exit, _, error) = Run(
            "register",
            environment:
            [
                ("REGISTER_NON_INTERACTIVE", "true"),
                ("CI_SERVER_URL", _server.Url),
                ("REGISTRATION_TOKEN", "GR1348941x"),
                ("RUNNER_NAME", "env"),
                ("RUNNER_EXECUTOR", "docker"),
                ("DOCKER_IMAGE", "alpine"),
                ("DOCKER_PRIVILEGED", "1"),
                ("DOCKER_VOLUMES", "/a, /cache"),
            ]
        );
        Assert.True(exit == 0, error);
        var runner = Config.Runners.Single();
        Assert.Equal(("env", true), (runner.Name, runner.Docker.Privileged));
        Assert.Equal(["/a", "/cache"], runner.Docker.Volumes);
        Assert.True(_server.Calls.Single().Body.GetProperty("run_untagged").GetBoolean());
    }

    [Fact]
    public void A_person_is_asked_for_what_is_missing()
    {
        var (exit, _, error) = Run("register", $"{_server.Url}\nglrt-new\nmine\ndocker\nalpine:3\n");
        Assert.True(exit == 0, error);
        Assert.Contains("Enter the server's address: ", error);
        Assert.Contains($"Enter a description [{Environment.MachineName}]: ", error);
        var runner = Config.Runners.Single();
        Assert.Equal(("mine", "docker", "alpine:3"), (runner.Name, runner.Executor, runner.Docker.Image));
    }

    [Theory]
    [InlineData("register -n --token t --executor shell", ExitCode.Usage, "the server's address is missing")]
    [InlineData("register -n --url URL --executor shell", ExitCode.Usage, "--token")]
    [InlineData("register -n --url URL --token t", ExitCode.Usage, "--executor")]
    [InlineData("register -n --url URL --token t --executor kubernetes", ExitCode.Usage, "there is no executor \"kubernetes\" here")]
    [InlineData("register -n --url URL --token t --executor docker", ExitCode.Usage, "--docker-image")]
    [InlineData("register -n --url nonsense --token t --executor shell", ExitCode.Usage, "not an http or https URL")]
    [InlineData("register -n --url http://127.0.0.1:1 --token t --executor shell", ExitCode.Unreachable, "does not answer")]
    [InlineData("list", ExitCode.NotFound, "there is no ")]
    [InlineData("verify", ExitCode.NotFound, "slipway runner register makes one")]
    [InlineData("unregister", ExitCode.Usage, "--all-runners")]
    [InlineData("run", ExitCode.NotFound, "there is no ")]
    [InlineData("run-single --executor shell --token t", ExitCode.Usage, "--url is missing")]
    [InlineData("run-single --url URL --token t", ExitCode.Usage, "--executor is missing")]
    [InlineData("run-single --url URL --token t --executor shell --limit many", ExitCode.Usage, "many")]
    public void What_cannot_be_done_is_told_with_what_to_do(string line, int exit, string error)
    {
        var result = Run(line);
        Assert.Equal(exit, result.Exit);
        Assert.StartsWith("error: ", result.Error);
        Assert.Contains(error, result.Error);
        Assert.False(File.Exists(ConfigPath));
    }

    [Theory]
    [InlineData(403, """{"message":"403 Forbidden - invalid token"}""", ExitCode.Authentication, "403 Forbidden - invalid token")]
    [InlineData(410, """{"message":"410 Gone - runner registration disallowed"}""", ExitCode.Failed, "runner registration disallowed")]
    [InlineData(200, """{"id":0}""", ExitCode.Failed, "does not say which runner")]
    public void A_server_that_refuses_is_quoted(int status, string body, int exit, string error)
    {
        _server.Answer = (_, _) => (status, body);
        var result = Run("register -n --url URL --token glrt-x --executor shell");
        Assert.Equal(exit, result.Exit);
        Assert.Contains(error, result.Error);
    }

    [Fact]
    public void A_runner_that_cannot_be_written_down_is_taken_back()
    {
        _folder.Write("taken", "");
        var (exit, _, error) = Run("register -n --url URL -r GR1348941x --executor shell --config taken/config.toml");
        Assert.Equal(ExitCode.Failed, exit);
        Assert.StartsWith("error: ", error);
        Assert.Equal(["POST runners", "DELETE runners"], _server.Calls.Select(c => c.Call));
        Assert.Equal("registered", _server.Calls.Last().Body.GetProperty("token").GetString());
    }

    private void WriteTwo() =>
        _folder.Write(
            "config.toml",
            $"concurrent = 2 # two\n\n[[runners]]\n  name = \"one\"\n  url = \"{_server.Url}\"\n  token = \"glrt-one\"\n  executor = \"shell\"\n\n[[runners]]\n  name = \"two\"\n  url = \"{_server.Url}\"\n  token = \"old-two\"\n  executor = \"docker\"\n  [runners.docker]\n    image = \"alpine\"\n"
        );

    [Fact]
    public void Runners_are_listed_without_their_tokens()
    {
        _folder.Write(
            "config.toml",
            "[[runners]]\n  name = \"one\"\n  url = \"http://h\"\n  token = \"glrt-0123456789secret\"\n  executor = \"shell\"\n"
        );
        Assert.Equal("NAME  EXECUTOR  TOKEN      URL\none   shell     012345678  http://h\n", Run("list").Out);
        var json = JsonDocument.Parse(Run("list --json").Out).RootElement[0];
        Assert.Equal(("one", "012345678"), (json.GetProperty("name").GetString(), json.GetProperty("short_token").GetString()));
    }

    [Fact]
    public void Verifying_tells_of_each_runner_and_removes_the_forgotten_ones_when_asked()
    {
        WriteTwo();
        var asked = 0;
        _server.Answer = (_, _) =>
            Interlocked.Increment(ref asked) % 2 == 1 ? (200, """{"id":7,"token":"x"}""") : (403, """{"message":"403 Forbidden"}""");

        Assert.Equal(
            (ExitCode.Authentication, "one: valid\ntwo: unknown to the server\n"),
            (Run("verify") is var (exit, output, _)) ? (exit, output) : default
        );
        Assert.Equal(2, Config.Runners.Length);

        var (after, _, error) = Run("verify --delete");
        Assert.Equal(0, after);
        Assert.Contains("1 removed from", error);
        Assert.Equal(["one"], Config.Runners.Select(r => r.Name));
        Assert.StartsWith("concurrent = 2 # two\n", File.ReadAllText(ConfigPath));
    }

    [Fact]
    public void Unregistering_removes_this_machine_or_the_runner_by_the_kind_of_its_token()
    {
        WriteTwo();
        Assert.Equal(0, Run("unregister --name two").Exit);
        Assert.Equal(["one"], Config.Runners.Select(r => r.Name));
        Assert.Equal(0, Run("unregister --all-runners").Exit);
        Assert.Empty(Config.Runners);
        Assert.Equal(["DELETE runners", "DELETE runners/managers"], _server.Calls.Select(c => c.Call));
    }

    [Fact]
    public void A_runner_that_the_server_keeps_stays_in_the_file()
    {
        WriteTwo();
        _server.Answer = (_, _) => (400, """{"message":"no"}""");
        var (exit, _, error) = Run("unregister --token glrt-one");
        Assert.Equal(ExitCode.Failed, exit);
        Assert.Contains("one is still registered: 400", error);
        Assert.Equal(2, Config.Runners.Length);
        Assert.Equal(ExitCode.NotFound, Run("unregister --name three").Exit);
    }
}
