using System.Text;
using Slipway.Protocol.Variables;

namespace Slipway.Runner.Scripts;

/// <summary>
/// What one stage of a job is to do, from which <see cref="ToText"/> makes a script for bash or any POSIX sh (runner-protocol §13.1–13.3):
/// <list type="number">
/// <item>a TERM that ends it with 1; xtrace when debugging; pipefail where the shell has it; errexit; noclobber off;</item>
/// <item>the variables, exported, and the file variables' files, written exactly;</item>
/// <item>what earlier stages left in <c>GITLAB_ENV</c>;</item>
/// <item>the change to the project's folder;</item>
/// <item>the commands, each shown before it runs, in one <c>eval</c> whose standard input is empty, so that none eats the script.</item>
/// </list>
/// </summary>
internal sealed record ShellScript(JobVariables Variables, JobPaths Paths)
{
    /// <summary>In place of <see cref="Commands"/>: a text of ours, which is not shown and runs in no folder of the job's.</summary>
    public string? Own { get; init; }

    /// <summary>As the user wrote them; all run in one shell.</summary>
    public required IReadOnlyList<string> Commands { get; init; }

    /// <summary>On top of <see cref="Variables"/>: what has changed since the job began (<c>CI_JOB_STATUS</c>).</summary>
    public IReadOnlyList<Variable> News { get; init; } = [];

    /// <summary><c>CI_DEBUG_TRACE</c>.</summary>
    public bool Debug { get; init; }

    /// <summary><c>FF_ENABLE_BASH_EXIT_CODE_CHECK</c>: ends at a command that fails even if a command switched errexit off.</summary>
    public bool CheckExitCodes { get; init; }

    /// <summary><c>FF_SCRIPT_SECTIONS</c>, for a server that knows sections: a command of several lines becomes a folded section.</summary>
    public bool Sections { get; init; }

    public string ToText()
    {
        var script = new StringBuilder(8192);
        script.Append("trap 'exit 1' TERM\n");
        if (Debug)
            script.Append("set -o xtrace\n");
        script.Append(
            "if [ -n \"${BASH_VERSION-}\" ]; then set -o pipefail; elif (set -o pipefail) 2>/dev/null; then set -o pipefail; fi\n"
        );
        script.Append("set -o errexit\nset +o noclobber\n");
        AppendVariables(script);
        AppendEnvFile(script);
        if (Own is null)
            script.Append("cd ").AppendQuoted(Paths.ProjectDir).Append('\n');
        script.Append("eval ").AppendQuoted(Own ?? Body()).Append(" </dev/null\n");
        // Not 0: with errexit switched off by the job, the last command's result is the job's.
        return script.Append("exit $?\n").ToString();
    }

    private void AppendVariables(StringBuilder script)
    {
        var folder = false;
        foreach (var variable in Variables.All)
        {
            if (!ShellQuote.IsName(variable.Key))
                continue;
            if (variable.File)
            {
                if (!folder)
                    AppendFolder(script);
                folder = true;
                script.Append("printf %s ").AppendQuoted(variable.Value).Append(" > ").AppendQuoted(Variables.Told(variable)).Append('\n');
            }

            AppendExport(script, variable.Key, Variables.Told(variable));
        }

        foreach (var variable in News)
            AppendExport(script, variable.Key, variable.Value);
    }

    /// <summary>Lines of the file are <c>KEY=VALUE</c>, taken literally. What is no such line is passed over: dash would end at it.</summary>
    private void AppendEnvFile(StringBuilder script)
    {
        AppendExport(script, "GITLAB_ENV", Paths.EnvFile);
        script.Append("if [ -s \"$GITLAB_ENV\" ]; then while IFS= read -r gitlab_env_line || [ -n \"$gitlab_env_line\" ]; do\n");
        script.Append(
            "case $gitlab_env_line in *=*) case ${gitlab_env_line%%=*} in ''|[0-9]*|*[!A-Za-z0-9_]*) ;; *) export \"$gitlab_env_line\" ;; esac ;; esac\n"
        );
        script.Append("done < \"$GITLAB_ENV\"; unset gitlab_env_line; else ");
        AppendFolder(script);
        script.Append(": > \"$GITLAB_ENV\"; fi\n");
    }

    private void AppendFolder(StringBuilder script) =>
        script.Append("[ -d ").AppendQuoted(Paths.TemporaryDir).Append(" ] || mkdir -p ").AppendQuoted(Paths.TemporaryDir).Append('\n');

    private static void AppendExport(StringBuilder script, string key, string value) =>
        script.Append("export ").Append(key).Append('=').AppendQuoted(value).Append('\n');

    private string Body()
    {
        var body = new StringBuilder();
        for (var i = 0; i < Commands.Count; i++)
        {
            var command = Commands[i].Trim();
            var lines = command.Contains('\n');
            if (command.Length == 0)
            {
                body.Append("echo\n");
                continue;
            }

            if (lines && Sections)
                AppendSection(body, "start", i, $"\e[32;1m$ {command}\e[0;m");
            else
                AppendPrint(
                    body,
                    lines ? $"\e[32;1m$ {FirstLine(command)} # collapsed multi-line command\e[0;m" : $"\e[32;1m$ {command}\e[0;m"
                );
            body.Append(command).Append('\n');
            if (CheckExitCodes)
                body.Append("_runner_exit_code=$?; if [ $_runner_exit_code -ne 0 ]; then exit $_runner_exit_code; fi\n");
            if (lines && Sections)
                AppendSection(body, "end", i, "");
        }

        return body.ToString();
    }

    private static string FirstLine(string command) => command[..command.IndexOf('\n')].TrimEnd('\r');

    private static void AppendPrint(StringBuilder body, string line) => body.Append("printf '%s\\n' ").AppendQuoted(line).Append('\n');

    private static void AppendSection(StringBuilder body, string mark, int command, string header)
    {
        var options = mark == "start" ? "[hide_duration=true,collapsed=true]" : "";
        body.Append($"printf 'section_{mark}:%s:section_script_step_{command}{options}\\r\\033[0K%s\\n' \"$(date +%s)\" ")
            .AppendQuoted(header)
            .Append('\n');
    }
}
