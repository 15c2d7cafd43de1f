using System.CommandLine;
using Slipway.Cli.Completion;

namespace Slipway.Cli.Commands;

/// <summary><c>slipway completion SHELL</c>.</summary>
internal static class CompletionCommand
{
    private static readonly string[] Shells = ["bash", "zsh", "fish", "pwsh"];

    public static Command Make(Surroundings surroundings)
    {
        var shell = new Argument<string>("SHELL") { Description = "bash, zsh, fish or pwsh" };
        shell.CompletionSources.Add(Shells);
        var verb = new Verb(
            "completion",
            "Print a script that completes slipway's words in your shell, job names included",
            ("completion bash > ~/.local/share/bash-completion/completions/slipway", "bash, from the next shell on"),
            ("completion fish | source", "fish, in this shell"),
            ("completion zsh > \"${fpath[1]}/_slipway\"", "zsh")
        )
        {
            shell,
        };
        verb.SetAction(parsed =>
        {
            var name = parsed.GetRequiredValue(shell);
            var script =
                CompletionScripts.Of(name)
                ?? throw new CommandException(
                    ExitCode.Usage,
                    $"there is no completion for \"{name}\"",
                    "it is one of bash, zsh, fish, pwsh"
                );
            surroundings.Print(script);
            return ExitCode.Ok;
        });
        return verb;
    }
}
