using System.Text;
using System.Text.Json;
using Slipway.Protocol.Jobs;
using Slipway.Runner.Executors.Docker.Engine;
using Slipway.Runner.Executors.Docker.Images;
using Xunit;

namespace Slipway.Runner.Tests.Docker;

public sealed class RegistryLoginTests : IDisposable
{
    private readonly string _home = Directory.CreateTempSubdirectory().FullName;
    private readonly List<string> _warnings = [];

    public void Dispose() => Directory.Delete(_home, recursive: true);

    [Theory]
    [InlineData("registry.example.com", "registry.example.com/a/b:1")]
    [InlineData("https://registry.example.com/", "registry.example.com/a/b:1")]
    [InlineData("https://registry.example.com/v2/", "registry.example.com/a")]
    [InlineData("registry.example.com:5000", "registry.example.com:5000/a")]
    [InlineData("registry.example.com/a", "registry.example.com/a/b")]
    [InlineData("https://index.docker.io/v1/", "alpine")]
    [InlineData("docker.io", "index.docker.io/group/image")]
    [InlineData("index.docker.io", "group/image")]
    public async Task A_login_is_found_by_registry_or_path(string server, string image) =>
        Assert.Equal("me", (await FindAsync(Auths((server, "me")), image))?.Username);

    [Theory]
    [InlineData("registry.example.com", "registry.example.com:5000/a")]
    [InlineData("registry.example.com/a", "registry.example.com/ab")]
    [InlineData("registry.example.com/a/b", "registry.example.com/a")]
    [InlineData("example.com", "registry.example.com/a")]
    [InlineData("registry.example.com", "alpine")]
    public async Task A_login_for_elsewhere_is_not_shown(string server, string image) =>
        Assert.Null(await FindAsync(Auths((server, "me")), image));

    [Fact]
    public async Task The_longest_path_wins() =>
        Assert.Equal(
            "long",
            (await FindAsync(Auths(("r.io", "short"), ("r.io/a/b", "long"), ("r.io/a", "middle")), "r.io/a/b/c"))?.Username
        );

    [Fact]
    public async Task The_job_s_variable_beats_the_user_s_file_and_that_beats_the_coordinator()
    {
        Directory.CreateDirectory($"{_home}/.docker");
        File.WriteAllText($"{_home}/.docker/config.json", Auths(("r.io", "file"), ("b.io", "file")));
        JobCredential[] sent =
        [
            new("registry", "r.io", "sent", "x"),
            new("registry", "b.io", "sent", "x"),
            new("registry", "c.io", "sent", "x"),
            new("other", "d.io", "sent", "x"),
        ];
        var book = await BookAsync(Auths(("r.io", "variable")), sent);
        Assert.Equal("variable", (await book.FindAsync(Image("r.io/a"), default))?.Username);
        Assert.Equal("file", (await book.FindAsync(Image("b.io/a"), default))?.Username);
        var login = await book.FindAsync(Image("c.io/a"), default);
        Assert.Equal(("sent", "job payload (GitLab Registry)"), (login?.Username, login?.Source));
        Assert.Null(await book.FindAsync(Image("d.io/a"), default));
    }

    [Fact]
    public async Task Name_and_password_may_be_written_out()
    {
        var login = await FindAsync("""{"auths":{"r.io":{"username":"u","password":"p:w"}}}""", "r.io/a");
        Assert.Equal(("u", "p:w"), (login?.Username, login?.Password));
        var header = Encoding.UTF8.GetString(Convert.FromBase64String(login!.ToHeader().Replace('-', '+').Replace('_', '/')));
        Assert.Equal("p:w", JsonDocument.Parse(header).RootElement.GetProperty("password").GetString());
    }

    [Theory]
    [InlineData("{")]
    [InlineData("[]")]
    [InlineData("nonsense secret")]
    public async Task A_broken_text_is_told_without_its_content(string text)
    {
        Assert.Null(await FindAsync(text, "r.io/a"));
        Assert.Contains(_warnings, warning => warning.Contains("$DOCKER_AUTH_CONFIG") && !warning.Contains("secret"));
    }

    [Fact]
    public async Task A_helper_is_asked_on_this_machine_and_beats_what_is_written()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "the helper is a shell script");
        WriteHelper(
            "test",
            "read server; echo \"{\\\"ServerURL\\\":\\\"$server\\\",\\\"Username\\\":\\\"from-helper\\\",\\\"Secret\\\":\\\"s\\\"}\""
        );
        var login = await FindAsync("""{"auths":{"r.io":{"auth":"bWU6cHc="}},"credHelpers":{"r.io":"test"}}""", "r.io/a");
        Assert.Equal(("from-helper", "s"), (login?.Username, login?.Password));
    }

    [Fact]
    public async Task A_store_lends_the_logins_it_lists()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "the helper is a shell script");
        WriteHelper(
            "store",
            "if [ $1 = list ]; then echo '{\"https://r.io\":\"x\"}'; else echo '{\"Username\":\"<token>\",\"Secret\":\"idt\"}'; fi"
        );
        Assert.Equal("idt", (await FindAsync("""{"credsStore":"store"}""", "r.io/a"))?.IdentityToken);
    }

    [Theory]
    [InlineData("../../../tmp/evil")]
    [InlineData("a/b")]
    [InlineData("..")]
    [InlineData("")]
    [InlineData("a b")]
    public async Task A_helper_s_name_leads_nowhere_else(string name)
    {
        Assert.False(CredentialProgram.IsName(name));
        Assert.Null(await FindAsync("{\"credHelpers\":{\"r.io\":" + JsonSerializer.Serialize(name) + "}}", "r.io/a"));
    }

    [Fact]
    public async Task A_helper_that_is_not_installed_is_a_warning()
    {
        Assert.Null(await FindAsync("""{"credHelpers":{"r.io":"none-such"}}""", "r.io/a"));
        Assert.Contains("docker-credential-none-such", Assert.Single(_warnings));
    }

    private async Task<RegistryLogin?> FindAsync(string authConfig, string image) =>
        await (await BookAsync(authConfig, [])).FindAsync(Image(image), default);

    private Task<LoginBook> BookAsync(string authConfig, JobCredential[] sent) =>
        RegistryLogins.CollectAsync(
            authConfig,
            sent,
            name =>
                name switch
                {
                    "HOME" => _home,
                    "PATH" => $"{_home}:/usr/bin:/bin",
                    _ => null,
                },
            _warnings.Add,
            default
        );

    private void WriteHelper(string name, string body)
    {
        var path = $"{_home}/docker-credential-{name}";
        File.WriteAllText(path, "#!/bin/sh\n" + body + "\n");
        if (!OperatingSystem.IsWindows())
            File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
    }

    private static ImageReference Image(string name) => ImageReference.Parse(name)!;

    private static string Auths(params (string Server, string User)[] logins) =>
        "{\"auths\":{"
        + string.Join(
            ',',
            logins.Select(l => $"\"{l.Server}\":{{\"auth\":\"{Convert.ToBase64String(Encoding.UTF8.GetBytes(l.User + ":pw"))}\"}}")
        )
        + "}}";
}
