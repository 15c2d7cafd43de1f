using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Parsing;
using System.Text;
using Slipway.Cli.Commands;
using Slipway.Cli.Commands.Accounts;
using Slipway.Cli.Commands.Registry;
using Slipway.Cli.Commands.Runners;

namespace Slipway.Cli;

/// <summary>The command line from its words to the exit code.</summary>
internal static class SlipwayProgram
{
    private static readonly ParserConfiguration Parsing = new() { EnablePosixBundling = false, ResponseFileTokenReplacer = null };

    /// <summary>ENOSPC, which .NET puts into <see cref="Exception.HResult"/> as it is.</summary>
    private const int DiskFull = 28;

    /// <summary>Never throws: what goes wrong becomes a line on standard error and an <see cref="ExitCode"/>.</summary>
    public static int Run(string[] arguments, Surroundings surroundings)
    {
        try
        {
            var root = Tree(surroundings, arguments.Contains("runner"), arguments.Contains("registry"));
            var parsed = root.Parse(arguments, Parsing);
            if (parsed.Action is not (Help or VersionLine) && UnknownOption(parsed) is { } unknown)
                return SayUnknown(unknown, parsed.CommandResult.Command, surroundings);
            if (parsed.Errors.Count == 0 || parsed.Action is Help or VersionLine)
                return parsed.Invoke(
                    new InvocationConfiguration { EnableDefaultExceptionHandler = false, ProcessTerminationTimeout = null }
                );
            return SayUsage(parsed, surroundings);
        }
        catch (CommandException e)
        {
            surroundings.SayError(e.Message, e.Help);
            return e.ExitCode;
        }
        catch (IOException e) when (e.HResult == DiskFull)
        {
            surroundings.SayError($"cannot write: {e.Message}", "free some space and try again");
            return ExitCode.Failed;
        }
        catch (Exception e)
        {
            return SayOurFault(e, arguments, surroundings);
        }
    }

    /// <param name="withRunner">
    /// The runner's verbs have more options than all others together: they are only made where somebody may ask for them.
    /// </param>
    /// <param name="withRegistry">The same of the registry's.</param>
    internal static RootCommand Tree(Surroundings surroundings, bool withRunner = true, bool withRegistry = true)
    {
        var root = new RootCommand("GitLab CI/CD in one program: run, check and explain .gitlab-ci.yml pipelines")
        {
            RunCommand.Make(surroundings),
            ListCommand.Make(surroundings),
            ExplainCommand.Make(surroundings),
            LintCommand.Make(surroundings),
            ConfigCommand.Make(surroundings),
            RunnerCommand.Make(surroundings, withRunner),
            ServeCommand.Make(surroundings),
            UserCommand.Make(surroundings),
            TokenCommand.Make(surroundings),
            ProjectCommand.Make(surroundings),
            RegistryCommand.Make(surroundings, withRegistry),
            BackupCommand.Make(surroundings),
            DoctorCommand.Make(surroundings),
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
        if (parsed.UnmatchedTokens is [var unknown, ..])
            return SayUnknown(unknown, command, surroundings);
        surroundings.SayError(parsed.Errors[0].Message, $"{NameOf(command)} --help");
        return ExitCode.Usage;
    }

    /// <summary>A word that looks like an option and is none. Where any word may be a job's name the parser lets it pass; behind <c>--</c> it may.</summary>
    private static string? UnknownOption(ParseResult parsed)
    {
        var tokens = parsed.Tokens;
        for (var i = 0; i < tokens.Count && tokens[i].Type != TokenType.DoubleDash; i++)
        {
            var isValue = i > 0 && tokens[i - 1].Type == TokenType.Option;
            if (tokens[i] is { Type: TokenType.Argument, Value: ['-', _, ..] word } && !isValue)
                return word;
        }

        return null;
    }

    private static int SayUnknown(string word, Command command, Surroundings surroundings)
    {
        var known = word.StartsWith('-')
            ? command.Options.Where(o => !o.Hidden).Select(o => o.Name)
            : command.Subcommands.Where(c => !c.Hidden).Select(c => c.Name);
        var near = Suggestion.Nearest(word, known);
        surroundings.SayError(
            $"{NameOf(command)} knows no \"{word}\"",
            near is null ? $"{NameOf(command)} --help" : $"did you mean \"{near}\"?"
        );
        return ExitCode.Usage;
    }

    private static string NameOf(Command command) =>
        command.Parents.OfType<Command>().FirstOrDefault() is { } parent ? $"{NameOf(parent)} {command.Name}" : "slipway";

    /// <summary>Nobody reads a stack trace on a terminal, but somebody will want it: it goes to a file of its own.</summary>
    private static int SayOurFault(Exception fault, string[] arguments, Surroundings surroundings)
    {
        string where;
        try
        {
            where = Path.Combine(Path.GetTempPath(), $"slipway-fault-{Environment.ProcessId}.txt");
            File.WriteAllText(
                where,
                $"slipway {SlipwayVersion.Text}\n{string.Join(' ', arguments)}\n{surroundings.Time.GetUtcNow():O}\n{fault}\n",
                Encoding.UTF8
            );
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            where = "nowhere: the temporary folder cannot be written";
        }

        surroundings.SayError($"slipway made a mistake: {fault.Message.Split('\n')[0]}", $"the details are in {where}");
        return ExitCode.Internal;
    }
}
