using System.Text.Json;
using Slipway.Cli.Tests.Support;
using Xunit;

namespace Slipway.Cli.Tests.Commands;

/// <summary><c>slipway user</c>, <c>token</c> and <c>project</c>, on a data folder of the test's own.</summary>
public sealed class AccountsTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void A_user_is_made_with_a_password_on_standard_output_alone_and_is_listed()
    {
        var made = Run("user create ada --email ada@example.com --admin");
        Assert.Equal(0, made.Exit);
        Assert.Matches(@"\A[A-Za-z0-9]{20}\n\z", made.Out);
        Assert.Equal("made ada; the password is shown this once:\n", made.Error);
        Assert.Equal(0, Run("user create eve --email eve@example.com --name Eve --password-stdin", "correct horse battery\n").Exit);

        Assert.Equal(
            """
            USER  NAME  EMAIL            ROLE   STATE
            ada   ada   ada@example.com  admin  active
            eve   Eve   eve@example.com         active

            """,
            Run("user list").Out
        );
        var eve = Json("user list --json")[1];
        Assert.Equal(["id", "username", "name", "email", "state", "is_admin"], eve.EnumerateObject().Select(field => field.Name));
        Assert.Equal(("eve", false), (eve.GetProperty("username").GetString(), eve.GetProperty("is_admin").GetBoolean()));

        Assert.Equal((0, "", ""), Run("user block eve"));
        Assert.Equal("blocked", Json("user list --json")[1].GetProperty("state").GetString());
        Assert.Equal((0, "", ""), Run("user unblock eve"));
        Assert.Contains("\"eve\" is not locked", Run("user unlock eve").Error);
        Assert.Matches(@"\A[A-Za-z0-9]{20}\n\z", Run("user password eve").Out);
    }

    [Fact]
    public void A_token_is_printed_once_and_ended()
    {
        Run("user create ada --email ada@example.com");
        var made = Run("token create ada --name laptop --scope read_api --scope read_repository");
        Assert.Equal(0, made.Exit);
        Assert.Matches(@"\Aglpat-[A-Za-z0-9_.-]{20,}\n\z", made.Out);
        Assert.Matches(@"\Amade token 1 of ada, good until 20[0-9-]{8}; it is shown this once:\n\z", made.Error);
        Assert.Matches(
            @"\AID  USER  NAME    EXPIRES     SCOPES\n1   ada   laptop  20[0-9-]{8}  read_api read_repository\n\z",
            Run("token list").Out
        );
        var listed = Run("token list ada --json");
        Assert.DoesNotContain(made.Out.Trim(), listed.Out);
        var token = JsonDocument.Parse(listed.Out).RootElement[0];
        Assert.Equal(["id", "username", "name", "expires_at", "scopes"], token.EnumerateObject().Select(field => field.Name));
        Assert.Equal((0, "", ""), Run("token revoke 1"));
        Assert.Equal(0, Json("token list --json").GetArrayLength());
    }

    [Fact]
    public void A_project_is_made_and_goes_only_when_that_is_said_twice()
    {
        Run("user create ada --email ada@example.com");
        Assert.Equal((0, "", "made ada/app\n"), Run("project create ada/app --visibility internal"));
        Assert.Equal("PROJECT  VISIBILITY  DEFAULT BRANCH\nada/app  internal\n", Run("project list").Out);
        var project = Json("project list --json")[0];
        Assert.Equal(["id", "path_with_namespace", "visibility", "default_branch"], project.EnumerateObject().Select(field => field.Name));
        Assert.Equal(JsonValueKind.Null, project.GetProperty("default_branch").ValueKind);
        var careful = Run("project delete ada/app");
        Assert.Equal((2, ""), (careful.Exit, careful.Out));
        Assert.Contains("say --yes to delete it", careful.Error);
        Assert.Equal((0, "", ""), Run("project delete ada/app --yes"));
        Assert.Equal(0, Json("project list --json").GetArrayLength());
    }

    [Theory]
    [InlineData(2, "user")]
    [InlineData(2, "user create")]
    [InlineData(2, "user create eve")]
    [InlineData(2, "user create eve --email nobody")]
    [InlineData(2, "user create e/ve --email eve@example.com")]
    [InlineData(2, "user create eve --email eve@example.com --password-stdin")]
    [InlineData(7, "user create ada --email other@example.com")]
    [InlineData(7, "user create other --email ada@example.com")]
    [InlineData(5, "user block eve")]
    [InlineData(5, "user password eve")]
    [InlineData(2, "token create ada")]
    [InlineData(2, "token create ada --name x --scope everything")]
    [InlineData(2, "token create ada --name x --expires tomorrow")]
    [InlineData(5, "token create eve --name x")]
    [InlineData(5, "token list eve")]
    [InlineData(5, "token revoke 99")]
    [InlineData(2, "token revoke first")]
    [InlineData(2, "project create app")]
    [InlineData(2, "project create ada/app --visibility secret")]
    [InlineData(5, "project create nobody/app")]
    [InlineData(7, "project create ada/there")]
    [InlineData(5, "project delete ada/none --yes")]
    [InlineData(2, "project list --database nonsense://host")]
    public void What_cannot_be_done_has_an_exit_code_and_one_sentence(int exit, string line)
    {
        Run("user create ada --email ada@example.com");
        Run("project create ada/there");
        var (given, output, error) = Run(line);
        Assert.Equal((exit, ""), (given, output));
        Assert.StartsWith("error: ", error);
        Assert.DoesNotContain("   at Slipway", error);
    }

    [Theory]
    [InlineData("user", "slipway user create ada --email ada@example.com --admin")]
    [InlineData("user create", "slipway user create ada --email ada@example.com --password-stdin < file")]
    [InlineData("user list", "slipway user list --json")]
    [InlineData("user block", "slipway user block ada")]
    [InlineData("user password", "slipway user password ada")]
    [InlineData("token", "slipway token create ada --name laptop")]
    [InlineData("token create", "slipway token create ada --name ci --scope read_api --scope read_repository")]
    [InlineData("token list", "slipway token list ada --json")]
    [InlineData("token revoke", "slipway token revoke 7")]
    [InlineData("project", "slipway project create ada/app")]
    [InlineData("project create", "slipway project create team/app --visibility public")]
    [InlineData("project delete", "slipway project delete ada/app --yes")]
    public void Help_has_examples(string verb, string example)
    {
        var (exit, output, _) = FakeSurroundings.Run(_folder.Path, [.. verb.Split(' '), "--help"]);
        Assert.Equal(0, exit);
        Assert.Contains(example, output);
    }

    private JsonElement Json(string line) => JsonDocument.Parse(Run(line).Out).RootElement;

    private (int Exit, string Out, string Error) Run(string line, string input = "")
    {
        using var fake = new FakeSurroundings(
            _folder.Path,
            input,
            new Dictionary<string, string> { ["SLIPWAY_DATA"] = Path.Combine(_folder.Path, "data") }
        );
        var exit = SlipwayProgram.Run(line.Split(' '), fake.Value);
        return (exit, fake.Out, fake.Error);
    }
}
