using Slipway.Cli.Tests.Support;
using Xunit;

namespace Slipway.Cli.Tests.Commands;

public sealed class CommandLineTests
{
    private const string Valid = "job:\n  script: ['true']\n";

    [Theory]
    [InlineData(0, "--help")]
    [InlineData(0, "--version")]
    [InlineData(0, "run --help")]
    [InlineData(0, "list")]
    [InlineData(0, "list --json")]
    [InlineData(0, "explain job")]
    [InlineData(0, "lint")]
    [InlineData(0, "lint --json")]
    [InlineData(0, "lint --format sarif")]
    [InlineData(0, "lint --format codequality")]
    [InlineData(0, "explain --all")]
    [InlineData(0, "explain --codes")]
    [InlineData(0, "explain CI0302")]
    [InlineData(0, "explain ci0302 --cwd nope")]
    [InlineData(5, "explain CI9999")]
    [InlineData(2, "explain job --all")]
    [InlineData(2, "explain --codes --all")]
    [InlineData(2, "lint --json --format sarif")]
    [InlineData(0, "config view")]
    [InlineData(0, "config graph --format dot")]
    [InlineData(0, "config graph --format text")]
    [InlineData(0, "config schema")]
    [InlineData(0, "config view --provenance")]
    [InlineData(0, "config templates")]
    [InlineData(0, "config templates --json")]
    [InlineData(0, "config templates Docker")]
    [InlineData(0, "config templates Pages/HTML.gitlab-ci.yml --json")]
    [InlineData(5, "config templates Dokker")]
    [InlineData(0, "completion bash")]
    [InlineData(2, "")]
    [InlineData(2, "lnit")]
    [InlineData(2, "list --nope")]
    [InlineData(2, "list --source nonsense")]
    [InlineData(2, "list --variable")]
    [InlineData(2, "list --variable NOEQUALS")]
    [InlineData(2, "list --variable =x")]
    [InlineData(2, "list --input x")]
    [InlineData(2, "list --source merge_request_event --tag v1")]
    [InlineData(2, "lint --nope")]
    [InlineData(5, "lint -- --nope")]
    [InlineData(2, "explain")]
    [InlineData(2, "config")]
    [InlineData(2, "config graph --format svg")]
    [InlineData(2, "run --jobs 0")]
    [InlineData(2, "run --jobs many")]
    [InlineData(2, "run --executor lxc")]
    [InlineData(2, "run --manual")]
    [InlineData(2, "completion csh")]
    [InlineData(5, "explain nope")]
    [InlineData(5, "run nope")]
    [InlineData(5, "run --manual nope")]
    [InlineData(5, "list --file nope.yml")]
    [InlineData(5, "list --cwd nope")]
    [InlineData(5, "list --variables-file nope")]
    [InlineData(5, "run --config nope.toml")]
    public void Every_command_line_has_its_exit_code(int expected, string line)
    {
        using var folder = new TemporaryFolder();
        folder.Write(".gitlab-ci.yml", Valid);
        var (exit, output, error) = FakeSurroundings.Run(folder.Path, line.Split(' ', StringSplitOptions.RemoveEmptyEntries));
        Assert.Equal(expected, exit);
        Assert.DoesNotContain("   at Slipway", error);
        if (expected == 0)
            Assert.NotEmpty(output);
        else
            Assert.StartsWith("error: ", error);
    }

    [Theory]
    [InlineData("--registry-quota", "a size")]
    [InlineData("--registry-proxy-quota", "a size")]
    [InlineData("--registry-grace", "a time")]
    [InlineData("--runner-silence", "a time")]
    [InlineData("--downstream-trigger-limit", "a number")]
    [InlineData("--trusted-proxy", "an address or a network")]
    public void A_bound_of_the_server_is_taken_and_what_is_none_is_refused(string option, string wanted)
    {
        using var folder = new TemporaryFolder();
        var (exit, _, error) = FakeSurroundings.Run(folder.Path, "serve", option, "nonsense");
        Assert.Equal(ExitCode.Usage, exit);
        Assert.StartsWith($"error: {option} wants {wanted}", error);
    }

    [Theory]
    [InlineData("list")]
    [InlineData("list --json")]
    [InlineData("lint")]
    [InlineData("lint --format json")]
    [InlineData("config graph")]
    [InlineData("run")]
    public void A_configuration_with_a_mistake_ends_with_three(string line)
    {
        using var folder = new TemporaryFolder();
        folder.Write(".gitlab-ci.yml", "job:\n  stage: nowhere\n  script: ['true']\n");
        Assert.Equal(ExitCode.Invalid, FakeSurroundings.Run(folder.Path, line.Split(' ')).Exit);
        Assert.False(Directory.Exists(Path.Combine(folder.Path, ".slipway")));
    }

