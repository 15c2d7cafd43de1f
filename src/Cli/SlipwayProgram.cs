using System.CommandLine;
using System.CommandLine.Help;
using System.Text;
using Slipway.Cli.Commands;

namespace Slipway.Cli;

/// <summary>The command line from its words to the exit code.</summary>
internal static class SlipwayProgram
{
    private static readonly ParserConfiguration Parsing = new() { EnablePosixBundling = false, ResponseFileTokenReplacer = null };

    /// <summary>Never throws: what goes wrong becomes a line on standard error and an <see cref="ExitCode"/>.</summary>
    public static int Run(string[] arguments, Surroundings surroundings)
    {
        try
        {
            var root = Tree(surroundings);
            var parsed = root.Parse(arguments, Parsing);
            if (parsed.Errors.Count == 0 || parsed.Action is Help or VersionLine)
                return parsed.Invoke(new InvocationConfiguration { EnableDefaultExceptionHandler = false, ProcessTerminationTimeout = null });
            return SayUsage(parsed, surroundings);
        }
        catch (CommandException e)
        {
            surroundings.SayError(e.Message, e.Help);
            return e.ExitCode;
        }
        catch (Exception e)
        {
            return SayOurFault(e, arguments, surroundings);
        }
    }

    internal static RootCommand Tree(Surroundings surroundings)
    {
        var root = new RootCommand("GitLab CI/CD in one program: run, check and explain .gitlab-ci.yml pipelines")
        {
            RunCommand.Make(surroundings),
            ListCommand.Make(surroundings),
            ExplainCommand.Make(surroundings),
            LintCommand.Make(surroundings),
            ConfigCommand.Make(surroundings),
            CompletionCommand.Make(surroundings),
            CompleteCommand.Make(surroundings, () => Tree(surroundings)),
        };
        root.Directives.Clear();
        foreach (var option in root.Options)
        {
            if (option is HelpOption help)
                help.Action = new Help(surroundings);
            else if (option is VersionOption version)
                version.Action = new VersionLine(surroundings);
        }

        return root;
    }

    private static int SayUsage(ParseResult parsed, Surroundings surroundings)
    {
        var command = parsed.CommandResult.Command;
        var name = command is RootCommand ? "slipway" : $"slipway {command.Name}";
        if (parsed.UnmatchedTokens is [var unknown, ..])
        {
            var words = unknown.StartsWith('-') ? command.Options.Where(o => !o.Hidden).Select(o => o.Name) : command.Subcommands.Where(c => !c.Hidden).Select(c => c.Name);
            var near = Suggestion.Nearest(unknown, words);
            surroundings.SayError($"{name} knows no \"{unknown}\"", near is null ? $"{name} --help" : $"did you mean \"{near}\"?");
        }
        else
        {
            surroundings.SayError(parsed.Errors[0].Message, $"{name} --help");
        }

        return ExitCode.Usage;
    }

    /// <summary>Nobody reads a stack trace on a terminal, but somebody will want it: it goes to a file of its own.</summary>
    private static int SayOurFault(Exception fault, string[] arguments, Surroundings surroundings)
    {
        string where;
        try
        {
            where = Path.Combine(Path.GetTempPath(), $"slipway-fault-{Environment.ProcessId}.txt");
            File.WriteAllText(where, $"slipway {SlipwayVersion.Text}\n{string.Join(' ', arguments)}\n{surroundings.Time.GetUtcNow():O}\n{fault}\n", Encoding.UTF8);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            where = "nowhere: the temporary folder cannot be written";
        }

        surroundings.SayError($"slipway made a mistake: {fault.Message.Split('\n')[0]}", $"the details are in {where}");
        return ExitCode.Internal;
    }
}
