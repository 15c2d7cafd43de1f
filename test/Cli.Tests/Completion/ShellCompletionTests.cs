using Slipway.Cli.Tests.Support;
using Xunit;

namespace Slipway.Cli.Tests.Completion;

/// <summary>The scripts, sourced in the real shells. A shell that is not installed is skipped, visibly.</summary>
public sealed class ShellCompletionTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public ShellCompletionTests()
    {
        _folder.Write(
            ".gitlab-ci.yml",
            "'unit tests: fast':\n  script: [echo x]\nunique:\n  when: manual\n  script: [echo x]\nit's $5:\n  script: [echo x]\n\"evil\\nname\":\n  script: [echo x]\n"
        );
        Directory.CreateSymbolicLink(Path.Combine(_folder.Path, "bin"), AppContext.BaseDirectory);
    }

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("slipway li", "li", "list|lint")]
    [InlineData("slipway run uni", "uni", @"unit\ tests:\ fast|unique")]
    [InlineData(@"slipway run unit\ tests:", ":", @"\ fast")]
    [InlineData("slipway run 'unit t", "'unit t", "unit tests: fast")]
    [InlineData("slipway run --manual ", "", "unique")]
    [InlineData("slipway run --executor d", "d", "docker")]
    [InlineData("slipway explain uniq", "uniq", "unique")]
    [InlineData("slipway run --executor=d", "d", "docker")]
    [InlineData("slipway run --executor=", "=", "auto|docker|shell")]
    [InlineData("slipway run 'it", "'it", @"it'\''s $5")]
    [InlineData("slipway run \"it", "\"it", @"it's \$5")]
    [InlineData("slipway config templates Doc", "Doc", "Docker.gitlab-ci.yml")]
    public void Bash_completes(string line, string word, string expected)
    {
        var found = Shell(
            "bash",
            $"""
            source <(slipway completion bash)
            COMP_LINE={Quote(line)} COMP_POINT=${"{#COMP_LINE}"} COMP_WORDS=(slipway {Quote(word)}) COMP_CWORD=1
            _slipway
            printf '%s\n' "${"{COMPREPLY[@]}"}"
            """
        );
        Assert.Equal(expected.Split('|'), found);
    }

    [Theory]
    [InlineData("slipway run uni", "unique|unit tests: fast")]
    [InlineData("slipway lin", "lint")]
    [InlineData("slipway list --source sch", "schedule")]
    [InlineData("slipway list --source=sch", "--source=schedule")]
    [InlineData("slipway run \"unit t", "unit tests: fast")]
    public void Fish_completes(string line, string expected)
    {
        var found = Shell("fish", $"slipway completion fish | source; complete -C {Quote(line)}");
        Assert.Equal(expected.Split('|'), found.Select(l => l.Split('\t')[0]).Order(StringComparer.Ordinal));
    }

    [Theory]
    [InlineData("run uni", "unit tests: fast|unique")]
    [InlineData("lin", "lint")]
    [InlineData("run unit\\ tests:", "unit tests: fast")]
    [InlineData("run --executor=d", "docker")]
    public void Zsh_completes(string line, string expected)
    {
        // compadd only works while the line editor runs, so here it tells what it was given.
        var found = Shell(
            "zsh",
            $"""
            autoload -Uz compinit && compinit -u -D
            source <(slipway completion zsh)
            [[ $_comps[slipway] == _slipway ]] || print "not bound"
            function compadd() {"{ print -rl -- $names }"}
            function compset() {"{ PREFIX=${PREFIX#*=} }"}
            words=(slipway {line}) CURRENT=$#words PREFIX=$words[-1]
            _slipway
            """
        );
        Assert.Equal(expected.Split('|'), found);
    }

    private string[] Shell(string shell, string text)
    {
        Assert.SkipUnless(File.Exists($"/usr/bin/{shell}") || File.Exists($"/bin/{shell}"), $"{shell} is not installed");
        var prelude =
            shell == "fish"
                ? $"cd {_folder.Path}; set -x PATH {_folder.Path}/bin $PATH; "
                : $"cd {_folder.Path}; export PATH={_folder.Path}/bin:$PATH\n";
        string[] options = shell switch
        {
            "bash" => ["--norc"],
            "zsh" => ["-f"],
            _ => ["--no-config"],
        };
        var (exit, output) = SlipwayProcess.Shell(shell, [.. options, "-c", prelude + text]);
        Assert.True(exit == 0, output);
        return output.Split('\n', StringSplitOptions.RemoveEmptyEntries);
    }

    private static string Quote(string text) => "'" + text.Replace("'", "'\\''") + "'";
}