    [Fact]
    public void A_file_that_is_too_long_is_a_mistake_with_a_place_from_wherever_it_comes()
    {
        using var folder = new TemporaryFolder();
        var yaml = Valid + "#" + new string('x', 2 * 1024 * 1024);
        folder.Write(".gitlab-ci.yml", yaml);
        using var piped = new FakeSurroundings(folder.Path, yaml);

        var (exit, output, _) = FakeSurroundings.Run(folder.Path, "lint");
        var pipedExit = SlipwayProgram.Run(["lint", "-"], piped.Value);

        Assert.Equal((ExitCode.Invalid, ExitCode.Invalid), (exit, pipedExit));
        Assert.Contains(".gitlab-ci.yml:1:1", output);
        Assert.Contains("The parsed YAML is too big", piped.Out);
    }

    [Fact]
    public void A_full_disk_is_not_our_mistake()
    {
        if (!File.Exists("/dev/full"))
            Assert.Skip("there is no /dev/full");
        using var folder = new TemporaryFolder();
        folder.Write(".gitlab-ci.yml", Valid);
        using var fake = new FakeSurroundings(folder.Path);
        using var full = new FileStream("/dev/full", FileMode.Open, FileAccess.Write, FileShare.ReadWrite, bufferSize: 0);

        Assert.Equal(ExitCode.Failed, SlipwayProgram.Run(["lint"], fake.Value with { Out = full }));
        Assert.StartsWith("error: cannot write: ", fake.Error);
    }

    [Theory]
    [InlineData("lnit", "did you mean \"lint\"?")]
    [InlineData("run --manaul x", "did you mean \"--manual\"?")]
    [InlineData("explain jbo", "did you mean \"job\"?")]
    [InlineData("config grahp", "did you mean \"graph\"?")]
    [InlineData("config graph --format", "= slipway config graph --help")]
    [InlineData("run jbo", "did you mean \"job\"?")]
    public void A_typing_mistake_gets_a_suggestion(string line, string expected)
    {
        using var folder = new TemporaryFolder();
        folder.Write(".gitlab-ci.yml", Valid);
        Assert.Contains(expected, FakeSurroundings.Run(folder.Path, line.Split(' ')).Error);
    }

    [Fact]
    public void Help_shows_examples_before_options()
    {
        using var folder = new TemporaryFolder();
        var help = FakeSurroundings.Run(folder.Path, "run", "--help").Out;
        Assert.InRange(help.IndexOf("examples:", StringComparison.Ordinal), 0, help.IndexOf("options:", StringComparison.Ordinal));
    }

    [Fact]
    public void A_variable_option_takes_one_word_and_leaves_the_next_to_be_a_job()
    {
        using var folder = new TemporaryFolder();
        folder.Write(".gitlab-ci.yml", "job:\n  script: ['true']\n  rules:\n    - if: $A == \"1\" && $B == \"x=y\"\n");
        Assert.Contains(
            "is in the pipeline",
            FakeSurroundings.Run(folder.Path, "explain", "--variable", "A=1", "--variable", "B=x=y", "job").Out
        );
    }

    [Fact]
    public void The_configuration_is_found_from_a_folder_below()
    {
        using var repository = TemporaryFolder.Repository((".gitlab-ci.yml", Valid), ("src/deep/a", "1"));
        Assert.Contains("job", FakeSurroundings.Run(Path.Combine(repository.Path, "src", "deep"), "list").Out);
    }

    [Fact]
    public void A_folder_with_a_configuration_of_its_own_is_a_project_of_its_own()
    {
        using var repository = TemporaryFolder.Repository(
            (".gitlab-ci.yml", Valid),
            ("sub/.gitlab-ci.yml", "inner:\n  script: ['true']\n  rules: [{exists: [marker]}]\n"),
            ("sub/marker", "")
        );
        Assert.Contains("inner", FakeSurroundings.Run(repository.Path, "list", "--cwd", "sub").Out);
    }

    [Fact]
    public void Hostile_names_cannot_steer_the_terminal()
    {
        using var folder = new TemporaryFolder();
        folder.Write(".gitlab-ci.yml", "\"evil\\e[2J\":\n  script: ['true']\n\"\\e]0;x\\a\":\n  stage: \"\\e[31m\"\n  script: ['true']\n");
        foreach (var line in (string[])["list", "lint", "config graph", "explain evil"])
        {
            var (_, output, error) = FakeSurroundings.Run(folder.Path, line.Split(' '));
            Assert.DoesNotContain('\e', output + error);
        }
    }
}
