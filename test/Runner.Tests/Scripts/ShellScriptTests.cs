using FsCheck;
using FsCheck.Fluent;
using Slipway.Protocol.Variables;
using Slipway.Runner.Scripts;
using Xunit;

namespace Slipway.Runner.Tests.Scripts;

public sealed class ShellScriptTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    public static TheoryData<string, string[], int, string> Behaviours()
    {
        var table = new TheoryData<string, string[], int, string>();
        foreach (var shell in RealShell.All)
        foreach (var (commands, code, output) in Table(pipefail: shell.Data != "dash"))
            table.Add(shell.Data, commands, code, output);
        return table;
    }

    private static (string[] Commands, int ExitCode, string Output)[] Table(bool pipefail) =>
        [
            (["echo a", "echo b"], 0, "$ echo a|a|$ echo b|b|"),
            (["  echo a  \n"], 0, "$ echo a|a|"),
            (["echo a\necho b"], 0, "$ echo a # collapsed multi-line command|a|b|"),
            (["echo a\r\necho b"], 0, "$ echo a # collapsed multi-line command|a\r|b|"),
            (["", "  ", "echo a"], 0, "||$ echo a|a|"),
            (["(exit 3)", "echo b"], 3, "$ (exit 3)|"),
            (["exit 0", "echo b"], 0, "$ exit 0|"),
            (["exit 5"], 5, "$ exit 5|"),
            (["if false; then echo x; fi", "echo b"], 0, "$ if false; then echo x; fi|$ echo b|b|"),
            (["false || echo or"], 0, "$ false || echo or|or|"),
            (["false && echo and", "echo b"], 0, "$ false && echo and|$ echo b|b|"),
            (["false && echo and"], 1, "$ false && echo and|"),
            (["set +e", "false", "echo b"], 0, "$ set +e|$ false|$ echo b|b|"),
            (["set +e", "false"], 1, "$ set +e|$ false|"),
            (["! true", "echo b"], 0, "$ ! true|$ echo b|b|"),
            (["false | true"], pipefail ? 1 : 0, "$ false | true|"),
            (["read x", "echo b"], 1, "$ read x|"),
            (["cat"], 0, "$ cat|"),
            (["X=1", "cd /", "f() { echo \"$X $PWD\"; }", "f"], 0, "$ X=1|$ cd /|$ f() { echo \"$X $PWD\"; }|$ f|1 /|"),
            (["cat <<EOF\nhere $X\nEOF"], 0, "$ cat <<EOF # collapsed multi-line command|here |"),
            (["echo \"$NONE\""], 0, "$ echo \"$NONE\"||"),
            (["echo 'it'\"'\"'s'"], 0, "$ echo 'it'\"'\"'s'|it's|"),
            (["echo \"\\$HOME \\\\ `echo tick`\""], 0, "$ echo \"\\$HOME \\\\ `echo tick`\"|$HOME \\ tick|"),
            (["trap 'echo bye' EXIT", "exit 4"], 4, "$ trap 'echo bye' EXIT|$ exit 4|bye|"),
            (["exec sh -c 'exit 6'"], 6, "$ exec sh -c 'exit 6'|"),
            (["echo x > f", "echo y > f", "cat f"], 0, "$ echo x > f|$ echo y > f|$ cat f|y|"),
            (["printf 'größe %s\\n' ✓"], 0, "$ printf 'größe %s\\n' ✓|größe ✓|"),
            (["kill -TERM $$", "echo never"], 1, "$ kill -TERM $$|"),
        ];

    [Theory]
    [MemberData(nameof(Behaviours))]
    public void A_script_behaves_alike_in_every_shell(string shell, string[] commands, int exitCode, string output)
    {
        var ran = RealShell.Run(shell, Script(commands: commands).ToText());
        Assert.Equal((output, exitCode), (ran.Output.Replace("\e[32;1m", "").Replace("\e[0;m", "").Replace('\n', '|'), ran.ExitCode));
    }

    [Theory]
    [MemberData(nameof(RealShell.All), MemberType = typeof(RealShell))]
    public void Lines_before_a_syntax_error_run_and_then_the_shell_ends_with_2(string shell)
    {
        var (output, exitCode) = RealShell.Run(shell, Script(commands: ["echo before", "fi", "echo behind"]).ToText());
        Assert.Equal(2, exitCode);
        Assert.DoesNotContain("\nbehind", output);
        if (shell != "bash")
            return;
        Assert.Contains("\nbefore\n", output);
    }

    [Theory]
    [MemberData(nameof(RealShell.All), MemberType = typeof(RealShell))]
    public void Every_value_arrives_as_it_was(string shell)
    {
        var texts = Gen.Elements(
                " ",
                "'",
                "\"",
                "$",
                "`",
                "\\",
                "\n",
                "\r\n",
                "*",
                "~",
                "!",
                "#",
                "&",
                "|",
                ";",
                "<",
                ">",
                "(",
                ")",
                "{",
                "}",
                "[",
                "=",
                "é",
                "✓",
                "🚢",
                "a",
                "-",
                "%s",
                "\\n",
                "\t"
            )
            .ArrayOf()
            .Select(parts => string.Concat(parts));
        var values = Gen.Sample(texts, 60).Append("").ToArray();
        var variables = values.Select((v, i) => new Variable($"V{i}", v, Raw: true)).ToArray();
        var commands = values.Select((_, i) => $"printf '%s' \"$V{i}\" > out{i}").ToArray();
        var (output, exitCode) = RealShell.Run(shell, Script(variables, commands: commands).ToText());
        Assert.True(exitCode == 0, output);
        for (var i = 0; i < values.Length; i++)
            Assert.Equal(values[i], File.ReadAllText(_folder[$"project/out{i}"]));
    }

    [Theory]
    [MemberData(nameof(RealShell.All), MemberType = typeof(RealShell))]
    public void Every_command_is_shown_and_run_as_it_was_written(string shell)
    {
        var texts = Gen.Elements("'", "\"", "$", "\\", "`", " ", "é", "!", "*", "a").ArrayOf().Select(parts => string.Concat(parts));
        var shown = Gen.Sample(texts, 40).Select(t => $": # {t}x").ToArray();
        var (output, exitCode) = RealShell.Run(shell, Script(commands: shown).ToText());
        Assert.Equal(0, exitCode);
        Assert.Equal(string.Concat(shown.Select(s => $"\e[32;1m$ {s}\e[0;m\n")), output);
    }

    [Theory]
    [MemberData(nameof(RealShell.All), MemberType = typeof(RealShell))]
    public void A_file_variable_is_written_exactly(string shell)
    {
        const string Content = "-----BEGIN KEY-----\nit's $HOME %s \\n\n-----END KEY-----";
        var (output, _) = RealShell.Run(shell, Script([new Variable("KEY", Content, File: true, Raw: true)], "echo \"$KEY\"").ToText());
        Assert.Equal(Content, File.ReadAllText(_folder["project.tmp/KEY"]));
        Assert.EndsWith(_folder["project.tmp/KEY"] + "\n", output);
    }

    [Theory]
    [MemberData(nameof(RealShell.All), MemberType = typeof(RealShell))]
    public void GITLAB_ENV_carries_variables_to_the_next_script_and_survives_nonsense(string shell)
    {
        var file = "A=1 2\nB=$A\n\n=x\n1C=x\nD-E=x\nno line\nF=\"q\"\nG=a=b";
        RealShell.Run(shell, Script(commands: [": > $GITLAB_ENV", $"cat > $GITLAB_ENV <<'EOF'\n{file}\nEOF"]).ToText());
        var (output, exitCode) = RealShell.Run(shell, Script(commands: ["echo \"$A|$B|$F|$G\""]).ToText());
        Assert.Equal(0, exitCode);
        Assert.EndsWith("\n1 2|$A|\"q\"|a=b\n", output);
    }

    [Theory]
    [MemberData(nameof(RealShell.All), MemberType = typeof(RealShell))]
    public void A_failing_command_ends_the_script_even_without_errexit_when_codes_are_checked(string shell)
    {
        var (output, exitCode) = RealShell.Run(
            shell,
            (Script(commands: ["set +e", "(exit 9)", "echo never"]) with { CheckExitCodes = true }).ToText()
        );
        Assert.Equal(9, exitCode);
        Assert.DoesNotContain("\nnever", output);
    }

    [Theory]
    [MemberData(nameof(RealShell.All), MemberType = typeof(RealShell))]
    public void A_command_of_several_lines_can_be_a_folded_section(string shell)
    {
        var (output, _) = RealShell.Run(shell, (Script(commands: ["echo a\necho b"]) with { Sections = true }).ToText());
        Assert.Matches(
            "^section_start:[0-9]+:section_script_step_0\\[hide_duration=true,collapsed=true\\]\r\e\\[0K\e\\[32;1m\\$ echo a\necho b\e\\[0;m\na\nb\nsection_end:[0-9]+:section_script_step_0\r\e\\[0K\n$",
            output
        );
    }

    [Theory]
    [MemberData(nameof(RealShell.All), MemberType = typeof(RealShell))]
    public void A_folder_that_is_not_there_fails_the_script(string shell)
    {
        var script = new ShellScript(new JobVariables([], "/tmp"), new JobPaths(_folder.Path, _folder["none"]))
        {
            Commands = ["echo never"],
        };
        var (output, exitCode) = RealShell.Run(shell, script.ToText());
        Assert.NotEqual(0, exitCode);
        Assert.DoesNotContain("never", output);
    }

    [Theory]
    [InlineData("", "''")]
    [InlineData("plain-./@_:,+%9", "plain-./@_:,+%9")]
    [InlineData("it's", @"'it'\''s'")]
    [InlineData("a\0b c", "'ab c'")]
    public void Words_are_quoted_for_every_shell(string text, string expected) => Assert.Equal(expected, ShellQuote.Quote(text));

    [Fact]
    public void A_container_finds_its_shell()
    {
        var (output, exitCode) = RealShell.Run("dash", $"echo 'echo \"[$BASH_VERSION]\"' | sh -c '{ContainerShell.Detect}'");
        Assert.Equal(0, exitCode);
        Assert.Matches(@"\[[0-9]+\.", output);
    }

    private ShellScript Script(params string[] commands) => Script([], commands);

    private ShellScript Script(Variable[] variables, params string[] commands)
    {
        var paths = new JobPaths(_folder.Path, _folder["project"]);
        Directory.CreateDirectory(paths.ProjectDir);
        return new ShellScript(new JobVariables(variables, paths.TemporaryDir), paths) { Commands = commands };
    }
}
