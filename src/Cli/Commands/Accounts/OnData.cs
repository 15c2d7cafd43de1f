using System.CommandLine;
using Slipway.Cli.Commands.Serving;
using Slipway.Cli.Terminal;
using Slipway.Server;

namespace Slipway.Cli.Commands.Accounts;

/// <summary>What all verbs that work on a server's data folder have alike: where it is, what goes wrong there, and how a list looks.</summary>
internal static class OnData
{
    public static void AddTo(Command command)
    {
        ServerData.AddTo(command);
    }

    /// <summary>Opens the data folder for one act. A server may run on it meanwhile.</summary>
    /// <exception cref="CommandException">It cannot be opened, or what is asked for cannot be done.</exception>
    public static int Run(ParseResult parsed, Surroundings surroundings, Func<Administration, Task> act)
    {
        try
        {
            RunAsync(parsed, surroundings, act).GetAwaiter().GetResult();
            return ExitCode.Ok;
        }
        catch (AdministrationException e)
        {
            throw new CommandException(CodeOf(e.Refusal), e.Message);
        }
        catch (FormatException e)
        {
            throw new CommandException(ExitCode.Usage, e.Message.TrimEnd('.'), "as in postgres://user:password@host/name");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new CommandException(ExitCode.Failed, e.Message.TrimEnd('.'));
        }
    }

    /// <summary>Columns under their names, as wide as they must be.</summary>
    public static string Table(Palette palette, IReadOnlyList<string> names, IEnumerable<IReadOnlyList<string>> rows)
    {
        IReadOnlyList<string>[] all = [names, .. rows.Select(row => row.Select(PlainText.Of).ToArray())];
        var widths = names.Select((_, column) => all.Max(row => CellWidth.Of(row[column]))).ToArray();
        var lines = all.Select(row =>
                string.Join("  ", row.Select((cell, column) => cell + new string(' ', widths[column] - CellWidth.Of(cell)))).TrimEnd()
            )
            .ToArray();
        lines[0] = palette.Faint(lines[0]);
        return string.Join('\n', lines) + "\n";
    }

    private static async Task RunAsync(ParseResult parsed, Surroundings surroundings, Func<Administration, Task> act)
    {
        await using var administration = await Administration.OpenAsync(
            ServerData.Read(parsed, surroundings),
            surroundings.Time,
            CancellationToken.None
        );
        await act(administration);
    }

    private static int CodeOf(Refusal refusal) =>
        refusal switch
        {
            Refusal.Invalid => ExitCode.Usage,
            Refusal.NotFound => ExitCode.NotFound,
            Refusal.Conflict or Refusal.Busy => ExitCode.Conflict,
            Refusal.Unavailable => ExitCode.Unreachable,
            _ => throw new ArgumentOutOfRangeException(nameof(refusal)),
        };
}
