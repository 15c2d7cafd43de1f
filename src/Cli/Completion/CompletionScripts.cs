namespace Slipway.Cli.Completion;

/// <summary>What <c>slipway completion SHELL</c> prints: each asks <c>slipway __complete</c> for the candidates, so that they are always those of the binary itself.</summary>
internal static class CompletionScripts
{
    /// <summary>In place of candidates: the shell's own file names.</summary>
    public const string Files = ":files";

    public const string Bash = """
        # bash completion of slipway: source <(slipway completion bash)
        _slipway() {
            local IFS=$'\n'
            COMPREPLY=($(slipway __complete --shell bash --word "${COMP_WORDS[COMP_CWORD]}" -- "${COMP_LINE:0:COMP_POINT}" 2>/dev/null))
            if [ "${COMPREPLY[0]}" = ":files" ]; then
                COMPREPLY=()
                compopt -o default 2>/dev/null
            fi
        }
        complete -F _slipway slipway

        """;

    public const string Zsh = """
        #compdef slipway
        # zsh completion of slipway: source <(slipway completion zsh), or as _slipway in a folder of $fpath
        _slipway() {
            local line word
            local -a lines names shown
            [[ -n "$QIPREFIX" ]] && word="$PREFIX" || word="${(Q)PREFIX}"
            if [[ "$word" == --*=* ]]; then
                compset -P 1 '*='
            fi
            lines=("${(@f)$(slipway __complete --shell zsh -- "${(@Q)words[2,CURRENT-1]}" "$word" 2>/dev/null)}")
            if [[ "$lines[1]" == ":files" ]]; then
                _files
                return
            fi
            for line in "${lines[@]}"; do
                [[ -n "$line" ]] || continue
                names+=("${line%%$'\t'*}")
                shown+=("${line/$'\t'/  -- }")
            done
            (( $#names )) && compadd -l -d shown -a names
        }
        if [ "$funcstack[1]" = "_slipway" ]; then
            _slipway "$@"
        elif (( $+functions[compdef] )); then
            compdef _slipway slipway
        fi

        """;

    public const string Fish = """
        # fish completion of slipway: slipway completion fish | source
        function __slipway_complete
            set -l words (commandline -opc)
            set -e words[1]
            set -l word (string replace -r '^["\']' '' -- (commandline -ct))
            set -l lines (slipway __complete --shell fish -- $words "$word" 2>/dev/null)
            if test "$lines[1]" = ":files"
                __fish_complete_path (string replace -r '^--[^=]*=' '' -- (commandline -ct))
            else if string match -qr '^--[^=]*=' -- "$word"
                string join -- \n (string match -r '^--[^=]*=' -- "$word")$lines
            else
                string join -- \n $lines
            end
        end
        complete -c slipway -f -a '(__slipway_complete)'

        """;

    public const string PowerShell = """
        # PowerShell completion of slipway: slipway completion pwsh | Out-String | Invoke-Expression
        Register-ArgumentCompleter -Native -CommandName slipway -ScriptBlock {
            param($wordToComplete, $commandAst, $cursorPosition)
            $words = @($commandAst.CommandElements | Select-Object -Skip 1 | Where-Object { $_.Extent.EndOffset -lt $cursorPosition } | ForEach-Object { if ($_ -is [System.Management.Automation.Language.StringConstantExpressionAst]) { $_.Value } else { $_.Extent.Text } })
            slipway __complete --shell pwsh -- @words $wordToComplete.Trim("'", '"') 2>$null | ForEach-Object {
                $name, $does = $_ -split "`t", 2
                if ($name -eq ':files') { return }
                $text = if ($name -match '[^\w\-./:=@%+]') { "'" + ($name -replace "'", "''") + "'" } else { $name }
                [System.Management.Automation.CompletionResult]::new($text, $name, 'ParameterValue', $(if ($does) { $does } else { $name }))
            }
        }

        """;

    public static string? Of(string shell) =>
        shell switch
        {
            "bash" => Bash,
            "zsh" => Zsh,
            "fish" => Fish,
            "pwsh" => PowerShell,
            _ => null,
        };
}
